//! The zygote of spawned interpreters: asked by the one that starts processes, and become by the first one that was started.

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use forkyard_engine::process::surroundings;
use forkyard_engine::process::zygote::{self, Manner, Server, Tether, Work, ZygoteError};
use pyo3::exceptions::PySystemExit;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::errors;
use crate::fork::{self, Side};
use crate::waiting::detached;

/// What the zygote is called in a list of processes.
const NAME: &CStr = c"forkyard-zygote";

/// Adds the functions and classes of this file to the extension module.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Zygote>()?;
    module.add_class::<Entry>()?;
    module.add_class::<Surroundings>()?;
    module.add_function(wrap_pyfunction!(bear_zygote, module)?)?;
    module.add_function(wrap_pyfunction!(become_zygote, module)?)?;
    module.add_function(wrap_pyfunction!(libraries, module)?)?;
    module.add_function(wrap_pyfunction!(note_pages, module)?)?;
    module.add_function(wrap_pyfunction!(exit_process, module)?)
}

/// The starter's end of a zygote. One thread at a time.
#[pyclass(frozen, module = "_forkyard._engine")]
struct Zygote {
    zygote: zygote::Zygote,
    theirs: Mutex<Option<OwnedFd>>,
    patience: Option<Duration>,
}

#[pymethods]
impl Zygote {
    /// `patience` is how many seconds it may take to answer; `None` is for ever.
    #[new]
    fn new(patience: Option<f64>) -> PyResult<Self> {
        let (zygote, theirs) = zygote::Zygote::new().map_err(failed)?;
        Ok(Self { zygote, theirs: Mutex::new(Some(theirs)), patience: patience.map(Duration::from_secs_f64) })
    }

    /// The descriptor to hand on to the process that will become or make the zygote.
    fn theirs(&self) -> i32 {
        self.lock().as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }

    /// It has been handed on.
    fn handed_on(&self) {
        *self.lock() = None;
    }

    /// The zygote's pid, once there is one; `None` when there will not be one.
    fn born(&self, py: Python<'_>) -> PyResult<Option<u32>> {
        self.pid_from(py, zygote::Zygote::born)
    }

    /// The pid of a new process that has these descriptors; `None` when there is no zygote any more, and hence no such process.
    fn start(&self, py: Python<'_>, fds: Vec<i32>, message: &[u8]) -> PyResult<Option<u32>> {
        let Some(copy) = self.pid_from(py, zygote::Zygote::copy)? else { return Ok(None) };
        match self.zygote.ask(&fds, message) {
            Ok(()) => Ok(Some(copy)),
            Err(ZygoteError::Gone | ZygoteError::TooMuch) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Ends the zygote with this pid, which is left to be reaped, and what waits to be started.
    fn end(&self, py: Python<'_>, pid: u32) {
        py.detach(|| self.zygote.end(pid));
    }
}

impl Zygote {
    fn pid_from(
        &self,
        py: Python<'_>,
        call: impl Fn(&zygote::Zygote, Option<Instant>) -> Result<u32, ZygoteError> + Sync,
    ) -> PyResult<Option<u32>> {
        let until = self.patience.map(|patience| Instant::now() + patience);
        match detached(py, || call(&self.zygote, until), |error| matches!(error, ZygoteError::Interrupted))? {
            Ok(pid) => Ok(Some(pid)),
            Err(ZygoteError::Gone | ZygoteError::Silent) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<OwnedFd>> {
        self.theirs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a process started now would inherit.
#[pyclass(frozen, module = "_forkyard._engine")]
struct Surroundings {
    all: Option<surroundings::Surroundings>,
}

#[pymethods]
impl Surroundings {
    #[new]
    fn new() -> Self {
        Self { all: surroundings::Surroundings::now() }
    }

    /// Whether both are known and the same.
    fn equals(&self, other: &Self) -> bool {
        self.all.is_some() && self.all == other.all
    }
}

/// Copies this process, a fresh interpreter; the copy is the zygote of `starter` and listens on `control`. `None` here; in a copy of
/// the zygote the message of its starter. `settled` is called in the zygote before it is copied.
#[pyfunction]
fn bear_zygote(py: Python<'_>, control: i32, starter: u32, settled: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyBytes>>> {
    let Ok(server) = Server::new(control, starter, Manner::Exactly) else { return Ok(None) };
    let own_name = own_name();
    // A machine that cannot do this has no zygote, and starts each process afresh.
    if !matches!(fork::sibling(py), Ok(Side::Copy)) {
        return Ok(None);
    }
    let work = serve(py, server, &own_name, settled);
    Ok(Some(PyBytes::new(py, &work.message).unbind()))
}

/// Makes this process the zygote of `starter`, which listens on `control`. `None` when it cannot be one; in a copy the descriptors
/// that its starter has sent, which it has beside those of this process.
#[pyfunction]
fn become_zygote(py: Python<'_>, control: i32, starter: u32, settled: &Bound<'_, PyAny>) -> Option<Vec<i32>> {
    let server = Server::new(control, starter, Manner::Beside).ok()?;
    Some(serve(py, server, NAME, settled).fds)
}

/// What this process is called in a list of processes.
fn own_name() -> CString {
    let mut name = std::fs::read("/proc/self/comm").unwrap_or_default();
    name.truncate(name.trim_ascii_end().len());
    CString::new(name).unwrap_or_default()
}

/// The life of a zygote: keeps a copy ready as long as its starter lives. Comes back in each copy that is wanted; `name` is what that
/// is called.
fn serve(py: Python<'_>, mut server: Server, name: &CStr, settled: &Bound<'_, PyAny>) -> Work {
    if server.settle(NAME).is_err() || settled.call0().is_err() {
        zygote::exit();
    }
    loop {
        let Ok(tether) = Tether::new() else { zygote::exit() };
        let goes_on = match fork::sibling(py) {
            Ok(Side::Copy) => return server.await_work(tether, name).unwrap_or_else(|| zygote::exit()),
            Ok(Side::Copied) => server.await_taken(tether),
            Err(error) => server.await_another_try(error),
        };
        if goes_on.is_none() {
            zygote::exit();
        }
    }
}

/// `spawn_main` of a process that may have come from a zygote: calls `enter(**arguments)`, then the interpreter's own function with the
/// arguments that it answers, then `leave(code)` with the code of its SystemExit. Without a frame of its own in tracebacks.
#[pyclass(frozen, dict, module = "_forkyard._engine")]
struct Entry {
    enter: Py<PyAny>,
    function: Py<PyAny>,
    leave: Py<PyAny>,
}

#[pymethods]
impl Entry {
    #[new]
    fn new(enter: Py<PyAny>, function: Py<PyAny>, leave: Py<PyAny>) -> Self {
        Self { enter, function, leave }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.enter)?;
        visit.call(&self.function)?;
        visit.call(&self.leave)
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__(&self, py: Python<'_>, args: &Bound<'_, PyTuple>, kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<Py<PyAny>> {
        let arguments = self.enter.bind(py).call(args, kwargs)?;
        let result = self.function.bind(py).call((), Some(arguments.cast::<PyDict>()?));
        if let Err(error) = &result
            && error.is_instance_of::<PySystemExit>(py)
        {
            let code = error.value(py).getattr("code")?.unbind();
            self.leave.call1(py, (code,))?;
        }
        result.map(Bound::unbind)
    }
}

/// How many libraries have been loaded into this process so far.
#[pyfunction]
fn libraries() -> u64 {
    zygote::libraries()
}

/// What a copy of a zygote does at its end for those that come after it.
#[pyfunction]
fn note_pages() {
    zygote::note();
}

/// Ends a copy of a zygote, which had so many libraries, with this code, Python aside.
#[pyfunction]
fn exit_process(code: i32, libraries: u64) {
    zygote::end(code, libraries)
}

fn failed(error: ZygoteError) -> PyErr {
    errors::refused(&error)
}
