//! wasm-bindgen's program, which must be of the very version of the library.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::RustTool;
use crate::place;

/// The directory that holds it.
pub(crate) fn directory() -> Result<PathBuf> {
    let lock = fs::read_to_string(place::root().join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    let version = locked(&lock, "wasm-bindgen").context("Cargo.lock names no version of wasm-bindgen")?;
    // Not `--locked`: the published lock file does not build.
    let tool = RustTool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version, usually: "a minute", flags: &[] };
    tool.directory()
}

/// The version of a package in a lock file.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let heading = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != heading);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_by_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked(lock, "wasm"), None);
    }
}
