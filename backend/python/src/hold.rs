//! Locks that are held, of those that the interpreter and not the engine makes.

use forkyard_trace::event::{Kind, pack};
use forkyard_trace::recorder;
use pyo3::prelude::*;

use crate::waiting::{current_line, note_line};

/// The calling thread has taken this lock, at the line that it is at.
#[pyfunction]
pub(crate) fn hold_begins(py: Python<'_>, object: u32) -> PyResult<()> {
    note_line(py)?;
    recorder::record(Kind::HoldBegin, object, pack(0, current_line()));
    Ok(())
}

/// It was released.
#[pyfunction]
pub(crate) fn hold_ends(object: u32) {
    recorder::record(Kind::HoldEnd, object, 0);
}
