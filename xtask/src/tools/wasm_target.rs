//! The standard library for WebAssembly.
//!
//! rustup's own is the first choice. Where it cannot be downloaded, Debian's `rustc-web` compiles it from `rust-web-src`.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::debian_packages;
use crate::call;

/// Rust's name for it.
pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

/// What Debian's toolchain consists of.
const DEBIAN: [&str; 4] = ["/usr/bin/rustc", "/usr/bin/cargo", "/usr/bin/wasm-ld-19", "/usr/lib/rustlib/src/rust"];

/// Which toolchain compiles the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WasmTarget {
    /// The one that compiles everything else.
    Own,
    /// Debian's, which builds the standard library with the page.
    Debian,
}

/// Finds a toolchain that compiles for the browser, or installs one.
pub(crate) fn find() -> Result<WasmTarget> {
    if own()? {
        return Ok(WasmTarget::Own);
    }
    if call::find(&["rustup"]).is_some() {
        call::say("Adding the WebAssembly target with rustup", "10 seconds, once");
        if call::run(call::program("rustup").args(["target", "add", TRIPLE])).is_ok() && own()? {
            return Ok(WasmTarget::Own);
        }
    }
    if !debian() {
        let packages = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];
        debian_packages(&packages, &format!("the WebAssembly target (`rustup target add {TRIPLE}` or Debian's)"), "2 minutes")?;
    }
    Ok(WasmTarget::Debian)
}

impl WasmTarget {
    /// Tells a cargo, or a program that calls cargo, about the toolchain. For the latter `/usr/bin`, where Debian's lies, must come
    /// first on the PATH.
    pub(crate) fn apply(self, command: &mut Command) {
        if self == WasmTarget::Debian {
            command
                .env("CARGO", "/usr/bin/cargo")
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19")
                .env_remove("RUSTUP_TOOLCHAIN")
                // cargo put the other toolchain's libraries there.
                .env_remove("LD_LIBRARY_PATH");
        }
    }

    /// The cargo to call.
    pub(crate) fn cargo(self) -> Command {
        match self {
            WasmTarget::Own => call::cargo(),
            WasmTarget::Debian => call::program("/usr/bin/cargo"),
        }
    }
}

/// Whether the toolchain in use has the target.
fn own() -> Result<bool> {
    let sysroot = call::answer(call::program("rustc").args(["--print", "sysroot"]))?;
    Ok(sysroot.is_some_and(|root| Path::new(&root).join("lib/rustlib").join(TRIPLE).join("lib").is_dir()))
}

/// Whether Debian's packages are there.
fn debian() -> bool {
    DEBIAN.iter().all(|path| Path::new(path).exists())
}
