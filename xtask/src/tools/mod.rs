//! What the commands install: WebAssembly's standard library, trunk, wasm-bindgen, npm packages, Chromium.
//!
//! Tools written in Rust are built unoptimised into [`place::tools`], once for each version; the registries hold no built ones.

pub(crate) mod chromium;
pub(crate) mod npm;
pub(crate) mod trunk;
pub(crate) mod wasm_bindgen;
pub(crate) mod wasm_target;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{call, place};

/// A program on crates.io.
struct RustTool<'a> {
    /// The package.
    package: &'a str,
    /// The program in it.
    program: &'a str,
    /// The exact version.
    version: &'a str,
    /// How long the build usually takes, in words.
    usually: &'a str,
    /// Further flags for `cargo install`.
    flags: &'a [&'a str],
}

impl RustTool<'_> {
    /// The directory that holds the program: where it was installed before, else where it is now.
    fn directory(&self) -> Result<PathBuf> {
        if let Some(found) = call::find(&[self.program])
            && let Some(version) = call::answer(call::program(&found).arg("--version"))?
            && version.split_whitespace().nth(1) == Some(self.version)
        {
            return found.parent().map(Path::to_owned).context("a program lies in a directory");
        }
        let home = place::tools()?.join(format!("{}-{}", self.program, self.version));
        let directory = home.join("bin");
        if !directory.join(self.program).is_file() {
            self.install(&home)?;
        }
        Ok(directory)
    }

    /// Builds beside the goal and renames, so that a half-built tool is never taken for a whole one.
    fn install(&self, home: &Path) -> Result<()> {
        call::say(&format!("Installing {} {}", self.program, self.version), &format!("{}, once", self.usually));
        let unfinished = home.with_extension(format!("{}.unfinished", std::process::id()));
        fs::create_dir_all(&unfinished).with_context(|| format!("{} cannot be made", unfinished.display()))?;
        let outcome = call::run(
            call::cargo()
                .current_dir(&unfinished)
                .args(["install", self.package, "--version", self.version, "--bin", self.program, "--debug", "--root", "."])
                .args(self.flags)
                .env("CARGO_TARGET_DIR", unfinished.join("target"))
                .env("CARGO_PROFILE_DEV_DEBUG", "0"),
        );
        if let Err(error) = outcome {
            // Why it failed matters more than what it left.
            fs::remove_dir_all(&unfinished).ok();
            return Err(error);
        }
        fs::remove_dir_all(unfinished.join("target")).context("what the build left cannot be removed")?;
        fs::remove_dir_all(home).ok();
        // Another clone may have been quicker: its tool is as good as ours.
        if fs::rename(&unfinished, home).is_err() {
            fs::remove_dir_all(&unfinished).ok();
        }
        ensure!(home.join("bin").join(self.program).is_file(), "{} was built but is not in {}", self.program, home.display());
        Ok(())
    }
}

/// Installs a package of Debian when we may, or names the command.
pub(crate) fn debian_packages(packages: &[&str], what: &str, usually: &str) -> Result<()> {
    let by_hand = format!("apt-get install {}", packages.join(" "));
    let root = call::answer(call::program("id").arg("-u"))?.as_deref() == Some("0");
    ensure!(root && call::find(&["apt-get"]).is_some(), "{what} is missing: install it with `{by_hand}`");
    call::say(&format!("Installing {what} with apt-get"), &format!("{usually}, once"));
    call::run(call::program("apt-get").args(["update", "--quiet", "--quiet"]))?;
    call::run(
        call::program("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "--yes", "--quiet", "--quiet", "--no-install-recommends"])
            .args(packages),
    )
    .with_context(|| format!("{what} is missing: install it with `{by_hand}`"))
}
