//! Something done before and after a call, without a frame of its own in the program's tracebacks.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::waiting::unless_interrupt;

/// `function`, called between `before(*args, **kwargs)`, whose answer is the token, and `after(token, result, error)`. Binds like a
/// function. What the two raise is told and does no harm, but for what a signal's handler raised while they ran: that is the program's.
#[pyclass(frozen, dict, module = "_forkyard._engine")]
pub(crate) struct Around {
    function: Py<PyAny>,
    before: Py<PyAny>,
    after: Py<PyAny>,
}

#[pymethods]
impl Around {
    #[new]
    fn new(function: Py<PyAny>, before: Py<PyAny>, after: Py<PyAny>) -> Self {
        Self { function, before, after }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.function)?;
        visit.call(&self.before)?;
        visit.call(&self.after)
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__(&self, py: Python<'_>, args: &Bound<'_, PyTuple>, kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<Py<PyAny>> {
        let token = harmless(py, self.before.call(py, args, kwargs))?;
        let result = self.function.call(py, args, kwargs);
        let (value, error) = match &result {
            Ok(value) => (value.clone_ref(py), py.None()),
            Err(error) => (py.None(), error.value(py).clone().into_any().unbind()),
        };
        if let Err(interrupt) = harmless(py, self.after.call1(py, (token, value, &error))) {
            if !error.is_none(py) {
                interrupt.value(py).setattr(intern!(py, "__context__"), error)?;
            }
            return Err(interrupt);
        }
        result
    }

    fn __get__(slf: Bound<'_, Self>, object: Option<Bound<'_, PyAny>>, _class: Option<Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
        bound(slf.into_any(), object)
    }
}

/// What a class's attribute answers that binds like a function: a method of `object`, or itself.
pub(crate) fn bound<'py>(function: Bound<'py, PyAny>, object: Option<Bound<'py, PyAny>>) -> PyResult<Py<PyAny>> {
    static METHOD: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    match object {
        Some(object) => Ok(METHOD.import(function.py(), "types", "MethodType")?.call1((function, object))?.unbind()),
        None => Ok(function.unbind()),
    }
}

fn harmless(py: Python<'_>, answer: PyResult<Py<PyAny>>) -> PyResult<Py<PyAny>> {
    answer.or_else(|error| {
        unless_interrupt(py, error)?.write_unraisable(py, None);
        Ok(py.None())
    })
}
