//! The forkyard program: the playground server and the commands of the terminal.
//!
//! One file for each command in [`command`]. This file knows their names and nothing of what they do.
#![forbid(unsafe_code)]

mod check;
mod command;
mod http;
mod installation;
mod lessons;
mod limits;
mod probe;
mod python;
mod runner;
mod runs;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Learn and see Python multiprocessing.
#[derive(Debug, Parser)]
#[command(name = "forkyard", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the playground: lessons, editor, runs and timelines in the browser.
    Serve(command::serve::Arguments),
    /// Run a program of your own (not isolated), with a summary on standard error.
    Run(command::run::Arguments),
    /// The interpreter itself, with Forkyard's engine in place of `multiprocessing`.
    Python(command::python::Arguments),
    /// Say what this machine offers, and what would give more.
    Doctor(command::doctor::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(arguments) => command::serve::main(arguments),
        Command::Run(arguments) => command::run::main(arguments),
        Command::Python(arguments) => command::python::main(arguments),
        Command::Doctor(arguments) => command::doctor::main(arguments),
    };
    result.unwrap_or_else(|error| {
        eprintln!("forkyard: {error:#}");
        ExitCode::from(command::TROUBLE)
    })
}
