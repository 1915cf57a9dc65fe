//! Ending together with the parent.

use forkyard_engine::process;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

/// Has the kernel kill this process when the pipe of its parent's sentinel ends, or does so if it has ended.
#[pyfunction]
pub(crate) fn end_with_pipe(sentinel: i32) -> PyResult<()> {
    process::end_with_pipe(sentinel).map_err(|error| PyOSError::new_err(error.to_string()))
}
