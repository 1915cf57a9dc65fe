//! The inner end of a `multiprocessing.connection.Connection` that `Pipe` made.

use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex, PoisonError};

use forkyard_engine::channel::{self, Direction, RecvError, SendError};
use forkyard_engine::process::inherited;
use forkyard_engine::sync::Wait;
use forkyard_engine::trace::{Label, Role};
use forkyard_wire::timeline::SegmentKind;
use pyo3::exceptions::{PyBrokenPipeError, PyEOFError, PyOSError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::errors;
use crate::memory::handle_from;
use crate::message::{self, Encoded};
use crate::queue::SHORT;
use crate::waiting::{Blocking, Seconds, detached, note_line, poll_for};

/// EPIPE.
const BROKEN_PIPE: i32 = 32;

/// One end of a pipe, and what `multiprocessing.connection`'s class for it inherits from; empty once it is closed. Texts of errors name it
/// as CPython's do.
#[pyclass(frozen, subclass, name = "_ConnectionBase", module = "_forkyard._engine")]
pub(crate) struct End {
    end: Mutex<Option<Arc<channel::End>>>,
}

/// Two ends.
#[pyfunction]
pub(crate) fn pipe(duplex: bool, object: u32) -> PyResult<(End, End)> {
    let direction = if duplex { Direction::Duplex } else { Direction::Simplex };
    let (first, second) = channel::pipe(direction).map_err(errors::memory)?;
    let role = if object == 0 { Role::Silent } else { Role::Waits(SegmentKind::ConnectionRecv) };
    first.set_label(Label { role, object });
    Ok((End::from(first), End::from(second)))
}

impl From<channel::End> for End {
    fn from(end: channel::End) -> Self {
        Self { end: Mutex::new(Some(Arc::new(end))) }
    }
}

#[pymethods]
impl End {
    /// None yet: see `_become`.
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Self { end: Mutex::new(None) }
    }

    /// Takes the end out of another object.
    fn _become(&self, other: &Self) {
        let end = other.take();
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }

    /// The end that came to this process as a handle, a side and a descriptor, which stays the caller's to close.
    #[staticmethod]
    fn _open(handle: &[u8], side: u8, fd: i32) -> PyResult<Self> {
        Ok(Self::from(channel::End::from_parts(handle_from(handle)?, side, inherited(fd)?).map_err(errors::handle)?))
    }

    #[getter]
    fn _name(&self) -> PyResult<[u8; 16]> {
        Ok(self.open_end()?.handle().to_bytes())
    }

    #[getter]
    fn _side(&self) -> PyResult<u8> {
        Ok(self.open_end()?.side())
    }

    fn _fd(&self) -> PyResult<i32> {
        Ok(self.open_end()?.fd().as_raw_fd())
    }

    /// From now on the descriptor is readable while there is something to receive. Whether there is now.
    fn _arm(&self) -> PyResult<bool> {
        Ok(self.open_end()?.arm())
    }

    fn _let_go(&self) {
        drop(self.take());
    }

    #[getter]
    fn _receives(&self) -> PyResult<bool> {
        Ok(self.open_end()?.is_readable())
    }

    #[getter]
    fn _sends(&self) -> PyResult<bool> {
        Ok(self.open_end()?.is_writable())
    }

    fn send(&self, obj: &Bound<'_, PyAny>) -> PyResult<()> {
        let end = self.open_end()?;
        if !end.is_writable() {
            return Err(failed_send(SendError::ReadOnly));
        }
        send(obj.py(), &end, &Encoded::of(obj)?)
    }

    fn _send_whole(&self, bytes: Bound<'_, PyBytes>) -> PyResult<()> {
        let py = bytes.py();
        send(py, &*self.open_end()?, &Encoded::raw(bytes))
    }

    fn recv<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let end = self.open_end()?;
        let message = receive(py, &end)?;
        message::object_telling(py, &message, |took| end.record_read(&message, took))
    }

    fn _recv_whole<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let message = receive(py, &*self.open_end()?)?;
        message::bytes(py, &message)
    }

    #[pyo3(signature = (timeout=Some(Seconds(0.0))), text_signature = "($self, timeout=0.0)")]
    fn poll(&self, py: Python<'_>, timeout: Option<Seconds>) -> PyResult<bool> {
        let end = self.open_end()?;
        if !end.is_readable() {
            return Err(failed_receive(RecvError::WriteOnly));
        }
        let wait = poll_for(Blocking::Yes, timeout.map(|Seconds(seconds)| seconds))?;
        note_line(py)?;
        Ok(detached(py, || end.poll(wait), |_| true)?.unwrap_or(false))
    }
}

impl End {
    fn take(&self) -> Option<Arc<channel::End>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn open_end(&self) -> PyResult<Arc<channel::End>> {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.clone().ok_or_else(|| PyOSError::new_err("handle is closed"))
    }
}

fn send(py: Python<'_>, end: &channel::End, encoded: &Encoded<'_>) -> PyResult<()> {
    let parts = encoded.parts()?;
    let tell = |number| {
        if let Some(effort) = encoded.effort() {
            end.record_made(number, effort.at_ns, effort.took);
        }
    };
    if parts[1].len() <= SHORT && !end.is_far_ahead(parts[1].len()) {
        match end.send_parts(&parts, Wait::Never) {
            Err(SendError::TimedOut | SendError::Interrupted) => {}
            other => return other.map(tell).map_err(failed_send),
        }
    }
    note_line(py)?;
    detached(py, || end.send_parts(&parts, Wait::Forever), |error| matches!(error, SendError::Interrupted))?
        .map(tell)
        .map_err(failed_send)
}

fn receive(py: Python<'_>, end: &channel::End) -> PyResult<channel::Message> {
    if let Some(message) = end.recv_ready().map_err(failed_receive)? {
        return Ok(message);
    }
    // The line is told of waits alone.
    note_line(py)?;
    detached(py, || end.recv(Wait::Forever), |error| *error == RecvError::Interrupted)?.map_err(failed_receive)
}

fn failed_send(error: SendError) -> PyErr {
    match error {
        SendError::BrokenPipe => PyBrokenPipeError::new_err((BROKEN_PIPE, "Broken pipe")),
        SendError::ReadOnly => PyOSError::new_err("connection is read-only"),
        SendError::Memory(error) => errors::memory(error),
        other => PyOSError::new_err(other.to_string()),
    }
}

fn failed_receive(error: RecvError) -> PyErr {
    match error {
        RecvError::EndOfFile => PyEOFError::new_err(()),
        RecvError::WriteOnly => PyOSError::new_err("connection is write-only"),
        other => PyOSError::new_err(other.to_string()),
    }
}
