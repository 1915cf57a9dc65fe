//! The interpreter's part in a copy of its process that it has not made itself.
#![expect(unsafe_code, reason = "the interpreter's fork hooks have no safe wrappers")]

use forkyard_engine::process::zygote;
use nix::errno::Errno;
use pyo3::ffi;
use pyo3::prelude::*;

/// Who comes back from a copy.
pub(crate) enum Side {
    /// The copy.
    Copy,
    /// The one that was copied.
    Copied,
}

/// Copies this process, which has one thread only, as its sibling.
pub(crate) fn sibling(_py: Python<'_>) -> Result<Side, Errno> {
    // SAFETY: the interpreter is attached to this thread, as `_py` shows; one of the two functions below follows in each process.
    unsafe { ffi::PyOS_BeforeFork() };
    let copied = zygote::copy();
    if let Ok(None) = copied {
        // SAFETY: called once, by the only thread of a process that was just copied, after PyOS_BeforeFork.
        unsafe { ffi::PyOS_AfterFork_Child() };
        return Ok(Side::Copy);
    }
    // SAFETY: called once, after PyOS_BeforeFork.
    unsafe { ffi::PyOS_AfterFork_Parent() };
    copied.map(|_| Side::Copied)
}
