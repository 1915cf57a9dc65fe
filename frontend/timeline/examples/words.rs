//! Reads a run's chunks, one JSON object a line, from standard input, and prints the paragraph that the page says of it.
//!
//! `cargo run -p forkyard-timeline --example words < chunks.jsonl`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;
use std::io::{BufRead, stdin};

use forkyard_timeline::story::story;
use forkyard_timeline::{Trace, summary};

fn main() -> Result<(), Box<dyn Error>> {
    let mut trace = Trace::new();
    for line in stdin().lock().lines() {
        trace.apply(&serde_json::from_str(&line?)?);
    }
    println!("{}", summary::paragraph(&trace, story(&trace).as_deref()));
    Ok(())
}
