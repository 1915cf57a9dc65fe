//! `Semaphore` and `BoundedSemaphore`: the inner semaphore that `multiprocessing.synchronize.SemLock` holds.

use forkyard_engine::sync::{self, AcquireError, Wait};
use forkyard_engine::trace::{Label, Role};
use forkyard_wire::timeline::SegmentKind;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors;
use crate::memory::handle_from;
use crate::waiting::{Blocking, detached, note_line, wait_for};

/// Permits across processes.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Semaphore {
    semaphore: sync::Semaphore,
}

#[pymethods]
impl Semaphore {
    #[classattr]
    const SEM_VALUE_MAX: u32 = sync::Semaphore::MAX;

    #[new]
    fn new(value: i64, maximum: i64, object: u32) -> PyResult<Self> {
        let bounds = u32::try_from(value).ok().zip(u32::try_from(maximum).ok());
        let Some((value, maximum)) = bounds.filter(|(value, maximum)| value <= maximum && *maximum <= sync::Semaphore::MAX)
        else {
            return Err(PyValueError::new_err("invalid value"));
        };
        let semaphore = sync::Semaphore::new(value, maximum).map_err(errors::memory)?;
        let role = if object == 0 { Role::Silent } else { Role::Waits(SegmentKind::SemaphoreAcquire) };
        semaphore.set_label(Label { role, object });
        Ok(Self { semaphore })
    }

    #[staticmethod]
    fn open(handle: &[u8]) -> PyResult<Self> {
        Ok(Self { semaphore: sync::Semaphore::open(handle_from(handle)?).map_err(errors::handle)? })
    }

    #[getter]
    fn handle(&self) -> [u8; 16] {
        self.semaphore.handle().to_bytes()
    }

    #[getter]
    fn kind(&self) -> u32 {
        1
    }

    #[getter]
    fn maxvalue(&self) -> u32 {
        self.semaphore.max()
    }

    #[pyo3(signature = (block=true, timeout=None))]
    fn acquire(&self, py: Python<'_>, block: bool, timeout: Option<f64>) -> PyResult<bool> {
        note_line(py)?;
        if let Ok(true) = self.semaphore.acquire(Wait::Never) {
            return Ok(true);
        }
        let wait = wait_for(Blocking::from(block), timeout);
        detached(py, || self.semaphore.acquire(wait), |error| *error == AcquireError::Interrupted)?
            .map_err(|error| errors::acquire(py, error))
    }

    fn release(&self) -> PyResult<()> {
        self.semaphore.release().map_err(|_| PyValueError::new_err("semaphore or lock released too many times"))
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<bool> {
        self.acquire(py, true, None)
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, pyo3::types::PyTuple>) -> PyResult<()> {
        self.release()
    }

    fn _count(&self) -> u32 {
        0
    }

    fn _is_mine(&self) -> bool {
        false
    }

    fn _get_value(&self) -> u32 {
        self.semaphore.value()
    }

    fn _is_zero(&self) -> bool {
        self.semaphore.value() == 0
    }

    fn _after_fork(&self) {}
}
