//! `cargo xtask stage`: the programs and the Python package, without the site.

use anyhow::Result;

use crate::place::{self, Profile};
use crate::{call, prerequisite, programs};

/// Builds and lays; says where.
pub(crate) fn stage(profile: Profile) -> Result<()> {
    prerequisite::python()?;
    programs::stage(profile)?;
    call::say(&format!("{} is ready", place::forkyard(profile).display()), "");
    Ok(())
}
