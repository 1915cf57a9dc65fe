//! The tasks of one job on their way from an iterable to the board, without a step of Python's for each.
//!
//! For functions that are pickled by their name alone: the name travels with each task, the arguments as they are or pickled.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use forkyard_engine::sync::Wait;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator};

use crate::board::Board;
use crate::message::Encoded;
use crate::waiting::detached;

/// Tasks after which other threads get their turn.
const TURN: u32 = 512;

/// One job's tasks: `function` of each item of an iterator, in the manner of `kind` (see `worker.rs`).
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Feed {
    board: Py<Board>,
    job: u64,
    kind: u8,
    function: Py<PyBytes>,
    items: Py<PyAny>,
    step: u32,
    next: AtomicU32,
}

#[pymethods]
impl Feed {
    /// `task`: job, kind, and the function's name as a pickle. `step`: how many of the job's tasks, as the recording counts them, one item stands for.
    #[new]
    fn new(board: Py<Board>, task: (u64, u8, Py<PyBytes>), items: Py<PyAny>, step: u32) -> Self {
        let (job, kind, function) = task;
        Self { board, job, kind, function, items, step, next: AtomicU32::new(0) }
    }

    /// How many tasks have been put up.
    #[getter]
    fn count(&self) -> u32 {
        self.next.load(Relaxed)
    }

    /// The job's number.
    #[getter]
    fn job(&self) -> u64 {
        self.job
    }

    /// The iterator failed, which was put up as one more task.
    fn end(&self) {
        self.next.fetch_add(1, Relaxed);
    }

    /// Puts tasks up until the iterator ends or there is no room; whether it has ended. Raises what the iterator raises.
    fn go_on(&self, py: Python<'_>) -> PyResult<bool> {
        let board = self.board.get();
        let function = self.function.as_bytes(py);
        let length = (function.len() as u32).to_le_bytes();
        let mut items = self.items.bind(py).cast::<PyIterator>()?.clone();
        while board.board.has_room() {
            let index = self.next.load(Relaxed);
            let Some(item) = items.next() else { return Ok(true) };
            let item = item?;
            self.next.store(index + 1, Relaxed);
            let header = index.wrapping_mul(self.step).to_le_bytes();
            let put_up = Encoded::of(&item).and_then(|encoded| {
                let parts = encoded.parts()?;
                board.put_up((self.job, index), &[&[self.kind], &header, &length, function, parts[0], parts[1]])
            });
            match put_up {
                Ok(()) => {}
                Err(error) if error.is_instance_of::<pyo3::exceptions::PyException>(py) => {
                    board.fail(self.job, index, error.into_value(py).into_any())?;
                }
                Err(error) => return Err(error),
            }
            if index % TURN == TURN - 1 {
                py.check_signals()?;
                py.detach(|| ());
            }
        }
        Ok(false)
    }

    /// Waits until there is room, for a while.
    fn wait_for_room(&self, py: Python<'_>, seconds: f64) -> PyResult<()> {
        let wait = Wait::at_most(std::time::Duration::from_secs_f64(seconds));
        let board = &self.board.get().board;
        detached(py, || board.wait_for_room(wait), |_| true).map(drop)
    }
}
