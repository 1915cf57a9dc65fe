//! `cargo xtask conformance`: CPython's own tests on the engine. `tests/conformance/cpython` runs them; this builds, sees to it that
//! there are tests, and calls it.

use std::process::Command;

use anyhow::{Result, bail};

use crate::place::{self, Profile};
use crate::tools::debian_packages;
use crate::{call, prerequisite, programs};

/// Debian's package of the tests that belong to its Python.
const DEBIAN: &str = "libpython3-testsuite";

/// What is run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An interpreter: a version such as 3.13, or a path. Without it every one from 3.11 to 3.13 that `forkyard doctor` finds.
    #[arg(long)]
    python: Vec<String>,
    /// A start method: fork, spawn or forkserver. Without it all three.
    #[arg(long)]
    start_method: Vec<String>,
    /// A suite: multiprocessing, futures or main. Without it all three.
    #[arg(long)]
    suite: Vec<String>,
    /// `stdlib` runs the tests on CPython's own module, to compare.
    #[arg(long, default_value = "forkyard")]
    engine: String,
    /// Tests: `TestQueue`, `TestQueue.test_get`, `test_get`. Without names all.
    names: Vec<String>,
}

/// Builds, and runs what was asked for.
pub(crate) fn conformance(arguments: &Arguments) -> Result<()> {
    programs::stage(Profile::Debug)?;
    let mut script = script()?;
    for (flag, values) in
        [("--python", &arguments.python), ("--start-method", &arguments.start_method), ("--suite", &arguments.suite)]
    {
        for value in values {
            script.args([flag, value]);
        }
    }
    call::run(script.args(["--engine", &arguments.engine]).args(&arguments.names))
}

/// The tests of the one interpreter that brings most of them, for [`super::test`]. They are installed when none brings any.
pub(crate) fn newest() -> Result<Command> {
    if call::answer(script()?.arg("--which"))?.is_none() {
        debian_packages(&[DEBIAN], "Python's own test suite", "a minute")?;
        if call::answer(script()?.arg("--which"))?.is_none() {
            bail!("no Python from 3.11 to 3.13 brings its `test` package, also with {DEBIAN} installed");
        }
    }
    let mut script = script()?;
    script.arg("--newest");
    Ok(script)
}

fn script() -> Result<Command> {
    let mut script = call::program(prerequisite::python()?);
    script.arg("tests/conformance/cpython/run.py").arg("--forkyard").arg(place::forkyard(Profile::Debug));
    Ok(script)
}
