//! The board under `multiprocessing.pool.Pool`: tasks, results, and who has which task.

use forkyard_engine::channel::{Doorbell, GetError, PutError, QueueOptions};
use forkyard_engine::pool;
use pyo3::prelude::*;

use crate::errors;
use crate::memory::handle_from;
use crate::message::{self, Encoded};
use crate::waiting::{Blocking, detached, wait_for};

/// Tasks and results of a pool.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Board {
    board: pool::Board,
}

#[pymethods]
impl Board {
    #[new]
    fn new(workers: u32) -> PyResult<Self> {
        let results = QueueOptions { capacity: None, doorbell: Doorbell::None };
        Ok(Self { board: pool::Board::new(workers, results).map_err(errors::memory)? })
    }

    #[staticmethod]
    fn open(handle: &[u8]) -> PyResult<Self> {
        Ok(Self { board: pool::Board::open(handle_from(handle)?).map_err(errors::handle)? })
    }

    #[getter]
    fn handle(&self) -> [u8; 16] {
        self.board.handle().to_bytes()
    }

    /// Puts a task up; its id.
    fn submit(&self, task: &Bound<'_, PyAny>) -> PyResult<u32> {
        let bytes = joined(task)?;
        let py = task.py();
        detached(py, || self.board.submit(&bytes), interrupted)?.map_err(|error| failed(py, error))
    }

    /// The next task of the worker at `slot`; None when none came in time.
    fn take<'py>(&self, py: Python<'py>, slot: u32, timeout: f64) -> PyResult<Option<Came<'py>>> {
        let wait = wait_for(Blocking::Yes, Some(timeout));
        match detached(py, || self.board.take(slot, wait), |error| *error == GetError::Interrupted)? {
            Ok(task) => Ok(Some(came(py, &task))),
            Err(_) => Ok(None),
        }
    }

    /// Hands the result of the task at `slot` in.
    fn complete(&self, slot: u32, result: &Bound<'_, PyAny>) -> PyResult<()> {
        let bytes = joined(result)?;
        let py = result.py();
        detached(py, || self.board.complete(slot, &bytes), interrupted)?.map_err(|error| failed(py, error))
    }

    /// The next result; None when none came in time.
    #[pyo3(signature = (timeout=None))]
    fn result<'py>(&self, py: Python<'py>, timeout: Option<f64>) -> PyResult<Option<Came<'py>>> {
        let wait = wait_for(Blocking::Yes, timeout);
        match detached(py, || self.board.result(wait), |error| *error == GetError::Interrupted)? {
            Ok(task) => Ok(Some(came(py, &task))),
            Err(_) => Ok(None),
        }
    }

    /// The id of the task that the dead worker of this slot had.
    fn lost(&self, slot: u32) -> Option<u32> {
        self.board.lost(slot)
    }
}

/// The id of a task, the task or its result, and the exception instead of it when it cannot be unpickled.
type Came<'py> = (u32, Bound<'py, PyAny>, Option<Bound<'py, PyAny>>);

fn came<'py>(py: Python<'py>, task: &pool::Task) -> Came<'py> {
    match message::object(py, task) {
        Ok(object) => (task.id(), object, None),
        Err(error) => (task.id(), py.None().into_bound(py), Some(error.into_value(py).into_bound(py).into_any())),
    }
}

fn joined(object: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    Ok(Encoded::of(object)?.parts()?.concat())
}

fn interrupted(error: &PutError) -> bool {
    matches!(error, PutError::Interrupted)
}

fn failed(py: Python<'_>, error: PutError) -> PyErr {
    match error {
        PutError::Memory(error) => errors::memory(error),
        _ => errors::of_queue(py, "Full"),
    }
}
