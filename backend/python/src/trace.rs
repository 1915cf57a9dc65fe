//! The recorder, for the Python side: births, phases, names, and the waits of things the engine does not own.

use forkyard_trace::event::Kind;
use forkyard_trace::recorder;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

use crate::frame;
use crate::waiting::{current_line, note_line};

/// Adds the functions of this file to the extension module.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(trace_attach, module)?)?;
    module.add_function(wrap_pyfunction!(trace_hello, module)?)?;
    module.add_function(wrap_pyfunction!(trace_after_fork, module)?)?;
    module.add_function(wrap_pyfunction!(is_recording, module)?)?;
    module.add_function(wrap_pyfunction!(record, module)?)?;
    module.add_function(wrap_pyfunction!(record_at, module)?)?;
    module.add_function(wrap_pyfunction!(line, module)?)?;
    module.add_function(wrap_pyfunction!(new_object, module)?)?;
    module.add_function(wrap_pyfunction!(string, module)?)?;
    module.add_function(wrap_pyfunction!(frame::made_by_main, module)?)?;
    module.add_function(wrap_pyfunction!(name_process, module)?)?;
    module.add_function(wrap_pyfunction!(name_thread, module)?)
}

#[pyfunction]
fn trace_attach(fd: i32) -> PyResult<()> {
    recorder::attach(fd).map_err(|error| PyOSError::new_err(error.to_string()))
}

#[pyfunction]
fn trace_hello(fd: i32) {
    recorder::attach_hello(fd);
}

#[pyfunction]
fn trace_after_fork() {
    recorder::after_fork_in_child();
}

#[pyfunction]
fn is_recording() -> bool {
    recorder::is_on()
}

#[pyfunction]
fn record(kind: u16, object: u32, argument: u64) -> PyResult<()> {
    recorder::record(known(kind)?, object, argument);
    Ok(())
}

#[pyfunction]
fn record_at(t_ns: u64, kind: u16, object: u32, argument: u64) -> PyResult<()> {
    recorder::record_at(t_ns, known(kind)?, object, argument);
    Ok(())
}

/// The line of the program's main file that this thread is at; 0 when unknown or nothing is recorded.
#[pyfunction]
fn line(py: Python<'_>) -> PyResult<u32> {
    note_line(py)?;
    Ok(if recorder::is_on() { current_line() } else { 0 })
}

#[pyfunction]
fn new_object(kind: &str, name: &str, line: u32) -> u32 {
    recorder::new_object(kind, name, line)
}

#[pyfunction]
fn string(text: &str) -> u32 {
    recorder::string(text)
}

#[pyfunction]
fn name_process(name: &str) {
    recorder::name_process(name);
}

#[pyfunction]
fn name_thread(tid: u32, name: &str) {
    recorder::name_thread(tid, name);
}

fn known(kind: u16) -> PyResult<Kind> {
    Kind::unpack(kind).ok_or_else(|| PyValueError::new_err(format!("no event has the number {kind:#x}")))
}
