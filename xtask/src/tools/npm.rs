//! Packages of npm, exactly as a lock file says.

use anyhow::Result;

use crate::fingerprint::{Fingerprint, once};
use crate::{call, place};

/// Installs the packages of a directory of the repository, unless its lock file is the one they were installed by.
pub(crate) fn install(directory: &str) -> Result<()> {
    let home = place::root().join(directory);
    let lock =
        Fingerprint::default().files(&[&format!("{directory}/package-lock.json"), &format!("{directory}/package.json")])?;
    once(&format!("npm-{}", directory.replace('/', "-")), &lock, &home.join("node_modules"), || {
        call::say(&format!("Installing the npm packages of {directory}"), "20 seconds");
        call::run(call::program("npm").current_dir(&home).args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--prefer-offline",
            "--loglevel=error",
        ]))
    })
}
