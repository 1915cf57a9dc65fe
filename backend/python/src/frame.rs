//! Which line of the program's main file is running. Asked for nearly every recorded event, so answered from a table.
//!
//! The stable ABI has no call for a frame's last instruction nor for its caller's frame; both functions are public and exported since
//! Python 3.11, and a frame's attributes, which are the other way, cost 30 ns each.
#![expect(unsafe_code, reason = "the interpreter tells the running frame by a raw pointer")]

use std::collections::HashMap;
use std::ffi::c_int;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{LazyLock, Mutex, PoisonError};

use forkyard_trace::recorder;
use pyo3::ffi::{self, PyFrameObject, PyObject};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

unsafe extern "C" {
    fn PyFrame_GetLasti(frame: *mut PyFrameObject) -> c_int;
    fn PyFrame_GetBack(frame: *mut PyFrameObject) -> *mut PyFrameObject;
}

/// Stands for a line of another file than the main one.
const ELSEWHERE: u32 = u32::MAX;

/// The line at a place of a code object.
struct Place {
    /// The code object's address, 0 for none.
    code: AtomicUsize,
    /// The instruction in the upper half, the line in the lower.
    line: AtomicU64,
}

/// What was found out lately. Read and written by threads that are attached to the interpreter, hence by one at a time.
static TABLE: [Place; 256] = [const { Place { code: AtomicUsize::new(0), line: AtomicU64::new(0) } }; 256];

/// Every code object that was met. It is kept, so that its address stays its own.
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// Code objects by their addresses, and whose they are.
type Known = HashMap<usize, (Py<PyAny>, Whose)>;

/// Whose a code object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The main file's.
    Main,
    /// The one that a process's life begins with. In a forked process the frames before it are its parent's past: nothing there runs.
    Birth,
    /// Another's.
    Other,
}

/// The line of the innermost frame that runs the program's main file, in this process; 0 when there is none.
pub(crate) fn line(py: Python<'_>) -> PyResult<u32> {
    let mut frame = Frame::running(py);
    while let Some(here) = frame {
        let line = here.line()?;
        if line != ELSEWHERE {
            return Ok(line);
        }
        frame = here.caller();
    }
    Ok(0)
}

/// Whether the code that called the Python function that is running is the main file's, and something is recorded.
#[pyfunction]
pub(crate) fn made_by_main(py: Python<'_>) -> PyResult<bool> {
    if !recorder::is_on() {
        return Ok(false);
    }
    let Some(caller) = Frame::running(py).and_then(|frame| frame.caller()) else { return Ok(false) };
    Ok(![0, ELSEWHERE].contains(&caller.line()?))
}

/// A frame that is being run.
struct Frame<'py> {
    py: Python<'py>,
    frame: *mut PyFrameObject,
    /// Whether a reference is to be given back.
    owned: bool,
}

impl<'py> Frame<'py> {
    /// The innermost one.
    #[inline]
    fn running(py: Python<'py>) -> Option<Self> {
        // SAFETY: attached. Borrowed from the interpreter, which runs it as long as the call lasts that asks.
        let frame = unsafe { ffi::PyEval_GetFrame() };
        (!frame.is_null()).then(|| Self { py, frame, owned: false })
    }

    /// The one that called it.
    fn caller(&self) -> Option<Self> {
        // SAFETY: attached, and the frame lives.
        let frame = unsafe { PyFrame_GetBack(self.frame) };
        // Made only when there is one: each that is made gives a reference back.
        (!frame.is_null()).then(|| Self { py: self.py, frame, owned: true })
    }

    /// Its line, or [`ELSEWHERE`]; 0 where no caller is asked for one.
    #[inline]
    fn line(&self) -> PyResult<u32> {
        // SAFETY: attached, and the frame lives; the code lives as long as its frame.
        let (code, instruction) = unsafe {
            let code = ffi::PyFrame_GetCode(self.frame).cast::<PyObject>();
            ffi::Py_DECREF(code);
            (code, PyFrame_GetLasti(self.frame) as u32)
        };
        let place = &TABLE[(code.addr() >> 4 ^ instruction as usize) % TABLE.len()];
        let known = place.line.load(Relaxed);
        if place.code.load(Relaxed) == code.addr() && (known >> 32) as u32 == instruction {
            return Ok(known as u32);
        }
        // SAFETY: attached, and the frame has it.
        let code = unsafe { Bound::from_borrowed_ptr(self.py, code) };
        let line = match whose(&code)? {
            // SAFETY: attached, and the frame lives.
            Whose::Main => u32::try_from(unsafe { ffi::PyFrame_GetLineNumber(self.frame) }).unwrap_or(0),
            Whose::Birth => 0,
            Whose::Other => ELSEWHERE,
        };
        place.code.store(code.as_ptr().addr(), Relaxed);
        place.line.store(u64::from(instruction) << 32 | u64::from(line), Relaxed);
        Ok(line)
    }
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        if self.owned {
            // SAFETY: attached; the reference is ours.
            unsafe { ffi::Py_DECREF(self.frame.cast()) };
        }
    }
}

fn whose(code: &Bound<'_, PyAny>) -> PyResult<Whose> {
    static ASK: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let address = code.as_ptr().addr();
    if let Some((_, answer)) = known().get(&address) {
        return Ok(*answer);
    }
    let py = code.py();
    // Not while holding the lock: Python may let another thread run, and that one may fork.
    let file = code.getattr(intern!(py, "co_filename"))?;
    let answer = if ASK.import(py, "_forkyard.names", "is_main")?.call1((file,))?.extract()? {
        Whose::Main
    } else if code.getattr(intern!(py, "co_qualname"))?.eq(intern!(py, "BaseProcess._bootstrap"))? {
        Whose::Birth
    } else {
        Whose::Other
    };
    known().insert(address, (code.clone().unbind(), answer));
    Ok(answer)
}
