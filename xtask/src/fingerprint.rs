//! Whether something must be done again: the fingerprint of what it was made from, kept in `target/stamps`.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::place;

/// Directories that hold what was made, never what it is made from.
const MADE: [&str; 4] = ["node_modules", "dist", "target", "__pycache__"];

/// A number that changes when one of its parts does.
#[derive(Debug, Default)]
pub(crate) struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Adds a text: a version, an option.
    pub(crate) fn text(mut self, text: &str) -> Self {
        text.hash(&mut self.0);
        self
    }

    /// Adds files, and the files below directories, by name and content. What does not exist counts as not existing.
    pub(crate) fn files(mut self, paths: &[&str]) -> Result<Self> {
        for file in files(paths)? {
            file.strip_prefix(place::root()).unwrap_or(&file).hash(&mut self.0);
            fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?.hash(&mut self.0);
        }
        Ok(self)
    }

    fn value(&self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// Does `work` unless it was done for this very fingerprint and what it `made` is still there.
pub(crate) fn once(name: &str, fingerprint: &Fingerprint, made: &Path, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = place::target().join("stamps").join(name);
    let value = fingerprint.value();
    if made.exists() && fs::read_to_string(&stamp).is_ok_and(|last| last == value) {
        return Ok(());
    }
    work()?;
    fs::create_dir_all(place::target().join("stamps")).context("target/stamps cannot be made")?;
    fs::write(&stamp, value).with_context(|| format!("{} cannot be written", stamp.display()))
}

/// Lets something be done again.
pub(crate) fn forget(name: &str) -> Result<()> {
    match fs::remove_file(place::target().join("stamps").join(name)) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("the stamp of {name} cannot be removed"))
        }
        _ => Ok(()),
    }
}

/// The files at or below these paths of the repository, in order, without what was made.
pub(crate) fn files(paths: &[&str]) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for path in paths {
        collect(&place::root().join(path), &mut found)?;
    }
    Ok(found)
}

/// Every file at or below `path`, except what was made.
fn collect(path: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.insert(path.to_owned());
    } else if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))? {
            let entry = entry?;
            if !MADE.iter().any(|made| entry.file_name() == *made) {
                collect(&entry.path(), files)?;
            }
        }
    }
    Ok(())
}
