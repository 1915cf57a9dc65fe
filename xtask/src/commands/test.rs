//! `cargo xtask test`: every test of the project.
//!
//! A part is a kind of test with a headline and a duration. All parts run, whatever became of the ones before; the closing line
//! adds up what each test program said of itself. A part that fails without naming a failed test, or that ran no test at all,
//! counts as one failure.

mod parts;
mod tally;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::{call, prerequisite};
use parts::{PARTS, Part};
use tally::Tally;

/// What became of a part.
struct Outcome {
    part: &'static Part,
    tally: Tally,
    took: Duration,
}

/// What may be named, for the command's arguments and its help.
pub(crate) fn parts() -> PossibleValuesParser {
    PARTS.iter().map(|part| PossibleValue::new(part.name).help(part.about)).into()
}

/// Runs the parts with these names; all of them when none is named.
pub(crate) fn test(names: &[String]) -> Result<()> {
    prerequisite::python()?;
    prerequisite::node()?;
    let chosen = PARTS.iter().filter(|part| names.is_empty() || names.iter().any(|name| part.name == *name));
    let outcomes: Vec<Outcome> = chosen.map(run).collect();

    println!("\n{:<12} {:>7} {:>7} {:>9}", "part", "passed", "failed", "took");
    for Outcome { part, tally, took } in &outcomes {
        println!("{:<12} {:>7} {:>7} {:>7} s", part.name, tally.passed, tally.failed, took.as_secs());
    }
    let total = outcomes.iter().fold(Tally::default(), |sum, outcome| sum + outcome.tally);
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        bail!("not everything passed");
    }
    Ok(())
}

/// Runs one part, headline first.
fn run(part: &'static Part) -> Outcome {
    println!();
    call::say(&format!("{}: {}", part.name, part.about), part.usually);
    let start = Instant::now();
    let mut tally = Tally::default();
    if let Err(error) = (part.run)(&mut tally) {
        println!("error: {error:#}");
        tally.failed = tally.failed.max(1);
    } else if part.holds_tests && tally == Tally::default() {
        println!("error: the part {} ran no test", part.name);
        tally.failed = 1;
    }
    let took = start.elapsed();
    call::say(&format!("{}: {} passed, {} failed, {} s", part.name, tally.passed, tally.failed, took.as_secs()), "");
    Outcome { part, tally, took }
}
