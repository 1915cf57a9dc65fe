//! `Wait`: one wait of a thread, of those that Python code does and the engine does not know of.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use forkyard_trace::event::{Kind, pack};
use forkyard_trace::recorder;
use forkyard_wire::timeline::SegmentKind;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::waiting::{current_line, note_line};

/// One wait of this thread, from now to `end`; also a context manager. `line` is the program's, if not that which runs now.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Wait {
    kind: SegmentKind,
    object: u32,
    got: AtomicBool,
}

#[pymethods]
impl Wait {
    /// `kind` is a wait's number; `what` says more, see `WaitBegin`.
    #[new]
    #[pyo3(signature = (kind, object, what=0, line=None))]
    fn new(py: Python<'_>, kind: u8, object: u32, what: u32, line: Option<u32>) -> PyResult<Self> {
        let kind =
            SegmentKind::from_number(kind).ok_or_else(|| PyValueError::new_err(format!("no wait has the number {kind}")))?;
        match line {
            Some(line) => recorder::record(Kind::WaitBegin(kind), object, pack(what, line)),
            None => begin(py, kind, object, what)?,
        }
        Ok(Self { kind, object, got: AtomicBool::new(true) })
    }

    /// Whether what was waited for came, as the context manager's end will say.
    #[getter]
    fn got(&self) -> bool {
        self.got.load(Relaxed)
    }

    #[setter]
    fn set_got(&self, got: &Bound<'_, PyAny>) -> PyResult<()> {
        self.got.store(got.is_truthy()?, Relaxed);
        Ok(())
    }

    /// It is over; `got` tells whether what was waited for came.
    fn end(&self, got: &Bound<'_, PyAny>) -> PyResult<()> {
        self.over(got.is_truthy()?);
        Ok(())
    }

    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __exit__(&self, kind: &Bound<'_, PyAny>, _error: &Bound<'_, PyAny>, _traceback: &Bound<'_, PyAny>) {
        self.over(kind.is_none() && self.got());
    }
}

impl Wait {
    fn over(&self, got: bool) {
        end(self.kind, self.object, got);
    }
}

/// Records that this thread begins to wait, at the program's line that runs now.
pub(crate) fn begin(py: Python<'_>, kind: SegmentKind, object: u32, what: u32) -> PyResult<()> {
    if recorder::is_on() {
        note_line(py)?;
        recorder::record(Kind::WaitBegin(kind), object, pack(what, current_line()));
    }
    Ok(())
}

/// Records that it is over; `got` tells whether what was waited for came.
pub(crate) fn end(kind: SegmentKind, object: u32, got: bool) {
    recorder::record_caused(Kind::WaitEnd(kind), object, u64::from(got));
}
