//! Named segments of shared memory, and the guard that removes those that are left.

use std::ffi::{CStr, OsString};
use std::hash::{BuildHasher, RandomState};
use std::os::fd::IntoRawFd;
use std::sync::atomic::{AtomicU64, Ordering};

use forkyard_engine::process::{Command, inherited};
use forkyard_engine::shm::guard::{self, GuardError};
use forkyard_engine::shm::named::{self, NamedError, Segment};
use nix::fcntl::OFlag;
use nix::sys::mman::shm_open;
use nix::sys::prctl::set_name;
use nix::sys::stat::Mode;
use pyo3::exceptions::{PyMemoryError, PyOSError, PyValueError};
use pyo3::prelude::*;

use crate::mapping::Mapping;

/// What the guard is called in a list of processes.
const NAME: &CStr = c"forkyard-guard";

/// Adds the functions and classes of this file to the extension module.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Mapping>()?;
    module.add_function(wrap_pyfunction!(named_new, module)?)?;
    module.add_function(wrap_pyfunction!(named_create, module)?)?;
    module.add_function(wrap_pyfunction!(named_open, module)?)?;
    module.add_function(wrap_pyfunction!(named_remember, module)?)?;
    module.add_function(wrap_pyfunction!(named_forget, module)?)?;
    module.add_function(wrap_pyfunction!(is_guarded, module)?)?;
    module.add_function(wrap_pyfunction!(start_guard, module)?)?;
    module.add_function(wrap_pyfunction!(watch_over, module)?)
}

/// A name that most probably nobody has: `prefix` and eight digits.
#[pyfunction]
fn named_new(prefix: &str) -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    // A forked process goes on with its parent's keys and count.
    let seed = (std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    format!("{prefix}{:08x}", RandomState::new().hash_one(seed) as u32)
}

/// A segment of this size that was not there, known to the guard: its descriptor, which is the caller's to close, and its bytes.
#[pyfunction]
fn named_create(py: Python<'_>, name: OsString, size: usize, mode: u32) -> PyResult<(i32, Mapping)> {
    if name.as_encoded_bytes().contains(&0) {
        return Err(PyValueError::new_err("embedded null character"));
    }
    named::create(&name, size, mode).map(parts).map_err(|error| refused(py, error, name))
}

/// A segment that is there.
#[pyfunction]
fn named_open(py: Python<'_>, name: OsString, flags: i32, mode: u32) -> PyResult<(i32, Mapping)> {
    if name.as_encoded_bytes().contains(&0) {
        return Err(PyValueError::new_err("embedded null character"));
    }
    let opened = shm_open(name.as_os_str(), OFlag::from_bits_retain(flags), Mode::from_bits_truncate(mode));
    let segment = opened.map_err(NamedError::from).and_then(named::map);
    segment.map(parts).map_err(|error| refused(py, error, name))
}

/// Has the guard know of a segment.
#[pyfunction]
fn named_remember(py: Python<'_>, name: OsString) -> PyResult<()> {
    named::remember(&name).map_err(|error| refused(py, error, name))
}

/// Has the guard know of it no more.
#[pyfunction]
fn named_forget(name: OsString) {
    named::forget(name);
}

/// Whether this tree of processes has a guard.
#[pyfunction]
fn is_guarded() -> PyResult<bool> {
    guard::is_there().map_err(unguarded)
}

/// Starts one: a program that calls `watch_over` with the number that is its last argument.
#[pyfunction]
fn start_guard(command: Vec<OsString>, environment: Vec<(OsString, OsString)>) -> PyResult<()> {
    let mut parts = command.into_iter();
    let program = Command::new(parts.next().unwrap_or_default()).environment(environment);
    guard::start(parts.fold(program, Command::arg)).map_err(unguarded)
}

/// Waits for the end of the tree, and removes what it has left: each name, and the number of the error if it could not be removed.
#[pyfunction]
fn watch_over(py: Python<'_>, arena: i32) -> PyResult<Vec<(OsString, Option<i32>)>> {
    let arena = inherited(arena)?;
    set_name(NAME).map_err(std::io::Error::from)?;
    let left = py.detach(|| guard::watch(arena)).map_err(unguarded)?;
    Ok(left.into_iter().map(|each| (each.name, each.refusal.and_then(|error| error.raw_os_error()))).collect())
}

/// As Python has a segment.
fn parts(segment: Segment) -> (i32, Mapping) {
    (segment.fd.into_raw_fd(), Mapping::of(segment.bytes))
}

fn unguarded(error: GuardError) -> PyErr {
    PyOSError::new_err(error.to_string())
}

/// As CPython tells a refusal: with the name, unless it is of the open file's bytes.
fn refused(py: Python<'_>, error: NamedError, name: OsString) -> PyErr {
    let (error, name) = match error {
        NamedError::Refused(error) => (error, Some(name)),
        NamedError::Bytes(error) => (error, None),
        NamedError::Empty => return PyValueError::new_err("cannot mmap an empty file"),
        error => return PyMemoryError::new_err(error.to_string()),
    };
    let Some(number) = error.raw_os_error() else { return error.into() };
    match (py.import("os").and_then(|os| os.call_method1("strerror", (number,))), name) {
        (Ok(text), Some(name)) => PyOSError::new_err((number, text.unbind(), name)),
        (Ok(text), None) => PyOSError::new_err((number, text.unbind())),
        (Err(error), _) => error,
    }
}
