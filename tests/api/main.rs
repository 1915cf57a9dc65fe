//! The program from outside: the real `forkyard serve` over HTTP, and the commands of the terminal.
//!
//! Needs the runner and the Python package beside the program, as `cargo xtask build` or `cargo xtask stage` puts them; says so
//! when they are missing. Every test has a watchdog, and each starts a server of its own.
#![forbid(unsafe_code)]

mod checks;
mod commands;
mod comparisons;
mod endings;
mod events;
mod lessons;
mod processes;
mod queue;
mod refusals;
mod runs;
mod server;
mod site;
mod starting;
mod traces;
