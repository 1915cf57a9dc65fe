//! `cargo xtask check`: formatting, lints, docs, house rules. Everything is tried, then what failed is named.

use anyhow::{Result, bail};

use crate::tools::wasm_target::{self, TRIPLE};
use crate::{call, prerequisite};

/// The page is compiled for the browser alone, everything else natively.
const NATIVE: [&str; 3] = ["--workspace", "--exclude", "forkyard-app"];
const PAGE: [&str; 4] = ["-p", "forkyard-app", "--target", TRIPLE];

/// Looks at everything that needs no run of the program.
pub(crate) fn check() -> Result<()> {
    prerequisite::python()?;
    let wasm = wasm_target::find()?;
    let page = |arguments: &[&str]| {
        let mut cargo = wasm.cargo();
        wasm.apply(&mut cargo);
        cargo.args(arguments).args(PAGE);
        cargo
    };
    let native = |arguments: &[&str]| {
        let mut cargo = call::cargo();
        cargo.args(arguments).args(NATIVE);
        cargo
    };

    let mut format = call::cargo();
    format.args(["fmt", "--all", "--check"]);
    let mut lints = native(&["clippy", "--all-targets"]);
    lints.args(["--", "-D", "warnings"]);
    let mut page_lints = page(&["clippy"]);
    page_lints.args(["--", "-D", "warnings"]);
    let mut docs = native(&["doc", "--no-deps"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    let mut page_docs = page(&["doc", "--no-deps"]);
    page_docs.env("RUSTDOCFLAGS", "-D warnings");
    let mut rules = call::cargo();
    rules.args(["test", "--quiet", "--no-fail-fast", "-p", "forkyard-tidy"]);

    let steps = [
        ("formatting", "", format),
        ("lints", "a minute from nothing", lints),
        ("lints of the page", "half a minute from nothing", page_lints),
        ("docs", "half a minute from nothing", docs),
        ("docs of the page", "", page_docs),
        ("house rules", "", rules),
    ];
    let mut failed = Vec::new();
    for (name, usually, mut command) in steps {
        call::say(&format!("Checking {name}"), usually);
        if let Err(error) = call::run(&mut command) {
            eprintln!("{error:#}");
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("these need a look: {}", failed.join(", "));
    }
    call::say("Everything is in order", "");
    Ok(())
}
