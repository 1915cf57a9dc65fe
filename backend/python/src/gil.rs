//! The interpreter's lock: who waits for it and who has it, as the preloaded library sees it.

use forkyard_trace::watcher;
use pyo3::prelude::*;

/// From now on the waits of this process's threads for the interpreter's lock are recorded. None, or why they are not.
#[pyfunction]
pub(crate) fn gil_watch() -> Option<String> {
    watcher::watch_gil(turn).err().map(|error| error.to_string())
}

/// Lets the lock go and takes it again.
extern "C" fn turn() {
    Python::attach(|py| py.detach(|| ()));
}
