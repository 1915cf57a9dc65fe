//! How a Python call waits: time-outs, signals, and the line of the program that the recording asks for.

use std::cell::Cell;
use std::time::Duration;

use forkyard_engine::sync::Wait;
use forkyard_trace::recorder;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

thread_local! {
    /// The main file's line at this thread's last call of the engine; the engine asks while the interpreter's lock is released.
    static LINE: Cell<u32> = const { Cell::new(0) };
}

/// The engine's line source.
pub(crate) fn current_line() -> u32 {
    LINE.get()
}

/// Notes the line that is being run, if anything is recorded.
pub(crate) fn note_line(py: Python<'_>) {
    if recorder::is_on() {
        LINE.set(line(py).unwrap_or(0));
    }
}

/// What `block` and `timeout` of a Python call mean: a negative time is none at all, no time is for ever.
pub(crate) fn wait_for(block: Blocking, timeout: Option<f64>) -> Wait {
    match (block, timeout) {
        (Blocking::No, _) => Wait::Never,
        (Blocking::Yes, None) => Wait::Forever,
        (Blocking::Yes, Some(seconds)) => match Duration::try_from_secs_f64(seconds) {
            Ok(time) => Wait::at_most(time),
            Err(_) if seconds > 0.0 => Wait::Forever,
            Err(_) => Wait::Never,
        },
    }
}

/// Whether a call may wait.
#[derive(Clone, Copy)]
pub(crate) enum Blocking {
    Yes,
    No,
}

impl From<bool> for Blocking {
    fn from(block: bool) -> Self {
        if block { Blocking::Yes } else { Blocking::No }
    }
}

/// Calls `attempt` with the interpreter's lock released until it answers something else than `interrupted`; in between Python's
/// signal handlers run, and what they raise ends the wait.
pub(crate) fn detached<T: Send, E: Send>(
    py: Python<'_>,
    attempt: impl Fn() -> Result<T, E> + Sync,
    interrupted: impl Fn(&E) -> bool,
) -> PyResult<Result<T, E>> {
    loop {
        match py.detach(&attempt) {
            Err(error) if interrupted(&error) => py.check_signals()?,
            answer => return Ok(answer),
        }
    }
}

fn line(py: Python<'_>) -> PyResult<u32> {
    static NAMES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    NAMES.import(py, "_forkyard.names", "line")?.call0()?.extract()
}
