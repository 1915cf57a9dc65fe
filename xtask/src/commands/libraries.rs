//! `cargo xtask libraries`: programs that use other libraries, on the engine. `tests/conformance/libraries` installs
//! what they need outside the tree and runs them; this builds and calls it.

use anyhow::Result;

use crate::place::{self, Profile};
use crate::{call, prerequisite, programs};

/// Builds, and runs the programs with these interpreters; with every one from 3.11 to 3.13 when none is named.
pub(crate) fn libraries(pythons: &[String]) -> Result<()> {
    programs::stage(Profile::Debug)?;
    call::say("Running programs that use dask, joblib, loky, numpy and others", "a minute for each interpreter");
    let mut script = call::program(prerequisite::python()?);
    script.arg("tests/conformance/libraries/run.py").arg("--forkyard").arg(place::forkyard(Profile::Debug));
    for python in pythons {
        script.args(["--python", python]);
    }
    call::run(&mut script)
}
