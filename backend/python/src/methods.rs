//! The four methods of locks that count, as the interpreter calls them: straight, without what PyO3 puts around a method.
//!
//! PyO3's counting and its reading of arguments cost 6 ns a call, and the interpreter calls a method quickly only on objects of the very
//! class that has it, not on those of a class that inherits it. So each of the locks' Python classes gets these for its own. What is not
//! said in one breath (arguments by name, a wait, a recording) goes on in `SemLock`'s usual methods.
#![expect(unsafe_code, reason = "the interpreter calls these with raw pointers")]

use std::ffi::{CStr, c_int};
use std::ptr;

use forkyard_engine::sync::ReleaseError;
use pyo3::ffi::{self, Py_ssize_t, PyMethodDef, PyMethodDefPointer, PyObject};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use crate::lock::SemLock;
use crate::waiting::Blocking;

/// Keyword arguments come as a tuple of names behind the positional ones.
const KEYWORDS: c_int = ffi::METH_FASTCALL | ffi::METH_KEYWORDS;

static METHODS: Methods = Methods([
    method(
        c"acquire",
        c"acquire($self, /, block=True, timeout=None)\n--\n\nTakes it. False: it cannot be had, or not in this time.",
        PyMethodDefPointer { PyCFunctionFastWithKeywords: acquire },
        KEYWORDS,
    ),
    method(c"release", c"release($self, /)\n--\n\nGives it back.", PyMethodDefPointer { PyCFunction: release }, ffi::METH_NOARGS),
    method(c"__enter__", c"__enter__($self, /)\n--\n\n", PyMethodDefPointer { PyCFunction: enter }, ffi::METH_NOARGS),
    method(c"__exit__", c"__exit__($self, /, *args)\n--\n\n", PyMethodDefPointer { PyCFunctionFast: exit }, ffi::METH_FASTCALL),
]);

struct Methods([PyMethodDef; 4]);

// SAFETY: the pointers are to constants.
unsafe impl Sync for Methods {}

const fn method(name: &'static CStr, doc: &'static CStr, function: PyMethodDefPointer, flags: c_int) -> PyMethodDef {
    PyMethodDef { ml_name: name.as_ptr(), ml_meth: function, ml_flags: flags, ml_doc: doc.as_ptr() }
}

/// The values of a call, and those that have a name.
type Arguments<'py> = (Vec<Bound<'py, PyAny>>, Option<Bound<'py, PyDict>>);

/// Gives a class that inherits from `SemLock` these methods for its own; the class.
#[pyfunction]
pub(crate) fn with_own_methods<'py>(class: Bound<'py, PyType>) -> PyResult<Bound<'py, PyType>> {
    let py = class.py();
    if !class.is_subclass_of::<SemLock>()? {
        return Err(pyo3::exceptions::PyTypeError::new_err("not a class of locks"));
    }
    for method in &METHODS.0 {
        // SAFETY: the class is one; the definition stays for ever, and the interpreter does not write to it.
        let descriptor = unsafe {
            let made = ffi::PyDescr_NewMethod(class.as_type_ptr(), ptr::from_ref(method).cast_mut());
            Bound::from_owned_ptr_or_err(py, made)?
        };
        // SAFETY: the name is a constant.
        let name = unsafe { CStr::from_ptr(method.ml_name) };
        class.setattr(name.to_string_lossy(), descriptor)?;
    }
    Ok(class)
}

unsafe extern "C" fn acquire(
    slf: *mut PyObject,
    args: *const *mut PyObject,
    count: Py_ssize_t,
    names: *mut PyObject,
) -> *mut PyObject {
    if count == 0 && names.is_null() {
        // SAFETY: as we were called.
        return unsafe { enter(slf, ptr::null_mut()) };
    }
    // SAFETY: called by the interpreter, hence attached to it.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: as the interpreter's calling convention has it: `count` values, then one for each name.
    let call = unsafe { arguments(py, args, count, names) };
    // SAFETY: the descriptor has checked the class.
    let lock = unsafe { Bound::ref_from_ptr(py, &slf).cast_unchecked::<SemLock>() };
    let generic = || py.get_type::<SemLock>().getattr("acquire");
    let answer = call.and_then(|(values, named)| {
        let values = PyTuple::new(py, std::iter::once(lock.clone().into_any()).chain(values).collect::<Vec<_>>())?;
        generic()?.call(values, named.as_ref())
    });
    or_raise(py, answer)
}

unsafe extern "C" fn enter(slf: *mut PyObject, _: *mut PyObject) -> *mut PyObject {
    // SAFETY: called by the interpreter, hence attached to it.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: the descriptor has checked the class.
    let lock = unsafe { Bound::ref_from_ptr(py, &slf).cast_unchecked::<SemLock>() };
    if lock.get().take_unrecorded() {
        // SAFETY: a constant of the interpreter.
        return unsafe { ffi::Py_NewRef(ffi::Py_True()) };
    }
    enter_otherwise(py, lock.get())
}

/// Apart, so that the usual way need not make room for it.
#[inline(never)]
fn enter_otherwise(py: Python<'_>, lock: &SemLock) -> *mut PyObject {
    match lock.acquire(py, Blocking::Yes, None) {
        // SAFETY: a constant of the interpreter.
        Ok(taken) => unsafe { ffi::Py_NewRef(if taken { ffi::Py_True() } else { ffi::Py_False() }) },
        Err(error) => or_raise(py, Err(error)),
    }
}

unsafe extern "C" fn release(slf: *mut PyObject, _: *mut PyObject) -> *mut PyObject {
    // SAFETY: called by the interpreter, hence attached to it.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: the descriptor has checked the class.
    let lock = unsafe { Bound::ref_from_ptr(py, &slf).cast_unchecked::<SemLock>() };
    match lock.get().give_back() {
        // SAFETY: a constant of the interpreter.
        Some(Ok(())) => unsafe { ffi::Py_NewRef(ffi::Py_None()) },
        other => not_released(py, other),
    }
}

/// Apart, so that the usual way need not make room for it.
#[cold]
#[inline(never)]
fn not_released(py: Python<'_>, answer: Option<Result<(), ReleaseError>>) -> *mut PyObject {
    or_raise(py, Err(SemLock::not_released(answer)))
}

unsafe extern "C" fn exit(slf: *mut PyObject, _: *mut *mut PyObject, _: Py_ssize_t) -> *mut PyObject {
    // SAFETY: as we were called.
    unsafe { release(slf, ptr::null_mut()) }
}

/// What was called with.
///
/// # Safety
/// `args` are `count` objects and one for each of `names`, which is null or a tuple of strings.
unsafe fn arguments<'py>(
    py: Python<'py>,
    args: *const *mut PyObject,
    count: Py_ssize_t,
    names: *mut PyObject,
) -> PyResult<Arguments<'py>> {
    let count = usize::try_from(count)?;
    // SAFETY: within the array, see above.
    let value = |index: usize| unsafe { Bound::from_borrowed_ptr(py, *args.add(index)) };
    let values = (0..count).map(value).collect();
    // SAFETY: null or an object.
    let Some(names) = (unsafe { Bound::from_borrowed_ptr_or_opt(py, names) }) else { return Ok((values, None)) };
    let named = PyDict::new(py);
    for (index, name) in names.cast_into::<PyTuple>()?.iter().enumerate() {
        named.set_item(name, value(count + index))?;
    }
    Ok((values, Some(named)))
}

#[cold]
fn or_raise(py: Python<'_>, answer: PyResult<Bound<'_, PyAny>>) -> *mut PyObject {
    answer.map_or_else(
        |error| {
            error.restore(py);
            ptr::null_mut()
        },
        Bound::into_ptr,
    )
}
