//! The interpreters of this machine, and the environments that put the engine in place of `multiprocessing`.
//!
//! [`discover`] finds and asks them, [`cache`] remembers their answers, [`choice`] picks one by version, and [`environment`]
//! makes the directory an interpreter is started from; [`bytecode`] compiles the package for it, and [`gil`] asks whether its lock can
//! be watched. Nothing here runs a learner's program.

mod bytecode;
pub(crate) mod cache;
pub(crate) mod choice;
pub(crate) mod discover;
pub(crate) mod environment;
mod gil;

pub(crate) use choice::{ChoiceError, Interpreters};
pub(crate) use discover::Found;

use std::path::PathBuf;

/// Forkyard's directory for what can be made again: `$XDG_CACHE_HOME/forkyard` or `~/.cache/forkyard`.
pub(crate) fn cache_directory() -> PathBuf {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
        .join("forkyard")
}
