//! `cargo xtask bench`: the engine beside CPython's own `multiprocessing` and other libraries. `tests/bench` measures; this builds
//! and becomes it, so that Ctrl-C is its own to handle.

use std::convert::Infallible;
use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};

use crate::place::{self, Profile};
use crate::{call, prerequisite, programs};

/// What is measured, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only these rows, or groups of rows; a wrong name lists them. All rows when none is named.
    rows: Vec<String>,
    /// The interpreter: a version such as 3.13, or a path.
    #[arg(long)]
    python: Option<String>,
    /// How often each figure is taken; 7 times, unless it is to be quick.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    repeats: Option<u32>,
    /// Shorter, fewer and noisier figures: 5 minutes for all rows instead of 15.
    #[arg(long)]
    quick: bool,
    /// Writes docs/benchmarks.md as well.
    #[arg(long, conflicts_with = "rows")]
    publish: bool,
    /// Without the other libraries, which are installed from PyPI when first needed, outside the tree.
    #[arg(long)]
    no_peers: bool,
}

/// Builds in release, then becomes the benchmark.
pub(crate) fn bench(arguments: &Arguments) -> Result<Infallible> {
    let python = prerequisite::python()?;
    programs::stage(Profile::Release)?;
    call::say("Measuring the engine beside CPython's own multiprocessing", "");
    let mut bench = call::program(python);
    bench.arg("tests/bench/bench.py").arg("--forkyard").arg(place::forkyard(Profile::Release));
    bench.arg("--results").arg(place::target().join("bench"));
    if let Some(repeats) = arguments.repeats {
        bench.arg("--repeats").arg(repeats.to_string());
    }
    if let Some(python) = &arguments.python {
        bench.arg("--python").arg(python);
    }
    if arguments.publish {
        bench.arg("--page").arg("docs/benchmarks.md");
    }
    if arguments.quick {
        bench.arg("--quick");
    }
    if !arguments.no_peers {
        bench.arg("--peers").arg(place::tools()?.join("bench"));
    }
    let error = bench.args(&arguments.rows).exec();
    Err(error).context("Python did not start")
}
