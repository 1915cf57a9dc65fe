//! The board under `multiprocessing.pool.Pool`, as the pool's own process sees it: tasks go up, results are handed out.
//!
//! A task is a kind, its index among its job's tasks, and what to call (see `worker.rs`, which does them). Whoever waits for a result in
//! this process hands out everybody's results meanwhile, one thread at a time: the leader (see `lead.rs`). So a result that comes
//! wakes the thread that wants it and no other.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use forkyard_engine::channel::{Doorbell, PutError, QueueOptions};
use forkyard_engine::pool;
use forkyard_engine::sync::Wait;
use forkyard_trace::event::{BOUNDED, Kind};
use forkyard_trace::recorder;
use forkyard_wire::timeline::SegmentKind;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};
use pyo3::{PyTraverseError, PyVisit, intern};

use crate::by_name::ByName;
use crate::lead::Lead;
use crate::memory::handle_from;
use crate::message::{self, Encoded};
use crate::waiting::{Blocking, detached, wait_for};
use crate::{errors, wait};

/// First byte of a task: a pickle of function, positional and keyword arguments.
pub(crate) const CALL: u8 = 0;
/// First byte of a task: a function's name, and its arguments; `worker.rs` has the other kinds of this sort.
pub(crate) const STARRED_ITEM: u8 = 2;
/// Tells one worker to end.
pub(crate) const STOP: u8 = 5;
/// First byte of a result, by how its task ended.
pub(crate) const FAILED: u8 = 0;
pub(crate) const RETURNED: u8 = 1;

/// Results of one job that are awaited before anybody is woken, at most.
const AT_ONCE: u32 = 256;

/// Tasks and results of a pool.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Board {
    pub(crate) board: pool::Board,
    /// The pool's number in the recording.
    object: u32,
    lead: Lead,
    names: ByName,
    // Both are locked only while the interpreter's lock is held, and so are free at every fork.
    up: Mutex<Up>,
    posted: Mutex<VecDeque<Posted>>,
}

/// Which part of which job a task is.
type Part = (u64, u32);

/// The parts that are up, by their tasks' ids, which follow one another.
#[derive(Default)]
struct Up {
    first: u32,
    parts: VecDeque<Option<Part>>,
}

/// A result that comes from this process itself.
enum Posted {
    /// The task could not be put up.
    Failed(Part, Py<PyAny>),
    /// The worker that had the task of this id has died.
    Lost(u32, Py<PyAny>),
    /// No more results are wanted.
    Stop,
}

#[pymethods]
impl Board {
    #[new]
    fn new(workers: u32, object: u32) -> PyResult<Self> {
        let results = QueueOptions { capacity: None, doorbell: Doorbell::None };
        Ok(Self::over(pool::Board::new(workers, results).map_err(errors::memory)?, object))
    }

    #[staticmethod]
    fn open(handle: &[u8], object: u32) -> PyResult<Self> {
        Ok(Self::over(pool::Board::open(handle_from(handle)?).map_err(errors::handle)?, object))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.names.traverse(&visit)
    }

    #[getter]
    fn handle(&self) -> [u8; 16] {
        self.board.handle().to_bytes()
    }

    /// Puts up one task of a job. Raises what pickling it raises.
    fn submit<'py>(
        &self,
        job: u64,
        index: u32,
        function: Bound<'py, PyAny>,
        args: Bound<'py, PyAny>,
        kwds: Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let py = function.py();
        let has_no_names = kwds.cast_exact::<PyDict>().is_ok_and(|kwds| kwds.is_empty());
        if has_no_names
            && args.is_exact_instance_of::<PyTuple>()
            && let Some(name) = self.names.pickle(&function)?
        {
            let (header, name, args) = (index.to_le_bytes(), name.as_bytes(), Encoded::of(&args)?);
            let (length, parts) = ((name.len() as u32).to_le_bytes(), args.parts()?);
            return self.put_up((job, index), &[&[STARRED_ITEM], &header, &length, name, parts[0], parts[1]]);
        }
        let encoded = Encoded::of((function, args, kwds).into_pyobject(py)?.as_any())?;
        self.put_up((job, index), &[&[CALL], &index.to_le_bytes(), encoded.parts()?[1]])
    }

    /// The same for a job of one call, which is recorded as a task given to the pool.
    fn apply<'py>(
        &self,
        job: u64,
        function: Bound<'py, PyAny>,
        args: Bound<'py, PyAny>,
        kwds: Bound<'py, PyAny>,
    ) -> PyResult<()> {
        recorder::record(Kind::TasksPut, self.object, 1);
        self.submit(job, 0, function, args, kwds)
    }

    /// The pickle of a function that is pickled by its name alone, else None.
    fn by_name<'py>(&self, function: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        self.names.pickle(function)
    }

    /// Tells one worker to end.
    fn dismiss(&self) -> PyResult<()> {
        self.up().push(self.board.submit(&[STOP]).map_err(failed)?, None);
        Ok(())
    }

    /// A task of a job could not be put up: its failure comes like a result.
    pub(crate) fn fail(&self, job: u64, index: u32, error: Py<PyAny>) -> PyResult<()> {
        self.post(Posted::Failed((job, index), error))
    }

    /// The worker of this slot has died: whatever it was doing fails with `error`, behind the results that it still handed in.
    fn bury(&self, slot: u32, error: Py<PyAny>) -> PyResult<()> {
        match self.board.lost(slot) {
            Some(id) => self.post(Posted::Lost(id, error)),
            None => Ok(()),
        }
    }

    /// The job of the task that the worker of this slot had when it died, if it had one.
    fn job_of(&self, slot: u32) -> Option<u64> {
        let id = self.board.task_of(slot)?;
        self.up().at(id).map(|(job, _)| job)
    }

    /// No more results are wanted; the background thread ends.
    fn stop(&self) -> PyResult<()> {
        self.lead.end();
        self.post(Posted::Stop)
    }

    /// Somebody may wait for a result in another way than by `wait`: the background thread hands results out.
    fn want(&self) {
        self.lead.want();
    }

    /// Waits for this job's result, handing out results meanwhile, and records that. Whether it is there: not if another thread hands
    /// results out, or the time is over.
    #[pyo3(signature = (cache, job, timeout=None))]
    fn wait(&self, cache: &Bound<'_, PyDict>, job: &Bound<'_, PyAny>, timeout: Option<f64>) -> PyResult<bool> {
        let _lead = match self.lead.take() {
            true => Leading { board: self, cache },
            false => return Ok(false),
        };
        wait::begin(job.py(), SegmentKind::AsyncResultGet, self.object, timeout.map_or(0, |_| BOUNDED))?;
        // NaN is no time at all to the interpreter's threads, which wait for results in CPython's module.
        let wait = wait_for(Blocking::Yes, timeout).unwrap_or(Wait::Never);
        let has_come = self.hand_out(cache, Some(job), wait).and_then(|()| Ok(!cache.contains(job)?));
        wait::end(SegmentKind::AsyncResultGet, self.object, *has_come.as_ref().unwrap_or(&false));
        has_come
    }

    /// The background thread: hands results out whenever there are jobs and nobody else does, until the pool stops.
    fn serve(&self, cache: &Bound<'_, PyDict>) -> PyResult<()> {
        let py = cache.py();
        while detached(py, || Ok::<_, ()>(self.lead.take_when_wanted()), |()| false)?.unwrap_or(false) {
            let _lead = Leading { board: self, cache };
            self.hand_out(cache, None, Wait::Forever)?;
        }
        Ok(())
    }
}

impl Board {
    fn over(board: pool::Board, object: u32) -> Self {
        let (lead, names) = (Lead::default(), ByName::default());
        Self { board, object, lead, names, up: Mutex::default(), posted: Mutex::default() }
    }

    /// Puts a task up, whatever is up already.
    pub(crate) fn put_up(&self, part: Part, task: &[&[u8]]) -> PyResult<()> {
        let mut up = self.up();
        let id = self.board.submit_parts(task).map_err(failed)?;
        up.push(id, Some(part));
        Ok(())
    }

    fn post(&self, posted: Posted) -> PyResult<()> {
        lock(&self.posted).push_back(posted);
        self.board.post(&[]).map_err(failed)
    }

    /// Hands results out until the job's is among them, or no job is left.
    fn hand_out(&self, cache: &Bound<'_, PyDict>, job: Option<&Bound<'_, PyAny>>, wait: Wait) -> PyResult<()> {
        let py = cache.py();
        let mut run = Run::default();
        loop {
            let mut came = 0;
            while came < AT_ONCE
                && let Ok(result) = self.board.result(Wait::Never)
            {
                came += 1;
                self.hand(cache, &result, &mut run)?;
            }
            run.end(py)?;
            let done = match job {
                Some(job) => !cache.contains(job)?,
                None => cache.is_empty(),
            };
            let over = match wait {
                Wait::Never => true,
                Wait::Until(end) => Instant::now() >= end,
                Wait::Forever => false,
            };
            if done || over || self.lead.is_over() {
                return Ok(());
            }
            if came == 0 {
                let count = expected(cache)?;
                let _ = detached(py, || self.board.await_results(count, wait), |_| true)?;
            }
        }
    }

    fn hand<'py>(&self, cache: &Bound<'py, PyDict>, result: &pool::Task, run: &mut Run<'py>) -> PyResult<()> {
        let py = cache.py();
        let (part, returned, value) = match result.id() {
            0 => match lock(&self.posted).pop_front() {
                Some(Posted::Failed(part, error)) => (Some(part), false, Ok(error.into_bound(py))),
                Some(Posted::Lost(id, error)) => (self.up().take(id), false, Ok(error.into_bound(py))),
                Some(Posted::Stop) | None => return Ok(()),
            },
            id => {
                let (status, value) = result.split_first().unwrap_or((&FAILED, &[]));
                (self.up().take(id), *status == RETURNED, message::object(py, value))
            }
        };
        // The second one for a task (its result and its worker's death) and those of jobs that were given up are nobody's.
        let Some((job, index)) = part else { return Ok(()) };
        let (returned, value) = match value {
            Ok(value) => (returned, value),
            // Unpickling runs Python code, which Ctrl-C may end.
            Err(error) if !error.is_instance_of::<PyException>(py) => {
                run.end(py)?;
                if let Some(object) = cache.get_item(job)? {
                    give_up(&object, &error)?;
                }
                return Err(error);
            }
            Err(error) => (false, error.into_value(py).into_bound(py).into_any()),
        };
        run.add(cache, (job, index), returned, value)
    }

    fn up(&self) -> MutexGuard<'_, Up> {
        lock(&self.up)
    }
}

impl Up {
    fn push(&mut self, id: u32, part: Option<Part>) {
        if self.parts.is_empty() {
            self.first = id;
        }
        self.parts.push_back(part);
    }

    fn at(&self, id: u32) -> Option<Part> {
        *self.parts.get(id.wrapping_sub(self.first) as usize)?
    }

    fn take(&mut self, id: u32) -> Option<Part> {
        let part = self.parts.get_mut(id.wrapping_sub(self.first) as usize)?.take();
        while let Some(None) = self.parts.front() {
            self.parts.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        part
    }
}

/// Results of one job, to be handed over together.
#[derive(Default)]
struct Run<'py> {
    job: u64,
    object: Option<Bound<'py, PyAny>>,
    indices: Vec<u32>,
    values: Vec<Bound<'py, PyAny>>,
}

impl<'py> Run<'py> {
    fn add(&mut self, cache: &Bound<'py, PyDict>, part: Part, returned: bool, value: Bound<'py, PyAny>) -> PyResult<()> {
        let py = cache.py();
        let (job, index) = part;
        if self.object.is_none() || self.job != job {
            self.end(py)?;
            let Some(object) = cache.get_item(job)? else { return Ok(()) };
            if object.getattr(intern!(py, "_takes_many"))?.is_truthy()? {
                (self.job, self.object) = (job, Some(object));
            } else {
                return guarded(&object, object.call_method1(intern!(py, "_set"), (index, (returned, value))));
            }
        }
        if returned {
            self.indices.push(index);
            self.values.push(value);
            return Ok(());
        }
        let object = self.object.clone();
        self.end(py)?;
        object.map_or(Ok(()), |object| guarded(&object, object.call_method1(intern!(py, "_set"), (index, (false, value)))))
    }

    fn end(&mut self, py: Python<'py>) -> PyResult<()> {
        let Some(object) = self.object.take() else { return Ok(()) };
        if self.indices.is_empty() {
            return Ok(());
        }
        let (indices, values) = (PyList::new(py, self.indices.drain(..))?, PyList::new(py, self.values.drain(..))?);
        guarded(&object, object.call_method1(intern!(py, "_set_many"), (indices, values)))
    }
}

/// The right to hand results out. When it ends and jobs are left, the background thread goes on.
struct Leading<'a, 'py> {
    board: &'a Board,
    cache: &'a Bound<'py, PyDict>,
}

impl Drop for Leading<'_, '_> {
    fn drop(&mut self) {
        self.board.lead.leave(!self.cache.is_empty());
    }
}

/// Results that are worth waking for: one, but many where only a map of single items is waited for.
fn expected(cache: &Bound<'_, PyDict>) -> PyResult<u32> {
    let py = cache.py();
    match (cache.len(), cache.values().iter().next()) {
        (1, Some(job)) if job.getattr(intern!(py, "_takes_many"))?.is_truthy()? => {
            Ok(job.getattr(intern!(py, "_number_left"))?.extract::<u32>()?.min(AT_ONCE))
        }
        _ => Ok(1),
    }
}

/// What handing a result over came to. A callback's failure is told and does no harm to the others; Ctrl-C is the program's.
fn guarded(object: &Bound<'_, PyAny>, answer: PyResult<Bound<'_, PyAny>>) -> PyResult<()> {
    let py = object.py();
    match answer {
        Ok(_) => Ok(()),
        Err(error) if error.is_instance_of::<PyException>(py) => {
            error.write_unraisable(py, Some(object));
            Ok(())
        }
        Err(error) => {
            give_up(object, &error)?;
            Err(error)
        }
    }
}

/// Ctrl-C came while a job was being handed a result: it has failed, or it would never end.
fn give_up(object: &Bound<'_, PyAny>, error: &PyErr) -> PyResult<()> {
    object.call_method1(intern!(object.py(), "_give_up"), (error.value(object.py()),)).map(drop)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn failed(error: PutError) -> PyErr {
    match error {
        PutError::Memory(error) => errors::memory(error),
        other => pyo3::exceptions::PyOSError::new_err(other.to_string()),
    }
}
