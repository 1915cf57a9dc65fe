//! Python's bytes, made of a message's without being cleared first, and copied as the engine copies.
#![expect(unsafe_code, reason = "bytes are filled in after they were made")]

use std::ptr::{copy_nonoverlapping, null};

use forkyard_engine::limits::COPY_STEP;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// The same bytes as an object.
pub(crate) fn bytes<'py>(py: Python<'py>, from: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    if from.len() <= COPY_STEP {
        return Ok(PyBytes::new(py, from));
    }
    // SAFETY: the object is new and nobody else's until all of its `from.len()` bytes, which lie nowhere in `from`, are filled in.
    unsafe {
        let made = ffi::PyBytes_FromStringAndSize(null(), from.len() as isize);
        let object = Bound::from_owned_ptr_or_err(py, made)?.cast_into_unchecked();
        let mut to = ffi::PyBytes_AsString(made).cast::<u8>();
        for step in from.chunks(COPY_STEP) {
            copy_nonoverlapping(step.as_ptr(), to, step.len());
            to = to.add(step.len());
        }
        Ok(object)
    }
}
