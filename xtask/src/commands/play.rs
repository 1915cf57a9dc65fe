//! `cargo xtask play`: builds everything in release, then becomes the server.

use std::convert::Infallible;
use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};

use super::build;
use crate::place::{self, Profile};

/// Builds, then gives this process to `forkyard serve`, which prints its address when it is ready: Ctrl-C reaches it and nothing
/// else is left to end.
pub(crate) fn play(listen: &str) -> Result<Infallible> {
    build::everything()?;
    let forkyard = place::forkyard(Profile::Release);
    let error = std::process::Command::new(&forkyard).args(["serve", "--listen", listen]).exec();
    Err(error).with_context(|| format!("{} did not start", forkyard.display()))
}
