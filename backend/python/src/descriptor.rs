//! Descriptors that Python knows by their numbers, as Rust's. The only `unsafe` of this crate.

use std::os::fd::{BorrowedFd, OwnedFd};

use pyo3::prelude::*;

/// A duplicate (close-on-exec) of the descriptor with this number. The number stays the caller's to close.
#[expect(unsafe_code, reason = "Python has descriptors as plain numbers, and std takes those only so")]
pub(crate) fn duplicate(fd: i32) -> PyResult<OwnedFd> {
    if fd < 0 {
        return Err(pyo3::exceptions::PyValueError::new_err("invalid handle"));
    }
    // SAFETY: borrowed for the next line only; a number that is no open descriptor makes the duplication fail with EBADF.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    Ok(borrowed.try_clone_to_owned()?)
}
