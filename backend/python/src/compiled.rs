//! What a text compiles to, known beforehand.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use pyo3::{PyTraverseError, PyVisit, intern};

/// Stands for `compile` in `runpy` until that calls it once: answers `code` for this text of this file, and otherwise what the
/// interpreter's own does. Without a frame of its own in the traceback of a text that is wrong.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Compiled {
    text: Py<PyBytes>,
    path: String,
    code: Py<PyAny>,
}

#[pymethods]
impl Compiled {
    #[new]
    fn new(text: Py<PyBytes>, path: String, code: Py<PyAny>) -> Self {
        Self { text, path, code }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.code)
    }

    #[pyo3(signature = (*args))]
    fn __call__<'py>(&self, py: Python<'py>, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        py.import(intern!(py, "runpy"))?.delattr(intern!(py, "compile"))?;
        let known = args.eq((&self.text, &self.path, "exec"))?;
        if known { Ok(self.code.bind(py).clone()) } else { py.import("builtins")?.getattr("compile")?.call1(args) }
    }
}
