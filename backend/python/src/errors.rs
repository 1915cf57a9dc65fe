//! The engine's errors as Python's exceptions. Texts that CPython's module has are made where they are raised.

use std::error::Error;
use std::io;

use forkyard_engine::shm::{BlockError, HandleError};
use forkyard_engine::sync::AcquireError;
use nix::errno::Errno;
use pyo3::exceptions::{PyMemoryError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// No shared memory.
pub(crate) fn memory(error: BlockError) -> PyErr {
    match error {
        BlockError::Full { .. } => PyMemoryError::new_err(error.to_string()),
        BlockError::Alignment(_) => PyValueError::new_err(error.to_string()),
        other => refused(&other),
    }
}

/// What the kernel refused, with its number and text as the interpreter's own errors have them.
pub(crate) fn refused(error: &(dyn Error + 'static)) -> PyErr {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    match causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).find_map(io::Error::raw_os_error) {
        Some(number) => PyOSError::new_err((number, Errno::from_raw(number).desc())),
        None => PyOSError::new_err(error.to_string()),
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
