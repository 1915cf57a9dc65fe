//! Compiles the engine's Python package ahead of runs, which cannot: their file system is read-only.
//!
//! Uncompiled, the package costs every start of a program some 17 ms. It is compiled once for each interpreter and again when the
//! package has changed. Where its directory cannot be written, programs start slower and nothing else is lost.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use super::discover::Found;

/// Compiles the package, which is in this [`state`], for this interpreter, unless `stamp` says that it is.
pub(crate) fn compile(found: &Found, package: &Path, state: &str, stamp: &Path) -> io::Result<()> {
    if std::fs::read_to_string(stamp).is_ok_and(|compiled| compiled == state) {
        return Ok(());
    }
    let mut python = Command::new(&found.executable);
    // Without the site: it is the package itself that would be started there.
    python.args(["-I", "-S", "-m", "compileall", "-q"]).arg(package);
    python.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    std::fs::write(stamp, state)
}

/// What differs when the package does.
pub(crate) fn state(package: &Path) -> String {
    newest(package).map_or_else(|error| error.to_string(), |newest| newest.to_string())
}

/// When the package was last changed, in nanoseconds since 1970; what Python compiled of it does not count.
fn newest(directory: &Path) -> io::Result<u128> {
    let mut newest_so_far = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name() == "__pycache__" {
            continue;
        }
        let changed = if entry.file_type()?.is_dir() {
            newest(&entry.path())?
        } else {
            entry.metadata()?.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
        };
        newest_so_far = newest_so_far.max(changed);
    }
    Ok(newest_so_far)
}
