//! A pool's worker: takes tasks, does them, hands their results in.
//!
//! What a task is to do stands in its first byte: one call, or a function of one item, or of each item of a chunk; starred ones
//! take the item apart into arguments. What is rare (failures, names for the recording) is Python code of `_forkyard.tasks`.

use forkyard_engine::channel::GetError;
use forkyard_engine::limits::WORKER_LOOKS_UP;
use forkyard_engine::pool::Task;
use forkyard_engine::sync::Wait;
use forkyard_trace::event::{Kind, pack};
use forkyard_trace::recorder::{self, Moment};
use forkyard_wire::timeline::SegmentKind;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::board::{Board, CALL, FAILED, RETURNED, STARRED_ITEM, STOP, failed};
use crate::message::{self, Encoded};
use crate::waiting::detached;

const ITEM: u8 = 1;
const CHUNK: u8 = 3;
const STARRED_CHUNK: u8 = 4;

/// Bytes before a task's own: kind, and its index (a chunk's: of its first item) for the recording.
const HEADER: usize = 5;
/// Tasks after which other threads of the worker get their turn.
const TURN: u32 = 64;

/// A pool's worker at one of the board's slots.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Worker {
    board: Py<Board>,
    slot: u32,
    object: u32,
}

/// The function of the last task, with the bytes that name it.
struct Known<'py> {
    name: Vec<u8>,
    function: Bound<'py, PyAny>,
    recorded: u32,
}

#[pymethods]
impl Worker {
    #[new]
    fn new(board: Py<Board>, slot: u32, object: u32) -> Self {
        Self { board, slot, object }
    }

    /// The next task as `(index, function, args, kwds)`; None to end. One that cannot be unpickled fails, and the next one is waited for.
    fn take<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        loop {
            let Some(task) = self.next(py)? else { return Ok(None) };
            let (kind, index) = header(&task)?;
            let call = if kind == CALL { message::pickled(py, &task[HEADER..]) } else { self.as_call(py, kind, &task) };
            match call.and_then(|call| call.cast_into::<PyTuple>().map_err(PyErr::from)) {
                Ok(call) => return Ok(Some((index, call.get_item(0)?, call.get_item(1)?, call.get_item(2)?).into_pyobject(py)?)),
                Err(error) => self.hand_in(py, Err(error), false)?,
            }
        }
    }

    /// Hands the result of the task at hand in.
    fn complete(&self, returned: bool, result: &Bound<'_, PyAny>) -> PyResult<()> {
        self.put(result.py(), if returned { RETURNED } else { FAILED }, result)
    }

    /// Does tasks, `most` of them or (None) any number, until told to end or the process of the pool is gone; how many. `wraps`: exceptions
    /// get their traceback as text.
    fn serve(&self, py: Python<'_>, most: Option<u32>, wraps: bool) -> PyResult<u32> {
        let mut known = None;
        let mut done = 0;
        while most.is_none_or(|most| done < most) {
            let Some(task) = self.next(py)? else { break };
            let result = self.result_of(py, task, &mut known);
            self.hand_in(py, result, wraps)?;
            done += 1;
            if done.is_multiple_of(TURN) {
                py.check_signals()?;
                py.detach(|| ());
            }
        }
        Ok(done)
    }
}

impl Worker {
    /// The next task; `None` when told to end, or when the process of the pool is gone. The wait is the pool's: no line of the program
    /// is waiting.
    fn next(&self, py: Python<'_>) -> PyResult<Option<Task>> {
        let board = &self.board.get().board;
        let task = match board.take(self.slot, Wait::Never) {
            Ok(task) => task,
            Err(_) => {
                let records = recorder::is_on() && self.object != 0;
                if records {
                    recorder::record(Kind::WaitBegin(SegmentKind::QueueGet), self.object, pack(0, 0));
                }
                let task = self.wait_for_next(py);
                if records {
                    recorder::record_caused(
                        Kind::WaitEnd(SegmentKind::QueueGet),
                        self.object,
                        matches!(task, Ok(Some(_))).into(),
                    );
                }
                let Some(task) = task? else { return Ok(None) };
                task
            }
        };
        Ok(Some(task).filter(|task| task.first() != Some(&STOP)))
    }

    fn wait_for_next(&self, py: Python<'_>) -> PyResult<Option<Task>> {
        let board = &self.board.get().board;
        loop {
            let wait = Wait::at_most(WORKER_LOOKS_UP);
            if let Ok(task) = detached(py, || board.take(self.slot, wait), |error| *error == GetError::Interrupted)? {
                return Ok(Some(task));
            }
            if python(py, "is_orphan")?.call0()?.is_truthy()? {
                return Ok(None);
            }
        }
    }

    fn result_of<'py>(&self, py: Python<'py>, task: Task, known: &mut Option<Known<'py>>) -> PyResult<Bound<'py, PyAny>> {
        let (kind, index) = header(&task)?;
        if kind == CALL {
            let call = message::pickled(py, &task[HEADER..])?;
            drop(task);
            let (function, args, kwds): (Bound<'_, PyAny>, Bound<'_, PyAny>, Bound<'_, PyAny>) = call.extract()?;
            let function = match recorder::is_on() {
                true => python(py, "recorded")?.call1((self.object, index, function, &kwds))?,
                false => function,
            };
            return match (args.cast_exact::<PyTuple>(), kwds.cast_exact::<PyDict>()) {
                (Ok(args), Ok(kwds)) => function.call(args, Some(kwds)),
                // Anything goes that a call's stars take.
                _ => python(py, "call")?.call1((function, args, kwds)),
            };
        }
        let (name, item) = named(&task)?;
        if known.as_ref().is_none_or(|known| known.name != name) {
            let function = message::pickled(py, name)?;
            let recorded = if recorder::is_on() { python(py, "function_string")?.call1((&function,))?.extract()? } else { 0 };
            *known = Some(Known { name: name.to_vec(), function, recorded });
        }
        let Some(Known { function, recorded, .. }) = known else { return Err(damaged()) };
        let item = message::object(py, item)?;
        drop(task);
        let call = |item: Bound<'py, PyAny>| {
            let args = if matches!(kind, STARRED_ITEM | STARRED_CHUNK) { apart(&item)? } else { PyTuple::new(py, [item])? };
            function.call1(args)
        };
        // A task of a chunk begins when the one before it has ended: there is nothing in between that would be worth a look at the clock.
        let call_recorded = |begins: Moment, index: u32, item: Bound<'py, PyAny>| {
            recorder::record_then(begins, Kind::TaskBegin, self.object, pack(index, *recorded));
            let result = call(item);
            let ends = recorder::now();
            recorder::record_then(ends, Kind::TaskEnd, self.object, result.is_ok().into());
            result.map(|result| (result, ends))
        };
        match kind {
            ITEM | STARRED_ITEM if !recorder::is_on() => call(item),
            ITEM | STARRED_ITEM => call_recorded(recorder::now(), index, item).map(|(result, _)| result),
            _ if !recorder::is_on() => {
                let mapped = if kind == CHUNK { python(py, "map")? } else { python(py, "starmap")? };
                mapped.call1((&*function, item)).and_then(|results| list(py)?.call1((results,)))
            }
            _ => {
                let (results, mut now) = (PyList::empty(py), recorder::now());
                for (index, item) in (index..).zip(item.try_iter()?) {
                    let (result, ended) = call_recorded(now, index, item?)?;
                    results.append(result)?;
                    now = ended;
                }
                Ok(results.into_any())
            }
        }
    }

    /// Hands in what a task came to. What ends the worker itself (SystemExit, Ctrl-C) is raised.
    fn hand_in(&self, py: Python<'_>, result: PyResult<Bound<'_, PyAny>>, wraps: bool) -> PyResult<()> {
        let (status, value) = match result {
            Ok(value) => (RETURNED, value),
            Err(error) if error.is_instance_of::<PyException>(py) => {
                (FAILED, python(py, "failure")?.call1((error.into_value(py), wraps))?)
            }
            Err(error) => return Err(error),
        };
        match self.put(py, status, &value) {
            Err(error) if error.is_instance_of::<PyException>(py) => {
                let told = python(py, "unsendable")?.call1((error.into_value(py), value))?;
                self.put(py, FAILED, &told)
            }
            answer => answer,
        }
    }

    fn put(&self, py: Python<'_>, status: u8, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let encoded = Encoded::of(value)?;
        let parts = encoded.parts()?;
        let board = &self.board.get().board;
        if parts[1].len() <= crate::queue::SHORT {
            return board.complete_parts(self.slot, &[&[status], parts[0], parts[1]]).map_err(failed);
        }
        py.detach(|| board.complete_parts(self.slot, &[&[status], parts[0], parts[1]])).map_err(failed)
    }

    /// A task of another kind as the call that it stands for.
    fn as_call<'py>(&self, py: Python<'py>, kind: u8, task: &Task) -> PyResult<Bound<'py, PyAny>> {
        let (name, item) = named(task)?;
        let (function, item) = (message::pickled(py, name)?, message::object(py, item)?);
        python(py, "as_call")?.call1((kind, function, item))
    }
}

fn header(task: &[u8]) -> PyResult<(u8, u32)> {
    let index = task.get(1..HEADER).and_then(|bytes| bytes.try_into().ok()).ok_or_else(damaged)?;
    Ok((task[0], u32::from_le_bytes(index)))
}

/// The function's name as a pickle, and the item.
fn named(task: &[u8]) -> PyResult<(&[u8], &[u8])> {
    let (length, rest) = task.get(HEADER..).and_then(<[u8]>::split_first_chunk).ok_or_else(damaged)?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(damaged)
}

fn apart<'py>(item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    match item.cast::<PyTuple>() {
        Ok(args) => Ok(args.clone()),
        Err(_) => PyTuple::new(item.py(), item.try_iter()?.collect::<PyResult<Vec<_>>>()?),
    }
}

/// A function of `_forkyard.tasks`.
fn python<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    static TASKS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    TASKS.get_or_try_init(py, || py.import("_forkyard.tasks").map(|module| module.into_any().unbind()))?.bind(py).getattr(name)
}

fn list(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    Ok(py.get_type::<PyList>().into_any())
}

fn damaged() -> PyErr {
    PyValueError::new_err("a task is damaged")
}
