//! wasm-bindgen's program, which must be of the very version of the library.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::RustTool;
use crate::place;

/// What rustc's WebAssembly has beyond the first version of it; the optimizer has to be told.
const FEATURES: &str = "--enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int \
     --enable-reference-types --enable-sign-ext";

/// The directory that holds it.
pub(crate) fn directory() -> Result<PathBuf> {
    let lock = fs::read_to_string(place::root().join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    let version = locked(&lock, "wasm-bindgen").context("Cargo.lock names no version of wasm-bindgen")?;
    // Not `--locked`: the published lock file does not build.
    let tool = RustTool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version, usually: "a minute", flags: &[] };
    tool.directory()
}

/// A directory with a wasm-bindgen that leaves out what need not be downloaded: the functions' names, a fifth of it, what the module's
/// optimizer finds, and the blanks of its JavaScript. trunk has no option for the first and the last, would fetch an optimizer by itself,
/// and hashes what wasm-bindgen leaves, so that nothing can be taken out later.
pub(crate) fn sparing() -> Result<PathBuf> {
    let wasm_bindgen = directory()?.join("wasm-bindgen");
    let programs = place::root().join("frontend/editor/node_modules/.bin");
    let directory = place::target().join("tools");
    let script = format!(
        r#"#!/bin/sh
'{wasm_bindgen}' --remove-name-section --remove-producers-section "$@" || exit
for argument; do
  case "$argument" in --out-dir=*) made="${{argument#--out-dir=}}" ;; esac
done
# Asked for its version alone.
[ -n "$made" ] || exit 0
'{programs}/wasm-opt' -O2 {FEATURES} "$made"/*.wasm --output "$made"/*.wasm || exit
exec '{programs}/esbuild' --minify --format=esm --target=es2022 --log-level=warning --allow-overwrite --outdir="$made" "$made"/*.js
"#,
        wasm_bindgen = wasm_bindgen.display(),
        programs = programs.display(),
    );
    let file = directory.join("wasm-bindgen");
    if fs::read_to_string(&file).is_ok_and(|old| old == script) {
        return Ok(directory);
    }
    fs::create_dir_all(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    fs::write(&file, script).with_context(|| format!("{} cannot be written", file.display()))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("{} cannot be made a program", file.display()))?;
    Ok(directory)
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
