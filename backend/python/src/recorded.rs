//! `RecordedTask`: a function each call of which is recorded as a task, without a frame or a step of Python's around it.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use forkyard_trace::event::{Kind, pack};
use forkyard_trace::recorder;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

/// `function`, whose calls are tasks of a pool, from index `start` on; `name` is the number of the function's name in the recording. Not
/// for daemon threads: see `_forkyard.trace.around_in_thread`.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct RecordedTask {
    function: Py<PyAny>,
    pool: u32,
    next: AtomicU32,
    name: u32,
}

#[pymethods]
impl RecordedTask {
    #[new]
    fn new(function: Py<PyAny>, pool: u32, start: u32, name: u32) -> Self {
        Self { function, pool, next: AtomicU32::new(start), name }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.function)
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__(&self, py: Python<'_>, args: &Bound<'_, PyTuple>, kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<Py<PyAny>> {
        recorder::record(Kind::TaskBegin, self.pool, pack(self.next.fetch_add(1, Relaxed), self.name));
        let result = self.function.call(py, args, kwargs);
        recorder::record(Kind::TaskEnd, self.pool, result.is_ok().into());
        result
    }
}
