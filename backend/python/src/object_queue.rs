//! `ObjectQueue`: what `multiprocessing.queues.Queue` inherits from, so that no Python code stands between a program and the ring.
//!
//! That is for speed, and for the recording's: each frame of Python's between the program's line and the event is one to be looked through.

use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use forkyard_engine::sync::Wait;
use pyo3::exceptions::{PyException, PyRuntimeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::message::Encoded;
use crate::queue::Queue;
use crate::waiting::{Blocking, Seconds, poll_for, wait_for};

/// A queue as programs see it, before and behind a ring. Texts of errors name it as CPython's do.
#[pyclass(frozen, subclass, name = "Queue", module = "_forkyard._engine")]
pub(crate) struct ObjectQueue {
    ring: OnceLock<Py<Queue>>,
    closed: AtomicBool,
    used: AtomicBool,
}

#[pymethods]
impl ObjectQueue {
    /// Without a ring yet: the Python class's `__init__` or `__setstate__` gives it one.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Self { ring: OnceLock::new(), closed: AtomicBool::new(false), used: AtomicBool::new(false) }
    }

    fn _runs_through(&self, ring: Py<Queue>) -> PyResult<()> {
        self.ring.set(ring).map_err(|_| PyRuntimeError::new_err("__init__ of the queue was called twice"))
    }

    #[getter]
    fn _ring(&self, py: Python<'_>) -> PyResult<Py<Queue>> {
        Ok(self.ring()?.clone_ref(py))
    }

    #[getter]
    fn _closed(&self) -> bool {
        self.closed.load(Relaxed)
    }

    #[setter(_closed)]
    fn set_closed(&self, closed: bool) {
        self.closed.store(closed, Relaxed);
    }

    /// Whether this process has put something.
    #[getter]
    fn _used(&self) -> bool {
        self.used.load(Relaxed)
    }

    #[pyo3(signature = (obj, block=Blocking::Yes, timeout=None), text_signature = "($self, obj, block=True, timeout=None)")]
    fn put(slf: &Bound<'_, Self>, obj: &Bound<'_, PyAny>, block: Blocking, timeout: Option<f64>) -> PyResult<()> {
        slf.get().refuse_closed(slf)?;
        Self::_put(slf, obj, block, timeout).map(drop)
    }

    /// Puts it; whether it is in. What cannot be pickled is told to `_on_queue_feeder_error`, as ever.
    fn _put(slf: &Bound<'_, Self>, obj: &Bound<'_, PyAny>, block: Blocking, timeout: Option<f64>) -> PyResult<bool> {
        let (py, queue) = (slf.py(), slf.get());
        queue.used.store(true, Relaxed);
        match Encoded::of(obj) {
            Ok(encoded) => {
                let ring = queue.ring()?.get();
                // A time-out that is none is told only where there is no room.
                let wait = wait_for(block, timeout);
                let put = ring.put_encoded(py, &encoded, *wait.as_ref().unwrap_or(&Wait::Never));
                put.map_err(|error| wait.err().unwrap_or(error))?;
                Ok(true)
            }
            Err(error) if error.is_instance_of::<PyException>(py) => {
                slf.call_method1(intern!(py, "_on_queue_feeder_error"), (error.into_value(py), obj))?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    #[pyo3(signature = (block=Blocking::Yes, timeout=None), text_signature = "($self, block=True, timeout=None)")]
    fn get<'py>(slf: &Bound<'py, Self>, block: Blocking, timeout: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let (py, queue) = (slf.py(), slf.get());
        queue.refuse_closed(slf)?;
        let timeout = match block {
            Blocking::Yes => timeout.map(PyAnyMethods::extract).transpose()?.map(|Seconds(seconds)| seconds),
            Blocking::No => timeout.map(PyAnyMethods::extract).transpose()?,
        };
        queue.ring()?.get().take_object(py, poll_for(block, timeout)?)
    }
}

impl ObjectQueue {
    #[inline]
    fn ring(&self) -> PyResult<&Py<Queue>> {
        self.ring.get().ok_or_else(|| PyRuntimeError::new_err("__init__ of the queue was not called"))
    }

    #[inline]
    fn refuse_closed(&self, own: &Bound<'_, Self>) -> PyResult<()> {
        if self._closed() {
            return Err(PyValueError::new_err(format!("Queue {} is closed", own.repr()?)));
        }
        Ok(())
    }
}
