//! The site: the editor's bundle by esbuild, then the page by trunk, into `frontend/app/dist`.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::fingerprint::{Fingerprint, forget, once};
use crate::tools::{npm, trunk, wasm_bindgen, wasm_target};
use crate::{call, place};

/// What the page is made from.
const SOURCES: [&str; 5] = ["Cargo.lock", "Cargo.toml", "Trunk.toml", "backend/wire", "frontend"];

/// Builds the page as people download it, unless it was built from the very same sources.
pub(crate) fn build() -> Result<()> {
    let fingerprint = Fingerprint::default().text("page without names and blanks").files(&SOURCES)?;
    once("site", &fingerprint, &place::site().join("index.html"), || {
        editor()?;
        let mut trunk = trunk("build", &wasm_bindgen::sparing()?)?;
        call::say("Building the page", "2 minutes from nothing, half a minute after an edit");
        call::run(trunk.args(["--cargo-profile", "page"]))
    })
}

/// Says how much a reader downloads.
pub(crate) fn tell_size() -> Result<()> {
    call::run(call::program("node").arg("frontend/app/size.js").arg(place::site()))
}

/// Bundles the editor, unless it was bundled from the very same sources.
pub(crate) fn editor() -> Result<()> {
    let directory = place::root().join("frontend/editor");
    npm::install("frontend/editor")?;
    once("editor", &Fingerprint::default().files(&["frontend/editor"])?, &directory.join("dist/editor.js"), || {
        call::say("Bundling the editor", "");
        call::run(call::program("npm").current_dir(&directory).args(["run", "--silent", "build"]))
    })
}

/// trunk, about to build the page quickly again whenever it changes.
pub(crate) fn watch() -> Result<Command> {
    // What it leaves is not what people download.
    forget("site")?;
    let mut trunk = trunk("watch", &wasm_bindgen::directory()?)?;
    trunk.args(["--cargo-profile", "dev"]);
    Ok(trunk)
}

/// trunk with one of its commands, told to use the tools that we installed and to download none.
fn trunk(command: &str, wasm_bindgen: &Path) -> Result<Command> {
    let wasm = wasm_target::find()?;
    // trunk's --offline holds for cargo too, and nobody may have needed the page's crates before.
    let mut fetch = wasm.cargo();
    wasm.apply(&mut fetch);
    call::run(fetch.args(["fetch", "--quiet", "--target", wasm_target::TRIPLE]))?;
    let trunk = trunk::directory()?;
    let mut directories: Vec<&Path> = vec![&trunk, wasm_bindgen];
    if wasm == wasm_target::WasmTarget::Debian {
        directories.push(Path::new("/usr/bin"));
    }
    let mut call = call::program(trunk.join("trunk"));
    wasm.apply(&mut call);
    call.env("PATH", call::path_with(&directories)?).args([command, "--offline", "true", "--skip-version-check"]);
    // trunk takes NO_COLOR=1 for a wrong value of its own flag.
    call.env_remove("NO_COLOR");
    Ok(call)
}
