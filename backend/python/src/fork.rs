//! The interpreter's part in a copy of its process that it has not made itself.
#![expect(unsafe_code, reason = "the interpreter's fork hooks have no safe wrappers")]

use forkyard_engine::process::zygote;
use nix::errno::Errno;
use pyo3::ffi;
use pyo3::prelude::*;

/// Who comes back from a copy.
pub(crate) enum Side<T> {
    /// The copy, with what it did before the interpreter's own hooks ran.
    Copy(T),
    /// The one that was copied, with the copy's pid.
    Copied(u32),
}

/// Copies this process, which has one thread only, as its sibling. `first` runs in the copy before any Python code does.
pub(crate) fn sibling<T>(_py: Python<'_>, first: impl FnOnce() -> T) -> Result<Side<T>, Errno> {
    // SAFETY: the interpreter is attached to this thread, as `_py` shows; one of the two functions below follows in each process.
    unsafe { ffi::PyOS_BeforeFork() };
    match zygote::copy() {
        Ok(None) => {
            let done = first();
            // SAFETY: called once, by the only thread of a process that was just copied, after PyOS_BeforeFork.
            unsafe { ffi::PyOS_AfterFork_Child() };
            Ok(Side::Copy(done))
        }
        other => {
            // SAFETY: called once, after PyOS_BeforeFork.
            unsafe { ffi::PyOS_AfterFork_Parent() };
            other.map(|pid| Side::Copied(pid.unwrap_or(0)))
        }
    }
}
