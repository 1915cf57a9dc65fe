//! The zygote of spawned interpreters: asked by the one that starts processes, and become by the first one that was started.

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use forkyard_engine::process::surroundings;
use forkyard_engine::process::zygote::{self, Server, ZygoteError};
use pyo3::exceptions::{PyOSError, PySystemExit};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

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
    module.add_function(wrap_pyfunction!(exit_process, module)?)
}

/// The starter's end of a zygote. One thread at a time.
#[pyclass(frozen, module = "_forkyard._engine")]
struct Zygote {
    zygote: zygote::Zygote,
    theirs: Mutex<Option<OwnedFd>>,
}

#[pymethods]
impl Zygote {
    #[new]
    fn new() -> PyResult<Self> {
        let (zygote, theirs) = zygote::Zygote::new().map_err(failed)?;
        Ok(Self { zygote, theirs: Mutex::new(Some(theirs)) })
    }

    /// The descriptor to hand on to the first process.
    fn theirs(&self) -> i32 {
        self.lock().as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }

    /// It has been handed on.
    fn handed_on(&self) {
        *self.lock() = None;
    }

    /// The zygote's pid, once there is one; `None` when there will not be one.
    fn born(&self, py: Python<'_>) -> PyResult<Option<u32>> {
        match self.answer(py)? {
            Ok(pid) => Ok(Some(pid)),
            Err(ZygoteError::Gone | ZygoteError::Silent) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// The pid of a new process that has these descriptors; `None` when there is no zygote any more, and hence no such process.
    fn start(&self, py: Python<'_>, fds: Vec<i32>, message: &[u8]) -> PyResult<Option<u32>> {
        match self.zygote.ask(&fds, message) {
            // Had it died since, there might be a process of which nobody knows: that is an error, and no reason to start another.
            Ok(()) => self.answer(py)?.map(Some).map_err(failed),
            Err(ZygoteError::Gone | ZygoteError::TooMuch) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

impl Zygote {
    fn answer(&self, py: Python<'_>) -> PyResult<Result<u32, ZygoteError>> {
        let asked = Instant::now();
        detached(py, || self.zygote.answer(asked), |error| matches!(error, ZygoteError::Interrupted))
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
    let Ok(mut server) = Server::new(control, starter) else { return Ok(None) };
    let own_name = own_name();
    // A machine that cannot do this has no zygote, and starts each process afresh.
    if !matches!(fork::sibling(py, || ()), Ok(Side::Copy(()))) {
        return Ok(None);
    }
    if server.settle(NAME).is_err() || settled.call0().is_err() {
        zygote::exit();
    }
    server.answer(Ok(std::process::id()));
    let message = serve(py, server, &own_name).unwrap_or_else(|| zygote::exit());
    Ok(Some(PyBytes::new(py, &message).unbind()))
}

/// What this process is called in a list of processes.
fn own_name() -> CString {
    let mut name = std::fs::read("/proc/self/comm").unwrap_or_default();
    name.truncate(name.trim_ascii_end().len());
    CString::new(name).unwrap_or_default()
}

/// Makes copies as long as they are wanted. Comes back in a copy, with its message; `None`: no more are wanted.
fn serve(py: Python<'_>, server: Server, name: &CStr) -> Option<Vec<u8>> {
    let mut server = Some(server);
    loop {
        let mut request = Some(server.as_ref()?.next()?);
        let copied = fork::sibling(py, || {
            Some((server.take()?, request.take()?)).and_then(|(server, request)| server.leave(request, name).ok())
        });
        match copied {
            Ok(Side::Copy(message)) => return message,
            Ok(Side::Copied(pid)) => server.as_ref()?.answer(Ok(pid)),
            Err(error) => server.as_ref()?.answer(Err(error)),
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

/// Ends the process with this code as the C library does it, Python aside.
#[pyfunction]
fn exit_process(code: i32) {
    std::process::exit(code)
}

fn failed(error: ZygoteError) -> PyErr {
    match error {
        ZygoteError::Refused(error) => error.into(),
        other => PyOSError::new_err(other.to_string()),
    }
}
