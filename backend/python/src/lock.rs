//! `Lock` and `RLock`: the inner lock that `multiprocessing.synchronize.SemLock` holds.

use std::process;

use forkyard_engine::sync::{self, AcquireError, LockKind, ReleaseError, Wait};
use forkyard_engine::trace::{Label, Role};
use forkyard_wire::timeline::SegmentKind;
use pyo3::exceptions::{PyAssertionError, PyValueError};
use pyo3::prelude::*;

use crate::errors;
use crate::memory::handle_from;
use crate::waiting::{Blocking, detached, note_line, wait_for};

/// A lock across processes; `recursive` tells which kind.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Lock {
    lock: sync::Lock,
    recursive: bool,
}

#[pymethods]
impl Lock {
    #[new]
    fn new(recursive: bool, object: u32) -> PyResult<Self> {
        let kind = if recursive { LockKind::Recursive } else { LockKind::Plain };
        let lock = sync::Lock::new(kind).map_err(errors::memory)?;
        lock.set_label(Label { role: Role::Waits(SegmentKind::LockAcquire), object });
        Ok(Self { lock, recursive })
    }

    #[staticmethod]
    fn open(handle: &[u8], recursive: bool) -> PyResult<Self> {
        Ok(Self { lock: sync::Lock::open(handle_from(handle)?).map_err(errors::handle)?, recursive })
    }

    #[getter]
    fn handle(&self) -> [u8; 16] {
        self.lock.handle().to_bytes()
    }

    #[getter]
    fn kind(&self) -> u32 {
        u32::from(!self.recursive)
    }

    #[getter]
    fn maxvalue(&self) -> u32 {
        1
    }

    #[pyo3(signature = (block=true, timeout=None))]
    fn acquire(&self, py: Python<'_>, block: bool, timeout: Option<f64>) -> PyResult<bool> {
        note_line(py)?;
        if let Ok(true) = self.lock.acquire(Wait::Never) {
            return Ok(true);
        }
        let wait = wait_for(Blocking::from(block), timeout);
        detached(py, || self.lock.acquire(wait), |error| *error == AcquireError::Interrupted)?
            .map_err(|error| errors::acquire(py, error))
    }

    fn release(&self) -> PyResult<()> {
        self.lock.release().map_err(|error| match error {
            ReleaseError::NotOwned => PyAssertionError::new_err("attempt to release recursive lock not owned by thread"),
            _ => PyValueError::new_err("semaphore or lock released too many times"),
        })
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        self.acquire(py, true, None)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, pyo3::types::PyTuple>) -> PyResult<()> {
        self.release()
    }

    /// How often this process holds it.
    fn _count(&self) -> u32 {
        match self.lock.holder() {
            Some((pid, _)) if pid == process::id() => self.lock.depth().max(1),
            _ => 0,
        }
    }

    fn _is_mine(&self) -> bool {
        self.lock.is_mine()
    }

    fn _get_value(&self) -> u32 {
        u32::from(self.lock.holder().is_none())
    }

    fn _is_zero(&self) -> bool {
        self.lock.holder().is_some()
    }

    fn _after_fork(&self) {}
}
