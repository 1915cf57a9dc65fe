//! trunk, which builds the page.

use std::path::PathBuf;

use anyhow::Result;

use super::RustTool;

/// The newest that Rust 1.90 compiles; 0.22 asks for 1.96.
const VERSION: &str = "0.21.14";

/// The directory that holds it.
pub(crate) fn directory() -> Result<PathBuf> {
    let tool = RustTool { package: "trunk", program: "trunk", version: VERSION, usually: "4 minutes", flags: &["--locked"] };
    tool.directory()
}
