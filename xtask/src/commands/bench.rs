//! `cargo xtask bench`: the engine beside CPython's own `multiprocessing`. `tests/bench` measures; this builds and calls it.

use anyhow::Result;

use crate::place::{self, Profile};
use crate::{call, prerequisite, programs};

/// Builds in release and measures; every figure is taken `repeats` times.
pub(crate) fn bench(repeats: u32) -> Result<()> {
    let python = prerequisite::python()?;
    programs::stage(Profile::Release)?;
    call::say("Measuring the engine beside CPython's own multiprocessing", "2 minutes");
    let mut bench = call::program(python);
    bench.arg("tests/bench/bench.py").arg("--forkyard").arg(place::forkyard(Profile::Release));
    bench.arg("--repeats").arg(repeats.to_string()).arg("--results").arg(place::target().join("bench/results.json"));
    call::run(&mut bench)
}
