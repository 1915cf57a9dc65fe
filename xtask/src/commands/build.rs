//! `cargo xtask build`: the release build alone. The site comes first, for it is built into the program.

use anyhow::Result;

use crate::place::{self, Profile};
use crate::{call, prerequisite, programs, site};

/// Builds the site, then the programs; says how much of it is downloaded, and where the program lies.
pub(crate) fn build() -> Result<()> {
    everything()?;
    site::tell_size()?;
    call::say(&format!("{} is ready", place::forkyard(Profile::Release).display()), "");
    Ok(())
}

/// What `build` and `play` share.
pub(super) fn everything() -> Result<()> {
    prerequisite::python()?;
    prerequisite::node()?;
    site::build()?;
    programs::stage(Profile::Release)
}
