//! What a worker does, recorded without a frame or a step of Python's around it: `RecordedTask`, a function each call of which is a task,
//! and `RecordedCalls`, the queue of an executor's worker, from which calls come as such functions.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};

use forkyard_trace::event::{Kind, pack};
use forkyard_trace::recorder;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit, intern};

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

/// Stands in place of an executor's `queue` of calls for the worker, which takes from it.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct RecordedCalls {
    queue: Py<PyAny>,
    executor: u32,
    /// Asked for what stands for a function that was not the last one's: `(function, index)` gives it and its name's number, or what is
    /// called in its place and None.
    ask: Py<PyAny>,
    /// The last call's function, and its name's number. Locked by a thread that is attached and asks nobody meanwhile.
    last: Mutex<Option<(Py<PyAny>, u32)>>,
}

#[pymethods]
impl RecordedCalls {
    #[new]
    fn new(queue: Py<PyAny>, executor: u32, ask: Py<PyAny>) -> Self {
        Self { queue, executor, ask, last: Mutex::new(None) }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.queue)?;
        visit.call(&self.ask)
    }

    fn __getattr__<'py>(&self, py: Python<'py>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        self.queue.bind(py).getattr(name)
    }

    /// The next call, its function to be recorded.
    #[pyo3(signature = (block=true))]
    fn get<'py>(&self, py: Python<'py>, block: bool) -> PyResult<Bound<'py, PyAny>> {
        let call = self.queue.bind(py).call_method1(intern!(py, "get"), (block,))?;
        if !call.is_none() {
            let (function, index) = (call.getattr(intern!(py, "fn"))?, call.getattr(intern!(py, "work_id"))?.extract::<u64>()?);
            call.setattr(intern!(py, "fn"), self.recorded(function, index as u32)?)?;
        }
        Ok(call)
    }
}

impl RecordedCalls {
    fn recorded<'py>(&self, function: Bound<'py, PyAny>, index: u32) -> PyResult<Bound<'py, PyAny>> {
        let py = function.py();
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last().as_ref().filter(|(last, _)| last.is(&function)).map(|(_, name)| *name);
        let name = match known {
            Some(name) => name,
            None => {
                let (called, name): (Bound<'py, PyAny>, Option<u32>) = self.ask.bind(py).call1((&function, index))?.extract()?;
                let Some(name) = name else { return Ok(called) };
                let before = last().replace((called.unbind(), name));
                drop(before);
                name
            }
        };
        Ok(Bound::new(py, RecordedTask::new(function.unbind(), self.executor, index, name))?.into_any())
    }
}
