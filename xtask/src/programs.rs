//! The programs and the Python package that lies beside them.
//!
//! `forkyard` looks for the runner and for `python/` in its own directory: both are laid into `target/<profile>`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::call;
use crate::place::{self, Profile};

/// The extension, as cargo names it.
const EXTENSION: &str = "libforkyard_python.so";

/// What watches the interpreter's lock, as cargo names it.
const WATCHER: &str = "libforkyard_gil.so";

/// Builds `forkyard`, `forkyard-runner` and the libraries, and lays the Python package. Copies only what changed.
pub(crate) fn stage(profile: Profile) -> Result<()> {
    let usually = match profile {
        Profile::Debug => "2 minutes from nothing, seconds after an edit",
        Profile::Release => "4 minutes from nothing, a minute after an edit",
    };
    call::say("Building forkyard, its runner and the Python extension", usually);
    let packages = ["-p", "forkyard-server", "-p", "forkyard-runner", "-p", "forkyard-python", "-p", "forkyard-gil"];
    // While one program does not compile the others can still be tried.
    let built = call::run(call::cargo().args(["build", "--keep-going"]).args(profile.flags()).args(packages));
    if built.is_ok() || library(profile, EXTENSION).is_file() {
        lay(profile)?;
    }
    built
}

/// A library as cargo leaves it.
fn library(profile: Profile, name: &str) -> PathBuf {
    place::programs(profile).join(name)
}

/// Makes `target/<profile>/python` equal to the package, with the extension and the watcher in it.
fn lay(profile: Profile) -> Result<()> {
    let source = place::root().join("backend/python/package");
    let goal = place::programs(profile).join("python");
    ensure!(source.is_dir(), "backend/python/package is missing: the clone is not whole");
    let mut wanted = BTreeSet::new();
    files(&source, Path::new(""), &mut wanted)?;
    for file in &wanted {
        copy_if_changed(&source.join(file), &goal.join(file))?;
    }
    for (name, installed) in [(EXTENSION, "_forkyard/_engine.abi3.so"), (WATCHER, "_forkyard/libforkyard_gil.so")] {
        copy_if_changed(&library(profile, name), &goal.join(installed))?;
        wanted.insert(PathBuf::from(installed));
    }

    let mut present = BTreeSet::new();
    files(&goal, Path::new(""), &mut present)?;
    for file in present.difference(&wanted) {
        fs::remove_file(goal.join(file)).with_context(|| format!("{} cannot be removed", file.display()))?;
    }
    Ok(())
}

/// The files below `root`, relative to it, without what Python compiled.
fn files(root: &Path, below: &Path, found: &mut BTreeSet<PathBuf>) -> Result<()> {
    let directory = root.join(below);
    for entry in fs::read_dir(&directory).with_context(|| format!("{} cannot be read", directory.display()))? {
        let entry = entry?;
        let name = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "__pycache__" {
                files(root, &name, found)?;
            }
        } else {
            found.insert(name);
        }
    }
    Ok(())
}

/// Copies beside the goal and renames: a program that has the old file mapped keeps it whole.
fn copy_if_changed(from: &Path, to: &Path) -> Result<()> {
    let content = fs::read(from).with_context(|| format!("{} cannot be read", from.display()))?;
    if fs::read(to).is_ok_and(|old| old == content) {
        return Ok(());
    }
    let directory = to.parent().context("a file lies in a directory")?;
    fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    let fresh = to.with_extension(format!("{}.new", std::process::id()));
    fs::write(&fresh, content).with_context(|| format!("{} cannot be written", fresh.display()))?;
    fs::rename(&fresh, to).with_context(|| format!("{} cannot be replaced", to.display()))
}
