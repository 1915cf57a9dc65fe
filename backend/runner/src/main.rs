//! `forkyard-runner`: one run. Starts the program, watches it, tells what it did, ends it.
//!
//! ```text
//! server ── job, commands ──> outer ── forks ──> inner (process 1 of the run) ── forks ──> the program
//!        <────────── events, one JSON line each ────────┘
//! ```
//!
//! The outer process stays in the machine: it owns the control group, hears the machine's signals, and tries again with less when
//! the machine refuses namespaces. The inner does the work, in one thread around one poll, because it forks; when it ends, the
//! kernel ends everything that the run has started. A program from the user's own terminal needs no outer: see [`outer`].
//!
//! `forkyard-runner --probe` prints what this machine gives to runs, as one line of JSON.
#![forbid(unsafe_code)]

mod births;
mod console;
mod ending;
mod events;
mod figures;
mod inner;
mod job;
mod memory;
mod outer;
mod output;
mod pace;
mod probe;
mod program;
mod recording;
mod sentences;
mod signals;
mod watch;

use std::process::ExitCode;

fn main() -> ExitCode {
    let result = match std::env::args().nth(1).as_deref() {
        None => outer::run(),
        Some("--probe") => probe::print(),
        Some(other) => {
            Err(anyhow::anyhow!("{other}: not an option; a job is read from standard input, `--probe` asks the machine"))
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("forkyard-runner: {error:#}");
            ExitCode::FAILURE
        }
    }
}
