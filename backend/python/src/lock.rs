//! `SemLock`: what `multiprocessing`'s locks and semaphores inherit from, so that no Python code stands between a program and them.

use std::process;
use std::sync::OnceLock;

use forkyard_engine::sync::{AcquireError, Lock, LockKind, ReleaseError, Semaphore, Wait};
use forkyard_engine::trace::{Label, Role};
use forkyard_trace::recorder;
use forkyard_wire::timeline::SegmentKind;
use pyo3::exceptions::{PyAssertionError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::errors;
use crate::memory::handle_from;
use crate::waiting::{Blocking, detached, note_line, wait_for};

/// A lock or a semaphore across processes; which, its Python class says once.
#[pyclass(frozen, subclass, module = "_forkyard._engine")]
pub(crate) struct SemLock {
    inner: OnceLock<Inner>,
    is_fork: OnceLock<bool>,
}

enum Inner {
    Lock(Lock),
    Semaphore(Semaphore),
}

impl Inner {
    #[inline]
    fn acquire(&self, wait: Wait) -> Result<bool, AcquireError> {
        match self {
            Inner::Lock(lock) => lock.acquire(wait),
            Inner::Semaphore(semaphore) => semaphore.acquire(wait),
        }
    }

    #[inline]
    fn release(&self) -> Result<(), ReleaseError> {
        match self {
            Inner::Lock(lock) => lock.release(),
            Inner::Semaphore(semaphore) => semaphore.release(),
        }
    }
}

#[pymethods]
impl SemLock {
    #[classattr]
    const SEM_VALUE_MAX: u32 = Semaphore::MAX;

    /// Nothing yet: the Python class's `__init__` or `__setstate__` makes it what it is.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Self { inner: OnceLock::new(), is_fork: OnceLock::new() }
    }

    fn _make_lock(&self, recursive: bool, object: u32) -> PyResult<()> {
        let lock = Lock::new(if recursive { LockKind::Recursive } else { LockKind::Plain }).map_err(errors::memory)?;
        lock.set_label(Label { role: Role::Waits(SegmentKind::LockAcquire), object });
        self.become_once(Inner::Lock(lock))
    }

    fn _make_semaphore(&self, value: i64, maximum: i64, object: u32) -> PyResult<()> {
        let bounds = u32::try_from(value).ok().zip(u32::try_from(maximum).ok());
        let Some((value, maximum)) = bounds.filter(|(value, maximum)| value <= maximum && *maximum <= Semaphore::MAX) else {
            return Err(PyValueError::new_err("invalid value"));
        };
        let semaphore = Semaphore::new(value, maximum).map_err(errors::memory)?;
        let role = if object == 0 { Role::Silent } else { Role::Waits(SegmentKind::SemaphoreAcquire) };
        semaphore.set_label(Label { role, object });
        self.become_once(Inner::Semaphore(semaphore))
    }

    fn _open(&self, is_lock: bool, handle: &[u8]) -> PyResult<()> {
        let handle = handle_from(handle)?;
        let inner = if is_lock { Lock::open(handle).map(Inner::Lock) } else { Semaphore::open(handle).map(Inner::Semaphore) };
        self.become_once(inner.map_err(errors::handle)?)
    }

    /// Whether it is a lock, and what names it in other processes.
    fn _state(&self) -> PyResult<(bool, [u8; 16])> {
        Ok(match self.inner()? {
            Inner::Lock(lock) => (true, lock.handle().to_bytes()),
            Inner::Semaphore(semaphore) => (false, semaphore.handle().to_bytes()),
        })
    }

    /// Whether it was made for forked processes alone. Here and not in the instance's dictionary, because calls of methods are quicker on
    /// objects whose dictionary was never needed.
    #[getter]
    fn _is_fork_ctx(&self) -> bool {
        self.is_fork.get().copied().unwrap_or(false)
    }

    fn _made_for(&self, is_fork: bool) {
        let _ = self.is_fork.set(is_fork);
    }

    /// As CPython's own classes have it: there it is another object.
    #[getter(_semlock)]
    fn itself(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    /// Its number in the recording, 0 when it has none.
    #[getter]
    fn _object(&self) -> PyResult<u32> {
        Ok(match self.inner()? {
            Inner::Lock(lock) => lock.object(),
            Inner::Semaphore(_) => 0,
        })
    }

    #[getter]
    fn _maxvalue(&self) -> PyResult<u32> {
        Ok(match self.inner()? {
            Inner::Lock(_) => 1,
            Inner::Semaphore(semaphore) => semaphore.max(),
        })
    }

    #[pyo3(signature = (block=Blocking::Yes, timeout=None))]
    pub(crate) fn acquire(&self, py: Python<'_>, block: Blocking, timeout: Option<f64>) -> PyResult<bool> {
        let inner = self.inner()?;
        note_line(py)?;
        if inner.acquire(Wait::Never) == Ok(true) {
            return Ok(true);
        }
        wait(py, |wait| inner.acquire(wait), block, timeout)
    }

    #[inline]
    pub(crate) fn release(&self) -> PyResult<()> {
        match self.give_back() {
            Some(Ok(())) => Ok(()),
            other => Err(Self::not_released(other)),
        }
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        self.acquire(py, Blocking::Yes, None)
    }

    #[pyo3(signature = (_kind=None, _error=None, _traceback=None))]
    fn __exit__(
        &self,
        _kind: Option<&Bound<'_, PyAny>>,
        _error: Option<&Bound<'_, PyAny>>,
        _traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.release()
    }

    /// How often this process holds it.
    fn _count(&self) -> PyResult<u32> {
        Ok(match self.inner()? {
            Inner::Lock(lock) if lock.holder() == Some(process::id()) => lock.depth().max(1),
            _ => 0,
        })
    }

    fn _is_mine(&self) -> PyResult<bool> {
        Ok(matches!(self.inner()?, Inner::Lock(lock) if lock.is_mine()))
    }

    fn _get_value(&self) -> PyResult<u32> {
        Ok(match self.inner()? {
            Inner::Lock(lock) => u32::from(lock.holder().is_none()),
            Inner::Semaphore(semaphore) => semaphore.value(),
        })
    }

    fn _is_zero(&self) -> PyResult<bool> {
        Ok(self._get_value()? == 0)
    }

    fn _after_fork(&self) {}
}

impl SemLock {
    /// Takes it if it can be had at once. Not while something is recorded: that needs the line.
    #[inline]
    pub(crate) fn take_unrecorded(&self) -> bool {
        !recorder::is_on() && self.inner.get().is_some_and(|inner| inner.acquire(Wait::Never) == Ok(true))
    }

    /// Releases it; `None` before it is one.
    #[inline]
    pub(crate) fn give_back(&self) -> Option<Result<(), ReleaseError>> {
        self.inner.get().map(Inner::release)
    }

    /// Why [`SemLock::give_back`] did not.
    #[cold]
    pub(crate) fn not_released(answer: Option<Result<(), ReleaseError>>) -> PyErr {
        match answer {
            None => uninitialized(),
            Some(Err(ReleaseError::NotOwned)) => {
                PyAssertionError::new_err("attempt to release recursive lock not owned by thread")
            }
            Some(_) => PyValueError::new_err("semaphore or lock released too many times"),
        }
    }

    /// The lock, if it is one.
    pub(crate) fn lock(&self) -> Option<&Lock> {
        match self.inner.get()? {
            Inner::Lock(lock) => Some(lock),
            Inner::Semaphore(_) => None,
        }
    }

    #[inline]
    fn inner(&self) -> PyResult<&Inner> {
        self.inner.get().ok_or_else(uninitialized)
    }

    fn become_once(&self, inner: Inner) -> PyResult<()> {
        self.inner.set(inner).map_err(|_| PyRuntimeError::new_err("__init__ of the lock was called twice"))
    }
}

#[cold]
fn uninitialized() -> PyErr {
    PyRuntimeError::new_err("__init__ of the lock was not called")
}

/// Waits for a lock or a semaphore that could not be had at once.
#[cold]
pub(crate) fn wait(
    py: Python<'_>,
    acquire: impl Fn(Wait) -> Result<bool, AcquireError> + Sync,
    block: Blocking,
    timeout: Option<f64>,
) -> PyResult<bool> {
    let wait = wait_for(block, timeout)?;
    if wait == Wait::Never {
        return Ok(false);
    }
    detached(py, || acquire(wait), |error| *error == AcquireError::Interrupted)?.map_err(|error| errors::acquire(py, error))
}
