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
    /// Our own scripts: `3 passed, 0 failed`, closing.
    Script,
}

impl Tally {
    /// Runs a test program to its end, adding what it counts.
    pub(super) fn take(&mut self, speaker: Speaker, command: &mut Command) -> Result<()> {
        let mut heard = Tally::default();
        let well = call::listen(command, |line| heard = heard + speaker.hear(line))?;
        *self = *self + heard;
        // A failed test has been counted; a program that failed by itself has not.
        ensure!(well || heard.failed > 0, "the test program failed by itself");
        Ok(())
    }
}

impl Speaker {
    /// What a line counts.
    fn hear(self, line: &str) -> Tally {
        let words: Vec<&str> = line.split_whitespace().collect();
        let before = |word: &str| -> u32 {
            let place = words.iter().position(|text| text.trim_end_matches([',', ';']) == word);
            place.and_then(|place| words.get(place.checked_sub(1)?)?.parse().ok()).unwrap_or(0)
        };
        let number = |place: usize| words.get(place).and_then(|text| text.parse().ok()).unwrap_or(0);
        match (self, words.as_slice()) {
            (Speaker::Cargo, ["test", "result:", ..]) => Tally { passed: before("passed"), failed: before("failed") },
            (Speaker::Nextest, ["Summary", ..]) => {
                // Flaky, slow and leaky ones are among the passed; timed out ones are not. The word after the number of tests is
                // `test` or `tests`, or the number is `3/5` when a run was cut short.
                let run =
                    words.iter().position(|text| text.starts_with("test")).and_then(|place| words.get(place.checked_sub(1)?));
                let run = run.and_then(|text| text.rsplit('/').next()?.parse().ok()).unwrap_or(0);
                Tally { passed: before("passed"), failed: u32::saturating_sub(run, before("passed")) }
            }
            (Speaker::Node, ["ℹ", "pass", _]) => Tally { passed: number(2), failed: 0 },
            (Speaker::Node, ["ℹ", "fail" | "cancelled", _]) => Tally { passed: 0, failed: number(2) },
            (Speaker::Script, [_, "passed,", _, "failed"]) => Tally { passed: number(0), failed: number(2) },
            _ => Tally::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(speaker: Speaker, line: &str, passed: u32, failed: u32) {
        assert_eq!(speaker.hear(line), Tally { passed, failed }, "{line}");
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
        check(Speaker::Node, "ℹ pass 7", 7, 0);
        check(Speaker::Node, "ℹ fail 2", 0, 2);
        check(Speaker::Node, "ℹ cancelled 1", 0, 1);
        check(Speaker::Script, "12 passed, 1 failed", 12, 1);
        check(Speaker::Script, "0 passed", 0, 0);
    }
}
