//! `cargo xtask scale`: how the page bears a long run. `frontend/timeline/examples/long_run.rs` writes it, `tests/browser/scale.js` has
//! the page draw it in a real Chromium and measures; this builds and calls them.

use std::fs::{self, File};

use anyhow::{Context, Result};

use crate::tools::{chromium, npm};
use crate::{call, place, site};

/// Each run, once as fast as the page takes it and once live, its chunks as far apart as the server sends them.
const PACES_MS: [&str; 2] = ["0", "50"];

/// So many rows of a run make a chunk.
const ROWS_A_CHUNK: u64 = 5_000;

/// Draws a run of so many rows.
pub(crate) fn scale(rows: u64) -> Result<()> {
    site::build()?;
    npm::install("tests/browser")?;
    let directory = place::target().join("scale");
    fs::create_dir_all(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    let chunks = directory.join("chunks.jsonl");
    let file = File::create(&chunks).with_context(|| format!("{} cannot be written", chunks.display()))?;
    let mut run = call::cargo();
    run.args(["run", "--quiet", "--release", "--package", "forkyard-timeline", "--example", "long_run", "--"]);
    call::run(run.args([rows, rows.div_ceil(ROWS_A_CHUNK)].map(|number| number.to_string())).stdout(file))?;
    for pace in PACES_MS {
        call::say(&format!("{rows} rows, a chunk of {ROWS_A_CHUNK} every {pace} ms"), "");
        let mut node = call::program("node");
        node.arg("tests/browser/scale.js").arg("--chunks").arg(&chunks).arg("--site").arg(place::site()).args(["--pace", pace]);
        call::run(node.env("FORKYARD_CHROMIUM", chromium::find()?))?;
    }
    Ok(())
}
