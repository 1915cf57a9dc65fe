//! What a process has imported beyond what it began with, and whether names are what they were.
#![expect(
    unsafe_code,
    reason = "walking a dictionary safely counts references, and each count copies a page of a forked process"
)]

use std::ptr;

use pyo3::exceptions::PyNameError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

/// The names whose values in `now` are not those of `before`, in the order of `now`.
#[pyfunction]
pub(crate) fn changed<'py>(now: &Bound<'py, PyDict>, before: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyList>> {
    let py = now.py();
    let names = PyList::empty(py);
    let (mut place, mut name, mut value) = (0, ptr::null_mut(), ptr::null_mut());
    // SAFETY: both are dictionaries, and nothing that could change `now` runs during the walk: its keys are the names of modules, whose
    // hashes are known and which are compared with texts; what is new is put aside in a list. What the walk shows is borrowed from `now`.
    unsafe {
        while ffi::PyDict_Next(now.as_ptr(), &raw mut place, &raw mut name, &raw mut value) != 0 {
            if ffi::PyDict_GetItemWithError(before.as_ptr(), name) != value {
                names.append(Bound::from_borrowed_ptr(py, name))?;
            }
        }
    }
    PyErr::take(py).map_or(Ok(names), Err)
}

/// Whether this is what `name` means in `names`.
pub(crate) fn is(names: &Bound<'_, PyDict>, name: &Bound<'_, PyString>, value: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a dictionary and a text, which live through the call; what it answers is compared and not used. The hash of a text cannot
    // fail, so no error is left.
    unsafe { ffi::PyDict_GetItemWithError(names.as_ptr(), name.as_ptr()) == value.as_ptr() }
}

/// What `name` means in `names`.
pub(crate) fn named<'py>(names: &Bound<'py, PyDict>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
    names.get_item(name)?.ok_or_else(|| PyNameError::new_err(format!("name '{name}' is not defined")))
}

/// What the function `name` in `names` answers to no arguments.
pub(crate) fn called<'py>(names: &Bound<'py, PyDict>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
    named(names, name)?.call0()
}
