//! How a Python call waits: time-outs, signals, and the line of the program that the recording asks for.

use std::cell::{Cell, RefCell};
use std::sync::OnceLock;
use std::thread::{self, ThreadId};
use std::time::Duration;

use forkyard_engine::sync::Wait;
use forkyard_trace::recorder;
use nix::errno::Errno;
use pyo3::exceptions::{PyException, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyFloat;

use crate::frame;

/// The thread that ends the interpreter, once it is about to.
static FINALIZER: OnceLock<ThreadId> = OnceLock::new();

thread_local! {
    /// The main file's line at this thread's last call of the engine; the engine asks while the interpreter's lock is released.
    static LINE: Cell<u32> = const { Cell::new(0) };
    /// What a signal's handler raised while this thread waited, on its way to whoever called.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// The engine's line source.
pub(crate) fn current_line() -> u32 {
    LINE.get()
}

/// Notes the line that is being run, if anything is recorded. Fails only with what a signal's handler raised meanwhile.
pub(crate) fn note_line(py: Python<'_>) -> PyResult<()> {
    if recorder::is_on() {
        LINE.set(frame::line(py).or_else(|error| unless_interrupt(py, error).map(|_| 0))?);
    }
    Ok(())
}

/// A failure of the recording, which does no harm to the program: the failure itself. What a signal's handler raised while something
/// was being recorded (`KeyboardInterrupt`) is not one, and is for the program: the error.
pub(crate) fn unless_interrupt(py: Python<'_>, error: PyErr) -> PyResult<PyErr> {
    if error.is_instance_of::<PyException>(py) { Ok(error) } else { Err(error) }
}

/// What `block` and `timeout` of a Python call mean: a negative time is none at all, no time is for ever. NaN fails as it does where
/// CPython's module has a semaphore.
pub(crate) fn wait_for(block: Blocking, timeout: Option<f64>) -> PyResult<Wait> {
    wait_unless_nan(block, timeout).ok_or_else(|| PyOSError::new_err((Errno::EINVAL as i32, Errno::EINVAL.desc())))
}

/// The same where CPython's module polls a pipe.
pub(crate) fn poll_for(block: Blocking, timeout: Option<f64>) -> PyResult<Wait> {
    wait_unless_nan(block, timeout).ok_or_else(|| PyValueError::new_err("cannot convert float NaN to integer"))
}

/// Seconds where CPython's module adds them to the time before it waits: what cannot be added is refused in the words of that.
#[derive(Clone, Copy)]
pub(crate) struct Seconds(pub(crate) f64);

impl<'py> FromPyObject<'_, 'py> for Seconds {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let added = |error| PyFloat::new(object.py(), 0.0).add(object).err().unwrap_or(error);
        object.extract().map(Self).map_err(added)
    }
}

fn wait_unless_nan(block: Blocking, timeout: Option<f64>) -> Option<Wait> {
    Some(match (block, timeout) {
        (Blocking::No, _) => Wait::Never,
        (Blocking::Yes, None) => Wait::Forever,
        (Blocking::Yes, Some(seconds)) if seconds.is_nan() => return None,
        (Blocking::Yes, Some(seconds)) => match Duration::try_from_secs_f64(seconds) {
            Ok(time) => Wait::at_most(time),
            Err(_) if seconds > 0.0 => Wait::Forever,
            Err(_) => Wait::Never,
        },
    })
}

/// Whether a call may wait.
#[derive(Clone, Copy)]
pub(crate) enum Blocking {
    Yes,
    No,
}

impl<'py> FromPyObject<'_, 'py> for Blocking {
    type Error = PyErr;

    /// Whatever counts as true or false: programs also say 1 and 0.
    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(if object.is_truthy()? { Blocking::Yes } else { Blocking::No })
    }
}

/// The engine's signal source: lets Python's handlers run, which are the main thread's alone; whether one has raised something.
pub(crate) fn handlers_raise() -> bool {
    if !is_main_thread() || FINALIZER.get().is_some() {
        return false;
    }
    match Python::attach(|py| py.check_signals()) {
        Ok(()) => false,
        Err(error) => {
            RAISED.set(Some(error));
            true
        }
    }
}

/// Whether this is the thread that the process began with.
fn is_main_thread() -> bool {
    nix::unistd::gettid() == nix::unistd::getpid()
}

/// Calls `attempt` with the interpreter's lock released until it answers something else than `interrupted`; in between Python's
/// signal handlers run, and what they raise ends the wait.
pub(crate) fn detached<T: Send, E: Send>(
    py: Python<'_>,
    attempt: impl Fn() -> Result<T, E> + Sync,
    interrupted: impl Fn(&E) -> bool,
) -> PyResult<Result<T, E>> {
    let attempt = || {
        let answer = attempt();
        if FINALIZER.get().is_some_and(|&finalizer| finalizer != thread::current().id()) {
            park_for_ever();
        }
        answer
    };
    loop {
        match py.detach(attempt) {
            Err(error) if interrupted(&error) => {
                RAISED.take().map_or(Ok(()), Err)?;
                py.check_signals()?;
            }
            answer => return Ok(answer),
        }
    }
}

/// The interpreter is about to end. A daemon thread that took its lock then would be ended by unwinding its stack, which frames of
/// Rust do not survive: from now on such threads stay where they are until the process is gone.
#[pyfunction]
pub(crate) fn finalizing() {
    let _ = FINALIZER.set(thread::current().id());
}

fn park_for_ever() -> ! {
    loop {
        thread::park();
    }
}
