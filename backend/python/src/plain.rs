//! Which objects every pickler writes alike, so that the interpreter's own function can be asked, without the program's reducers.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

/// So many objects are looked at: a larger one is worth a pickler of its own.
const FEW: u32 = 32;

/// Whether it is made of few exact atoms, tuples, lists and dictionaries: no pickler asks a table or a method about these.
pub(crate) fn is_plain(object: &Bound<'_, PyAny>) -> bool {
    is_plain_within(object, &mut FEW.clone())
}

fn is_plain_within(object: &Bound<'_, PyAny>, left: &mut u32) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    if is_atom(object) {
        true
    } else if let Ok(tuple) = object.cast_exact::<PyTuple>() {
        tuple.iter_borrowed().all(|item| is_plain_within(&item, left))
    } else if let Ok(list) = object.cast_exact::<PyList>() {
        list.iter().all(|item| is_plain_within(&item, left))
    } else if let Ok(dict) = object.cast_exact::<PyDict>() {
        dict.iter().all(|(key, value)| is_plain_within(&key, left) && is_plain_within(&value, left))
    } else {
        false
    }
}

fn is_atom(object: &Bound<'_, PyAny>) -> bool {
    object.is_exact_instance_of::<PyInt>()
        || object.is_exact_instance_of::<PyString>()
        || object.is_exact_instance_of::<PyFloat>()
        || object.is_none()
        || object.is_exact_instance_of::<PyBool>()
        || object.is_exact_instance_of::<PyBytes>()
}
