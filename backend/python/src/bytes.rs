//! Python's bytes, made of a message's without being cleared first, and copied as the engine copies.
#![expect(unsafe_code, reason = "bytes are filled in after they were made")]

use std::ptr::{NonNull, copy_nonoverlapping, null};

use forkyard_engine::limits::COPY_STEP;
use nix::sys::mman::{MmapAdvise, madvise};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// From so many bytes on the kernel is asked for huge pages, as NumPy asks for its arrays: memory that is new costs 2 us for each
/// small page, which is more than the copying.
const HUGE: usize = 4 << 20;

/// Where memory that is asked for begins: at a page, bytes.
const PAGE: usize = 4096;

/// The same bytes as an object.
pub(crate) fn bytes<'py>(py: Python<'py>, from: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    if from.len() <= COPY_STEP {
        return Ok(PyBytes::new(py, from));
    }
    // SAFETY: the object is new and nobody else's until all of its `from.len()` bytes, which lie nowhere in `from`, are filled in. The
    // advice concerns pages that hold nothing but them, the last one excepted, and changes what is in none.
    unsafe {
        let made = ffi::PyBytes_FromStringAndSize(null(), from.len() as isize);
        let object = Bound::from_owned_ptr_or_err(py, made)?.cast_into_unchecked();
        let mut to = ffi::PyBytes_AsString(made).cast::<u8>();
        if from.len() >= HUGE {
            let skipped = to.align_offset(PAGE);
            // Refused where the kernel has none: they are pages as ever.
            let _ =
                NonNull::new(to.add(skipped).cast()).map(|start| madvise(start, from.len() - skipped, MmapAdvise::MADV_HUGEPAGE));
        }
        for step in from.chunks(COPY_STEP) {
            copy_nonoverlapping(step.as_ptr(), to, step.len());
            to = to.add(step.len());
        }
        Ok(object)
    }
}
