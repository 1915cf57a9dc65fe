//! The bytes of a named segment as an object with a buffer, as `mmap` has it: while somebody has the buffer it cannot be closed.
#![expect(unsafe_code, reason = "the buffer protocol hands out raw pointers")]

use std::ffi::c_int;
use std::sync::{Mutex, MutexGuard, PoisonError};

use forkyard_engine::shm::named::Window;
use pyo3::exceptions::{PyBufferError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;

/// The bytes of a segment, for whoever asks for a buffer.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Mapping(Mutex<State>);

struct State {
    window: Option<Window>,
    /// Buffers that were handed out and not given back.
    exports: usize,
}

#[pymethods]
impl Mapping {
    /// Ends the mapping. Nobody may have a buffer of it.
    fn close(&self) -> PyResult<()> {
        let mut state = self.state();
        if state.exports > 0 {
            return Err(PyBufferError::new_err("cannot close exported pointers exist"));
        }
        state.window = None;
        Ok(())
    }

    #[getter]
    fn closed(&self) -> bool {
        self.state().window.is_none()
    }

    fn __len__(&self) -> PyResult<usize> {
        self.state().window.as_ref().map(Window::len).ok_or_else(closed)
    }

    // SAFETY: for the interpreter alone, which hands a buffer to fill in.
    unsafe fn __getbuffer__(slf: &Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        let mut state = slf.get().state();
        let window = state.window.as_ref().ok_or_else(closed)?;
        let (start, len) = (window.as_ptr().cast(), window.len() as isize);
        // SAFETY: the bytes stay where they are until `close`, which refuses while this buffer is out; the buffer keeps the object.
        if unsafe { ffi::PyBuffer_FillInfo(view, slf.as_ptr(), start, len, 0, flags) } < 0 {
            return Err(PyErr::fetch(slf.py()));
        }
        state.exports += 1;
        Ok(())
    }

    // SAFETY: likewise; called once for each buffer.
    unsafe fn __releasebuffer__(&self, _view: *mut ffi::Py_buffer) {
        self.state().exports -= 1;
    }
}

impl Mapping {
    /// Of these bytes.
    pub(crate) fn of(window: Window) -> Self {
        Self(Mutex::new(State { window: Some(window), exports: 0 }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> PyErr {
    PyValueError::new_err("mmap closed or invalid")
}
