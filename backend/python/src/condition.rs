//! `Condition`: the waiting room of `multiprocessing.synchronize.Condition`; its lock is the Python side's.

use forkyard_engine::sync;
use forkyard_engine::trace::{Label, Role};
use forkyard_wire::timeline::SegmentKind;
use pyo3::prelude::*;

use crate::errors;
use crate::memory::handle_from;
use crate::waiting::{Blocking, detached, note_line, wait_for};

/// A waiting room across processes.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Condition {
    condition: sync::Condition,
}

#[pymethods]
impl Condition {
    #[new]
    fn new(object: u32) -> PyResult<Self> {
        let condition = sync::Condition::new().map_err(errors::memory)?;
        condition.set_label(Label { role: Role::Waits(SegmentKind::ConditionWait), object });
        Ok(Self { condition })
    }

    #[staticmethod]
    fn open(handle: &[u8]) -> PyResult<Self> {
        Ok(Self { condition: sync::Condition::open(handle_from(handle)?).map_err(errors::handle)? })
    }

    #[getter]
    fn handle(&self) -> [u8; 16] {
        self.condition.handle().to_bytes()
    }

    /// Joins those who wait; called while holding the lock.
    fn enter(&self) -> PyResult<Waiter> {
        Ok(Waiter { waiter: self.condition.enter().map_err(errors::memory)? })
    }

    /// Notifies up to `count` of those who wait; how many.
    fn notify(&self, py: Python<'_>, count: u64) -> PyResult<u32> {
        note_line(py)?;
        Ok(self.condition.notify(u32::try_from(count).unwrap_or(u32::MAX)))
    }

    fn waiting(&self) -> u32 {
        self.condition.waiting()
    }
}

/// A place in the waiting room.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Waiter {
    waiter: sync::Waiter,
}

#[pymethods]
impl Waiter {
    /// Waits to be notified; called after the lock was released.
    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        note_line(py)?;
        let wait = wait_for(Blocking::Yes, timeout)?;
        let answer = detached(py, || self.waiter.wait(wait), |_| true)?;
        Ok(answer.unwrap_or(false))
    }
}
