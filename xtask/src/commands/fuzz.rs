//! `cargo xtask fuzz`: what the engine and the runner read from memory that others can write to, given anything, for as long as asked.
//!
//! The tests that do so once in `cargo xtask test` are run again and again, each time with other numbers. There is no coverage to guide
//! them, because what they try must run in a process of its own: an arena is for life, and a wrong one may end who reads it. Their
//! strategies do the guiding: numbers that are nearly right.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};

use crate::call;

/// The tests, by package: handles, arenas and their names; rings and names of the trace; events.
const TESTS: [(&str, &[&str]); 2] = [
    ("forkyard-engine", &["garbage", "garbage_arena"]),
    ("forkyard-trace", &["reader_believes_nothing", "merge_believes_nothing", "random_programs"]),
];

/// Where proptest looks for the number that all others follow from.
const SEED: &str = "PROPTEST_RNG_SEED";

/// Runs them for so many minutes; with a seed once.
pub(crate) fn fuzz(minutes: f64, seed: Option<u64>) -> Result<()> {
    for (package, tests) in TESTS {
        call::run(cargo_test(package, tests).arg("--no-run"))?;
    }
    let until = Instant::now() + Duration::from_secs_f64(minutes * 60.0);
    let mut next = seed.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()));
    let mut rounds = 0;
    while rounds == 0 || (seed.is_none() && Instant::now() < until) {
        for (package, tests) in TESTS {
            let mut command = cargo_test(package, tests);
            if call::run(command.env(SEED, next.to_string())).is_err() {
                bail!("with the seed {next} something was found: `cargo xtask fuzz --seed {next}` shows it again");
            }
        }
        next += 1;
        rounds += 1;
    }
    call::say(&format!("{rounds} rounds, nothing found"), "");
    Ok(())
}

fn cargo_test(package: &str, tests: &[&str]) -> std::process::Command {
    let mut command = call::cargo();
    command.args(["test", "--quiet", "--package", package]);
    for test in tests {
        command.args(["--test", test]);
    }
    command
}
