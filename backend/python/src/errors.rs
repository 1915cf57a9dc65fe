//! The engine's errors as Python's exceptions. Texts that CPython's module has are made where they are raised.

use forkyard_engine::shm::{BlockError, HandleError};
use forkyard_engine::sync::AcquireError;
use pyo3::exceptions::{PyMemoryError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// No shared memory.
pub(crate) fn memory(error: BlockError) -> PyErr {
    match error {
        BlockError::Full { .. } => PyMemoryError::new_err(error.to_string()),
        BlockError::Alignment(_) => PyValueError::new_err(error.to_string()),
        other => PyOSError::new_err(other.to_string()),
    }
}

/// A handle that names nothing here.
pub(crate) fn handle(error: HandleError) -> PyErr {
    PyOSError::new_err(error.to_string())
}

/// The dead process that held a lock, as `_forkyard.errors.OwnerDied`.
pub(crate) fn acquire(py: Python<'_>, error: AcquireError) -> PyErr {
    static OWNER_DIED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let AcquireError::OwnerDied { pid } = error else { return PyOSError::new_err(error.to_string()) };
    match OWNER_DIED.import(py, "_forkyard.errors", "OwnerDied").and_then(|class| class.call1((pid,))) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// `queue.Empty` or `queue.Full`.
pub(crate) fn of_queue(py: Python<'_>, name: &str) -> PyErr {
    match py
        .import("_queue")
        .and_then(|module| if name == "Empty" { module.getattr(name) } else { py.import("queue")?.getattr(name) })
    {
        Ok(class) => class.call0().map_or_else(|error| error, PyErr::from_value),
        Err(error) => error,
    }
}
