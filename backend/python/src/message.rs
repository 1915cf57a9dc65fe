//! What a message of a queue or pipe means to Python: one byte of tag, then the bytes.
//!
//! Exact atoms (int within 64 bits, float, str, bytes, bool, None) are written as they are; all else is a pickle. Bytes that a
//! program sends by itself (`send_bytes`) are tagged like a pickle, because `recv` of the other end unpickles them.

use std::time::Duration;

use forkyard_trace::recorder;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyString};

use crate::bytes;
use crate::plain::is_plain;

/// A pickle, or bytes as a program sent them.
pub(crate) const RAW: u8 = b'R';
const NONE: u8 = b'N';
const TRUE: u8 = b'T';
const FALSE: u8 = b'F';
const INT: u8 = b'I';
const FLOAT: u8 = b'D';
const STR: u8 = b'S';
const BYTES: u8 = b'B';

/// The pickles whose making and reading are recorded have at least so many bytes. They take microseconds, of which being recorded adds
/// some percent; what is smaller has no parts that could be seen.
const LARGE: usize = 4096;

/// An object on its way into a channel: its tag and its bytes, borrowed where they are Python's own.
pub(crate) enum Encoded<'py> {
    Small([u8; 9], usize),
    Text(Bound<'py, PyString>),
    Bytes(u8, Bound<'py, PyBytes>),
    Pickle(Bound<'py, PyBytes>, Option<Effort>),
}

/// What making a large pickle took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// When it was done, by CLOCK_MONOTONIC.
    pub(crate) at_ns: u64,
    pub(crate) took: Duration,
}

impl Effort {
    /// What was begun then and is done now.
    fn since(began_ns: u64) -> Self {
        let at_ns = recorder::now_ns();
        Self { at_ns, took: Duration::from_nanos(at_ns.saturating_sub(began_ns)) }
    }
}

impl<'py> Encoded<'py> {
    /// Encodes an object; what is no atom is pickled, through `_forkyard.pickles.dumps` where reducers may have a say.
    pub(crate) fn of(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        if object.is_none() {
            return Ok(Self::tag(NONE));
        }
        if let Ok(truth) = object.cast_exact::<PyBool>() {
            return Ok(Self::tag(if truth.is_true() { TRUE } else { FALSE }));
        }
        if let Ok(int) = object.cast_exact::<PyInt>() {
            if let Ok(number) = int.extract::<i64>() {
                return Ok(Self::number(INT, number.to_le_bytes()));
            }
        } else if let Ok(float) = object.cast_exact::<PyFloat>() {
            return Ok(Self::number(FLOAT, float.value().to_le_bytes()));
        } else if let Ok(bytes) = object.cast_exact::<PyBytes>() {
            return Ok(Self::Bytes(BYTES, bytes.clone()));
        } else if let Ok(text) = object.cast_exact::<PyString>()
            && text.to_str().is_ok()
        {
            return Ok(Self::Text(text.clone()));
        }
        let began = recorder::is_on().then(recorder::now_ns);
        let dumps = if is_plain(object) { interpreters_dumps(py)? } else { pickles(py, "dumps")? };
        let pickle = dumps.call1((object,))?.cast_into::<PyBytes>()?;
        let effort = began.filter(|_| pickle.as_bytes().len() >= LARGE).map(Effort::since);
        Ok(Self::Pickle(pickle, effort))
    }

    /// Bytes as a program sends them.
    pub(crate) fn raw(bytes: Bound<'py, PyBytes>) -> Self {
        Self::Bytes(RAW, bytes)
    }

    /// The tag and the bytes, one after the other.
    pub(crate) fn parts(&self) -> PyResult<[&[u8]; 2]> {
        Ok(match self {
            Encoded::Small(bytes, length) => [&bytes[..1], &bytes[1..*length]],
            Encoded::Text(text) => [&[STR], text.to_str()?.as_bytes()],
            Encoded::Bytes(BYTES, bytes) => [&[BYTES], bytes.as_bytes()],
            Encoded::Bytes(_, bytes) | Encoded::Pickle(bytes, _) => [&[RAW], bytes.as_bytes()],
        })
    }

    /// What it took, if it is worth being recorded.
    pub(crate) fn effort(&self) -> Option<Effort> {
        if let Encoded::Pickle(_, effort) = self { *effort } else { None }
    }

    fn tag(tag: u8) -> Self {
        let mut bytes = [0; 9];
        bytes[0] = tag;
        Self::Small(bytes, 1)
    }

    fn number(tag: u8, number: [u8; 8]) -> Self {
        let mut bytes = [tag; 9];
        bytes[1..].copy_from_slice(&number);
        Self::Small(bytes, 9)
    }
}

/// The object that a message stands for.
pub(crate) fn object<'py>(py: Python<'py>, message: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    match atom(py, message)? {
        Some(object) => Ok(object),
        None => pickled(py, &message[1..]),
    }
}

/// The object that a message stands for; what reading a large one took is told to `record`.
pub(crate) fn object_telling<'py>(py: Python<'py>, message: &[u8], record: impl FnOnce(Duration)) -> PyResult<Bound<'py, PyAny>> {
    // Of the others the sender has told nothing either.
    if message.len() <= LARGE || message[0] != RAW || !recorder::is_on() {
        return object(py, message);
    }
    let began = recorder::now_ns();
    let object = object(py, message)?;
    record(Effort::since(began).took);
    Ok(object)
}

/// The object of a pickle.
pub(crate) fn pickled<'py>(py: Python<'py>, pickle: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    pickles(py, "loads")?.call1((bytes::bytes(py, pickle)?,))
}

/// The bytes of a message: as they were sent, or what pickling its atom would have given.
pub(crate) fn bytes<'py>(py: Python<'py>, message: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    match atom(py, message)? {
        Some(object) => Ok(pickles(py, "dumps")?.call1((object,))?.cast_into::<PyBytes>()?),
        None => bytes::bytes(py, &message[1..]),
    }
}

/// The atom of a message; `None` for a pickle.
fn atom<'py>(py: Python<'py>, message: &[u8]) -> PyResult<Option<Bound<'py, PyAny>>> {
    let (&tag, rest) = message.split_first().ok_or_else(|| damaged(0))?;
    let number = || <[u8; 8]>::try_from(rest).map_err(|_| damaged(tag));
    Ok(Some(match tag {
        RAW => return Ok(None),
        NONE => py.None().into_bound(py),
        TRUE | FALSE => PyBool::new(py, tag == TRUE).to_owned().into_any(),
        INT => i64::from_le_bytes(number()?).into_pyobject(py)?.into_any(),
        FLOAT => PyFloat::new(py, f64::from_le_bytes(number()?)).into_any(),
        STR => PyString::new(py, str::from_utf8(rest).map_err(|_| damaged(tag))?).into_any(),
        BYTES => bytes::bytes(py, rest)?.into_any(),
        _ => return Err(damaged(tag)),
    }))
}

/// What pickles plain objects: the function of C, whatever a program has put in place of `pickle.dumps`.
fn interpreters_dumps(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static DUMPS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    DUMPS.import(py, "_pickle", "dumps").cloned()
}

/// A function of `_forkyard.pickles`.
fn pickles<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    static DUMPS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let function = if name == "dumps" { &DUMPS } else { &LOADS };
    function.import(py, "_forkyard.pickles", name).cloned()
}

fn damaged(tag: u8) -> PyErr {
    PyValueError::new_err(format!("a message begins with the unknown tag {tag}"))
}
