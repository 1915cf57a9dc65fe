//! Where things lie: the repository, what is built, what is installed.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A way to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build; what the tests use.
    Debug,
    /// Quick to run; what people use.
    Release,
}

impl Profile {
    /// The directory's name under `target`.
    pub(crate) fn directory(self) -> &'static str {
        match self {
            Profile::Debug => "debug",
            Profile::Release => "release",
        }
    }

    /// What cargo is told.
    pub(crate) fn flags(self) -> &'static [&'static str] {
        match self {
            Profile::Debug => &[],
            Profile::Release => &["--release"],
        }
    }
}

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where cargo builds: `CARGO_TARGET_DIR` when set, else `target`.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |directory| root().join(directory))
}

/// Where the programs of a profile lie.
pub(crate) fn programs(profile: Profile) -> PathBuf {
    target().join(profile.directory())
}

/// The built `forkyard`.
pub(crate) fn forkyard(profile: Profile) -> PathBuf {
    programs(profile).join("forkyard")
}

/// The built site.
pub(crate) fn site() -> PathBuf {
    root().join("frontend/app/dist")
}

/// Tools that were installed, one directory for each tool and version. Outside the tree, so that clones share them.
pub(crate) fn tools() -> Result<PathBuf> {
    let cache = match env::var_os("XDG_CACHE_HOME").filter(|value| Path::new(value).is_absolute()) {
        Some(directory) => PathBuf::from(directory),
        None => {
            PathBuf::from(env::var_os("HOME").context("HOME is not set: there is no place to install tools in")?).join(".cache")
        }
    };
    Ok(cache.join("forkyard/tools"))
}
