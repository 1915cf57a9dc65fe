//! The files of the repository: what git tracks, and what it would.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of the repository.
#[derive(Debug, Clone)]
pub struct File {
    /// Relative to the repository, with `/`.
    pub path: String,
    /// Its text; empty when it is not UTF-8.
    pub text: String,
}

impl File {
    /// Whether its name ends in one of these, the dot left out.
    pub fn is(&self, endings: &[&str]) -> bool {
        let ending = self.path.rsplit_once('.').map_or("", |(_, ending)| ending);
        endings.contains(&ending)
    }

    /// Whether it lies below this directory.
    pub fn below(&self, directory: &str) -> bool {
        self.path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Its lines, numbered from 1.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = (usize, &str)> + use<'_> {
        let lines: Vec<_> = self.text.lines().collect();
        lines.into_iter().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file that is tracked, or new and not ignored.
///
/// # Panics
///
/// When git cannot be asked.
pub fn files() -> Vec<File> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(listing.status.success(), "git cannot list the files: {}", String::from_utf8_lossy(&listing.stderr));
    let names = String::from_utf8(listing.stdout).expect("names are UTF-8");
    let files = names.split_terminator('\0').filter_map(|path| {
        // A file that was removed and not yet committed so is listed and not there.
        let bytes = fs::read(root().join(path)).ok()?;
        Some(File { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default() })
    });
    let files: Vec<File> = files.collect();
    assert!(!files.is_empty(), "the repository holds no file: the rules would say nothing");
    files
}

/// The files written in one of these languages, named by their endings.
///
/// # Panics
///
/// When git cannot be asked.
pub fn sources(endings: &[&str]) -> Vec<File> {
    files().into_iter().filter(|file| file.is(endings)).collect()
}
