//! `cargo xtask soak`: minutes of pools, queues and spawned processes, to see whether anything grows. `tests/conformance/soak.py`
//! is the program and measures itself; this builds and calls it.

use anyhow::Result;

use crate::place::{self, Profile};
use crate::{call, programs};

/// Builds in release, and runs for so many minutes.
pub(crate) fn soak(minutes: f64) -> Result<()> {
    programs::stage(Profile::Release)?;
    call::say("Pools, queues and spawned processes in turn", &format!("{minutes} minutes"));
    let mut program = call::program(place::forkyard(Profile::Release));
    call::run(program.args(["python", "tests/conformance/soak.py", "--minutes"]).arg(minutes.to_string()))
}
