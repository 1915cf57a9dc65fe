//! The browser of the browser tests.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::debian_packages;
use crate::call;

const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// Finds a Chromium: `$FORKYARD_CHROMIUM`, one on the PATH, or Debian's, installed now.
pub(crate) fn find() -> Result<PathBuf> {
    if let Some(chosen) = env::var_os("FORKYARD_CHROMIUM") {
        return Ok(chosen.into());
    }
    if let Some(found) = call::find(&NAMES) {
        return Ok(found);
    }
    debian_packages(&["chromium"], "Chromium, which the browser tests drive", "a minute")?;
    call::find(&NAMES).context("Chromium was installed but is not on the PATH: set FORKYARD_CHROMIUM to its path")
}
