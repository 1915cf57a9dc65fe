//! How many tests passed and failed, as each test program says of itself.

use std::ops::Add;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::call;

/// A count of tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// How many passed.
    pub(super) passed: u32,
    /// How many did not.
    pub(super) failed: u32,
}

impl Add for Tally {
    type Output = Tally;

    fn add(self, other: Tally) -> Tally {
        Tally { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

/// Who speaks, and so how a count is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    /// `cargo test`: `test result: ok. 3 passed; 0 failed; …`, once for each test program.
    Cargo,
    /// `cargo nextest`: `Summary [ 0.1s] 3 tests run: 2 passed, 1 failed, 0 skipped`.
    Nextest,
    /// `node --test`: `ℹ pass 3`, `ℹ fail 0`, `ℹ cancelled 0` on lines of their own.
    Node,
    /// Python's `unittest`: `Ran 3 tests in 0.1s`, and later `OK (skipped=1)` or `FAILED (failures=1, errors=1)`.
    Unittest,
    /// Our own scripts: `3 passed, 0 failed`, closing.
    Script,
}

impl Tally {
    /// Runs a test program to its end, adding what it counts.
    pub(super) fn take(&mut self, speaker: Speaker, command: &mut Command) -> Result<()> {
        let mut heard = Tally::default();
        let well = call::listen(command, |line| speaker.hear(line, &mut heard))?;
        *self = *self + heard;
        // A failed test has been counted; a program that failed by itself has not.
        ensure!(well || heard.failed > 0, "the test program failed by itself");
        Ok(())
    }
}

impl Speaker {
    /// Adds what a line counts.
    fn hear(self, line: &str, tally: &mut Tally) {
        let words: Vec<&str> = line.split([' ', '\t', ',', ';']).filter(|word| !word.is_empty()).collect();
        let before = |word: &str| -> u32 {
            let place = words.iter().position(|text| *text == word);
            place.and_then(|place| words.get(place.checked_sub(1)?)?.parse().ok()).unwrap_or(0)
        };
        match (self, words.as_slice()) {
            (Speaker::Cargo, ["test", "result:", ..]) => {
                tally.passed += before("passed");
                tally.failed += before("failed");
            }
            (Speaker::Nextest, ["Summary", ..]) => {
                // Flaky, slow and leaky ones are among the passed; timed out ones are not. The word after the number of tests is
                // `test` or `tests`, and the number is `3/5` when a run was cut short.
                let run =
                    words.iter().position(|text| text.starts_with("test")).and_then(|place| words.get(place.checked_sub(1)?));
                let run: u32 = run.and_then(|text| text.rsplit('/').next()?.parse().ok()).unwrap_or(0);
                tally.passed += before("passed");
                tally.failed += run.saturating_sub(before("passed"));
            }
            (Speaker::Node, ["ℹ", "pass", number]) => tally.passed += number.parse().unwrap_or(0),
            (Speaker::Node, ["ℹ", "fail" | "cancelled", number]) => tally.failed += number.parse().unwrap_or(0),
            (Speaker::Unittest, ["Ran", number, "test" | "tests", "in", _]) => tally.passed += number.parse().unwrap_or(0),
            (Speaker::Unittest, ["OK" | "FAILED", ..]) => {
                // All that ran were taken for passed so far.
                let details = line.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(details, _)| details);
                for (kind, number) in details.split(", ").filter_map(|detail| detail.split_once('=')) {
                    let number = number.parse().unwrap_or(0);
                    tally.passed = tally.passed.saturating_sub(number);
                    if matches!(kind, "failures" | "errors" | "unexpected successes") {
                        tally.failed += number;
                    }
                }
            }
            (Speaker::Script, [passed, "passed", failed, "failed"]) => {
                tally.passed += passed.parse().unwrap_or(0);
                tally.failed += failed.parse().unwrap_or(0);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(speaker: Speaker, lines: &str, passed: u32, failed: u32) {
        let mut tally = Tally::default();
        lines.lines().for_each(|line| speaker.hear(line, &mut tally));
        assert_eq!(tally, Tally { passed, failed }, "{lines}");
    }

    #[test]
    fn each_test_program_is_understood() {
        check(
            Speaker::Cargo,
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 1 filtered out; finished in 0.01s",
            3,
            2,
        );
        check(Speaker::Cargo, "test a_result ... ok", 0, 0);
        check(Speaker::Nextest, "     Summary [   0.012s] 5 tests run: 4 passed (1 slow), 1 failed, 3 skipped", 4, 1);
        check(Speaker::Nextest, "     Summary [   0.012s] 1 test run: 1 passed, 0 skipped", 1, 0);
        check(Speaker::Nextest, "     Summary [   9.0s] 3/5 tests run: 1 passed, 1 failed, 1 timed out, 0 skipped", 1, 4);
        check(Speaker::Node, "ℹ pass 7\nℹ fail 2\nℹ cancelled 1", 7, 3);
        check(Speaker::Unittest, "Ran 55 tests in 1.20s\n\nOK (skipped=2)", 53, 0);
        check(Speaker::Unittest, "Ran 9 tests in 0.2s\n\nFAILED (failures=1, errors=2, skipped=1)", 5, 3);
        check(Speaker::Unittest, "Ran 9 tests in 0.2s\n\nFAILED (expected failures=1, unexpected successes=1)", 7, 1);
        check(Speaker::Unittest, "Ran 1 test in 0.2s\n\nOK", 1, 0);
        check(Speaker::Script, "12 passed, 1 failed", 12, 1);
        check(Speaker::Script, "0 passed", 0, 0);
    }
}
