//! The parts of `cargo xtask test`, in order.

use std::process::Command;

use anyhow::Result;

use super::tally::{Speaker, Tally};
use crate::place::{self, Profile};
use crate::tools::{chromium, npm};
use crate::{call, prerequisite, programs, site};

/// A kind of test.
pub(super) struct Part {
    /// One word.
    pub(super) name: &'static str,
    /// A few words.
    pub(super) about: &'static str,
    /// How long it usually takes, in words.
    pub(super) usually: &'static str,
    /// Whether it holds tests, or only builds what later parts need.
    pub(super) holds_tests: bool,
    /// Does it.
    pub(super) run: fn(&mut Tally) -> Result<()>,
}

/// What is needed by a part is built by one before it.
pub(super) const PARTS: &[Part] = &[
    Part { name: "tidy", about: "the house rules", usually: "", holds_tests: true, run: tidy },
    Part { name: "stage", about: "the programs", usually: "2 minutes from nothing", holds_tests: false, run: stage },
    Part { name: "rust", about: "units and real processes", usually: "3 minutes from nothing", holds_tests: true, run: rust },
    Part {
        name: "conformance",
        about: "Python, on its own module and on the engine",
        usually: "a minute",
        holds_tests: true,
        run: conformance,
    },
    Part { name: "cpython", about: "CPython's own tests, on the engine", usually: "3 minutes", holds_tests: true, run: cpython },
    Part { name: "api", about: "the server over HTTP", usually: "a minute", holds_tests: true, run: api },
    Part {
        name: "lessons",
        about: "every example and what it says of itself",
        usually: "a minute",
        holds_tests: true,
        run: lessons,
    },
    Part {
        name: "stories",
        about: "what the timeline tells of known programs",
        usually: "20 seconds",
        holds_tests: true,
        run: stories,
    },
    Part { name: "site", about: "the page", usually: "2 minutes from nothing", holds_tests: false, run: site },
    Part { name: "browser", about: "the page in Chromium", usually: "a minute", holds_tests: true, run: browser },
];

/// Natively compiled crates that hold tests. The server is built with the rest, so that all are built with the same features.
const NATIVE: [&str; 7] =
    ["--workspace", "--exclude", "forkyard-app", "--exclude", "forkyard-python", "--exclude", "forkyard-tidy"];
/// The API's tests, as nextest names them.
const API: &str = "package(forkyard-server) & kind(test)";

fn tidy(tally: &mut Tally) -> Result<()> {
    tally.take(Speaker::Cargo, cargo_test().args(["-p", "forkyard-tidy"]))
}

fn stage(_: &mut Tally) -> Result<()> {
    programs::stage(Profile::Debug)
}

fn rust(tally: &mut Tally) -> Result<()> {
    if nextest()? {
        let not_api = format!("not ({API})");
        tally.take(Speaker::Nextest, nextest_run().args(NATIVE).args(["-E", &not_api]))?;
        // The files that the models include bring the engine's examples, which run where they are at home.
        tally.take(Speaker::Cargo, cargo_test().args(NATIVE).args(["--exclude", "forkyard-models", "--doc"]))
    } else {
        tally.take(Speaker::Cargo, cargo_test().args(NATIVE).args(["--exclude", "forkyard-server"]))
    }
}

fn api(tally: &mut Tally) -> Result<()> {
    if nextest()? {
        tally.take(Speaker::Nextest, nextest_run().args(NATIVE).args(["-E", API]))
    } else {
        tally.take(Speaker::Cargo, cargo_test().args(["-p", "forkyard-server"]))
    }
}

/// Each case must pass on CPython's own module before it says anything about the engine.
fn conformance(tally: &mut Tally) -> Result<()> {
    let python = prerequisite::python()?;
    let mut outcome = Ok(());
    for (engine, method) in [("stdlib", "fork"), ("stdlib", "spawn"), ("forkyard", "fork"), ("forkyard", "spawn")] {
        call::say(&format!("{engine}, {method}"), "");
        let mut script = call::program(&python);
        script.args(["tests/conformance/run.py", "--engine", engine, "--start-method", method, "--package"]);
        script.arg(place::programs(Profile::Debug).join("python"));
        outcome = tally.take(Speaker::Unittest, &mut script).and(outcome);
    }
    outcome
}

/// One interpreter's; `cargo xtask conformance` runs every one's.
fn cpython(tally: &mut Tally) -> Result<()> {
    tally.take(Speaker::Script, &mut crate::commands::conformance::newest()?)
}

fn lessons(tally: &mut Tally) -> Result<()> {
    let mut script = call::program(prerequisite::python()?);
    tally.take(Speaker::Script, script.arg("tests/lessons/run.py").arg("--forkyard").arg(place::forkyard(Profile::Debug)))
}

fn stories(tally: &mut Tally) -> Result<()> {
    call::run(call::cargo().args(["build", "--package", "forkyard-timeline", "--example", "words"]))?;
    let words = place::programs(Profile::Debug).join("examples/words");
    let mut script = call::program(prerequisite::python()?);
    script.arg("tests/stories/run.py").arg("--forkyard").arg(place::forkyard(Profile::Debug)).arg("--words").arg(words);
    tally.take(Speaker::Script, &mut script)
}

fn site(_: &mut Tally) -> Result<()> {
    site::build()
}

fn browser(tally: &mut Tally) -> Result<()> {
    npm::install("tests/browser")?;
    let mut node = call::program("node");
    node.current_dir(place::root().join("tests/browser"))
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .env("FORKYARD", place::forkyard(Profile::Debug))
        .env("FORKYARD_CHROMIUM", chromium::find()?)
        .env("FORKYARD_SCREENSHOTS", place::target().join("browser"));
    tally.take(Speaker::Node, &mut node)
}

fn nextest() -> Result<bool> {
    Ok(call::answer(call::cargo().args(["nextest", "--version"]))?.is_some())
}

fn nextest_run() -> Command {
    let mut command = call::cargo();
    command.args(["nextest", "run", "--no-fail-fast", "--color", "never", "--no-tests", "pass"]);
    command
}

fn cargo_test() -> Command {
    let mut command = call::cargo();
    command.args(["test", "--no-fail-fast", "--color", "never"]);
    command
}
