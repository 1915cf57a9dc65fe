//! What must be there before: Python, Node with npm. A missing one is one sentence that names the command which installs it.
//!
//! Rust is not asked for: without cargo nobody gets here, and cargo itself refuses a toolchain older than the workspace's
//! `rust-version`.

use std::env;

use anyhow::{Result, bail};

use crate::call;

/// CPython, at least.
const PYTHON: (u32, u32) = (3, 11);
/// Node, at least.
const NODE: u32 = 20;

/// A Python that Forkyard can use, by any of the names it may have; the answer is that name.
pub(crate) fn python() -> Result<String> {
    let chosen = env::var("FORKYARD_PYTHON").ok().filter(|value| value.contains('/'));
    let numbered = (PYTHON.1..PYTHON.1 + 10).rev().map(|minor| format!("python3.{minor}"));
    for name in chosen.into_iter().chain(["python3".to_owned()]).chain(numbered) {
        let version = call::answer(call::program(&name).arg("--version"))?;
        if version.as_deref().and_then(numbers).is_some_and(|(major, minor)| (major, minor) >= PYTHON) {
            return Ok(name);
        }
    }
    bail!(
        "Python 3.11 or later is missing: install it with `apt-get install python3` (Debian 12 or later) or `pyenv install 3.13`"
    )
}

/// Node and npm.
pub(crate) fn node() -> Result<()> {
    let version = call::answer(call::program("node").arg("--version"))?;
    let Some((major, _)) = version.as_deref().and_then(numbers) else {
        bail!("Node {NODE} or later is missing: install it with `apt-get install nodejs npm` or `nvm install {NODE}`");
    };
    if major < NODE {
        bail!("Node {major} is too old: install Node {NODE} or later with `nvm install {NODE}`");
    }
    if call::answer(call::program("npm").arg("--version"))?.is_none() {
        bail!("npm is missing: install it with `apt-get install npm`");
    }
    Ok(())
}

/// The first two numbers of a version: `Python 3.13.0` is (3, 13), `v20.20.2` is (20, 20).
fn numbers(text: &str) -> Option<(u32, u32)> {
    let start = text.find(|letter: char| letter.is_ascii_digit())?;
    let mut parts = text[start..].split(|letter: char| !letter.is_ascii_digit()).map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_tools_print_them() {
        assert_eq!(numbers("Python 3.13.0"), Some((3, 13)));
        assert_eq!(numbers("v20.20.2"), Some((20, 20)));
        assert_eq!(numbers("nothing"), None);
    }
}
