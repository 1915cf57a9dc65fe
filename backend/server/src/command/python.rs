//! `forkyard python`: the interpreter itself, with the engine in place of `multiprocessing`.
//!
//! Becomes the interpreter: no process of ours stays, so signals, the exit code and the terminal are the interpreter's own.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Context, bail};

use crate::installation::Installation;
use crate::python::{Interpreters, environment};

#[derive(Debug, clap::Args)]
#[command(
    disable_help_flag = true,
    override_usage = "forkyard python [PYTHON ARGUMENTS]...",
    after_help = "FORKYARD_PYTHON (3.13, or a path) picks the interpreter; FORKYARD_ENGINE=stdlib turns the engine off."
)]
pub(crate) struct Arguments {
    /// Handed to the interpreter untouched.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "PYTHON ARGUMENTS")]
    arguments: Vec<OsString>,
}

/// Becomes the interpreter.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let engine = std::env::var("FORKYARD_ENGINE").unwrap_or_default();
    let installation = Installation::of_this_program()?;
    let package = match engine.as_str() {
        "" | "forkyard" => installation.package()?,
        "stdlib" => installation.package_directory(),
        other => bail!("FORKYARD_ENGINE is `{other}`; it can be forkyard or stdlib"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    let interpreters = runtime.block_on(Interpreters::find())?;
    drop(runtime);
    let interpreter = environment::prepare(interpreters.default(), &package)?;
    let python = interpreter.environment.join("bin/python");
    let error = Command::new(&python).args(arguments.arguments).exec();
    Err(error).with_context(|| format!("cannot start {}", python.display()))
}
