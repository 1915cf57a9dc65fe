//! `Event`: the inner flag of `multiprocessing.synchronize.Event`.

use forkyard_engine::sync;
use forkyard_engine::trace::{Label, Role};
use forkyard_wire::timeline::SegmentKind;
use pyo3::prelude::*;

use crate::errors;
use crate::memory::handle_from;
use crate::waiting::{Blocking, detached, note_line, wait_for};

/// A flag across processes.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Event {
    event: sync::Event,
}

#[pymethods]
impl Event {
    #[new]
    fn new(object: u32) -> PyResult<Self> {
        let event = sync::Event::new().map_err(errors::memory)?;
        event.set_label(Label { role: Role::Waits(SegmentKind::EventWait), object });
        Ok(Self { event })
    }

    #[staticmethod]
    fn open(handle: &[u8]) -> PyResult<Self> {
        Ok(Self { event: sync::Event::open(handle_from(handle)?).map_err(errors::handle)? })
    }

    #[getter]
    fn handle(&self) -> [u8; 16] {
        self.event.handle().to_bytes()
    }

    fn set(&self, py: Python<'_>) -> PyResult<()> {
        note_line(py)?;
        self.event.set();
        Ok(())
    }

    fn clear(&self) {
        self.event.clear();
    }

    fn is_set(&self) -> bool {
        self.event.is_set()
    }

    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        if self.event.is_set() {
            return Ok(true);
        }
        note_line(py)?;
        let wait = wait_for(Blocking::Yes, timeout.map(PyAnyMethods::extract).transpose()?)?;
        let answer = detached(py, || self.event.wait(wait), |_| true)?;
        Ok(answer.unwrap_or(false))
    }
}
