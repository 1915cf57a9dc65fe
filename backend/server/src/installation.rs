//! Where the parts of Forkyard lie: the runner and the Python package stand beside the program.

use std::path::{Path, PathBuf};

/// The directory of the program, with the other parts in it.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    directory: PathBuf,
}

impl Installation {
    /// Looks where this program was started from.
    pub(crate) fn of_this_program() -> Result<Self, InstallationError> {
        let program = std::env::current_exe().map_err(InstallationError::Unknown)?;
        let directory = program.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(Installation { directory })
    }

    /// The program that runs one run.
    pub(crate) fn runner(&self) -> Result<PathBuf, InstallationError> {
        let runner = self.directory.join("forkyard-runner");
        if runner.is_file() { Ok(runner) } else { Err(InstallationError::NoRunner(runner)) }
    }

    /// The directory of the Python package, whether it is there or not.
    pub(crate) fn package_directory(&self) -> PathBuf {
        self.directory.join("python")
    }

    /// The directory of the Python package, with the package in it.
    pub(crate) fn package(&self) -> Result<PathBuf, InstallationError> {
        let package = self.package_directory();
        if package.join("_forkyard/boot.py").is_file() { Ok(package) } else { Err(InstallationError::NoPackage(package)) }
    }
}

/// A part of Forkyard is not where it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstallationError {
    /// The system does not say where the program lies.
    #[error("cannot tell where this program lies: {0}")]
    Unknown(std::io::Error),
    /// There is no runner.
    #[error("the runner is missing at {}: build it with `cargo xtask build`", .0.display())]
    NoRunner(PathBuf),
    /// There is no Python package.
    #[error("the engine's Python package is missing at {}: build it with `cargo xtask build`", .0.display())]
    NoPackage(PathBuf),
}
