//! The inner queue of `multiprocessing.queues`: objects in, objects out.

use std::os::fd::AsRawFd;

use forkyard_engine::channel::{self, Doorbell, GetError, PutError, QueueOptions};
use forkyard_engine::process::inherited;
use forkyard_engine::sync::Wait;
use forkyard_engine::trace::{Label, Role};
use forkyard_wire::timeline::SegmentKind;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors;
use crate::memory::handle_from;
use crate::message::{self, Encoded};
use crate::waiting::{Blocking, detached, note_line, poll_for, wait_for};

/// A queue of objects across processes.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Queue {
    queue: channel::Queue,
}

#[pymethods]
impl Queue {
    /// `capacity` 0 for none; `object` 0 records nothing.
    #[new]
    fn new(capacity: u32, object: u32) -> PyResult<Self> {
        let options = QueueOptions { capacity: (capacity > 0).then_some(capacity), doorbell: Doorbell::Eventfd };
        let queue = channel::Queue::new(options).map_err(errors::memory)?;
        let role = if object == 0 { Role::Silent } else { Role::Waits(SegmentKind::QueueGet) };
        queue.set_label(Label { role, object });
        Ok(Self { queue })
    }

    /// The queue that a handle names, with its doorbell's descriptor, which stays the caller's to close.
    #[staticmethod]
    fn open(handle: &[u8], doorbell: i32) -> PyResult<Self> {
        let queue = channel::Queue::open_with_doorbell(handle_from(handle)?, inherited(doorbell)?);
        Ok(Self { queue: queue.map_err(errors::handle)? })
    }

    #[getter]
    fn handle(&self) -> [u8; 16] {
        self.queue.handle().to_bytes()
    }

    /// Its number in the recording; 0 for none.
    #[getter]
    fn object(&self) -> u32 {
        self.queue.object()
    }

    /// The doorbell's descriptor; -1 if it has none.
    #[getter]
    fn doorbell(&self) -> i32 {
        self.queue.doorbell_fd().map_or(-1, |fd| fd.as_raw_fd())
    }

    /// From now on the doorbell is readable while there is something to get. Whether there is now.
    fn arm(&self) -> bool {
        self.queue.arm_doorbell()
    }

    /// Right before the doorbell is polled for: it rings with the next object. Whether there is one now.
    fn before_poll(&self) -> bool {
        self.queue.before_poll()
    }

    #[pyo3(signature = (object, block=Blocking::Yes, timeout=None))]
    fn put(&self, object: &Bound<'_, PyAny>, block: Blocking, timeout: Option<f64>) -> PyResult<()> {
        self.put_encoded(object.py(), &Encoded::of(object)?, wait_for(block, timeout)?)
    }

    /// Puts bytes that are a pickle already.
    #[pyo3(signature = (bytes, block=Blocking::Yes, timeout=None))]
    fn put_bytes(&self, bytes: Bound<'_, PyBytes>, block: Blocking, timeout: Option<f64>) -> PyResult<()> {
        let py = bytes.py();
        self.put_encoded(py, &Encoded::raw(bytes), wait_for(block, timeout)?)
    }

    #[pyo3(signature = (block=Blocking::Yes, timeout=None))]
    fn get<'py>(&self, py: Python<'py>, block: Blocking, timeout: Option<f64>) -> PyResult<Bound<'py, PyAny>> {
        self.take_object(py, poll_for(block, timeout)?)
    }

    /// The next object as a pickle.
    fn get_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let message = self.take(py, Wait::Forever)?;
        message::bytes(py, &message)
    }

    /// Appends the next object, as a pickle, to a deque; whether one came in time. To Python that is one step: no handler of a signal
    /// comes in between and loses what was taken. The wait for it is the caller's to record.
    #[pyo3(signature = (inbox, timeout=None))]
    fn get_into(&self, inbox: &Bound<'_, PyAny>, timeout: Option<f64>) -> PyResult<bool> {
        let py = inbox.py();
        let message = match self.queue.get(Wait::Never) {
            Ok(message) => message,
            Err(_) => {
                let wait = poll_for(Blocking::Yes, timeout)?;
                match detached(py, || self.queue.get_within_wait(wait), |error| *error == GetError::Interrupted)? {
                    Ok(message) => message,
                    Err(_) => return Ok(false),
                }
            }
        };
        inbox.call_method1(intern!(py, "append"), (message::bytes(py, &message)?,))?;
        Ok(true)
    }

    #[pyo3(signature = (timeout=Some(0.0)))]
    fn poll(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        let wait = poll_for(Blocking::Yes, timeout)?;
        if !self.queue.is_empty() {
            return Ok(true);
        }
        note_line(py)?;
        Ok(detached(py, || self.queue.poll(wait), |_| true)?.unwrap_or(false))
    }

    fn __len__(&self) -> usize {
        self.queue.len()
    }

    fn empty(&self) -> bool {
        self.queue.is_empty()
    }

    fn full(&self) -> bool {
        self.queue.is_full()
    }
}

impl Queue {
    pub(crate) fn put_encoded(&self, py: Python<'_>, encoded: &Encoded<'_>, wait: Wait) -> PyResult<()> {
        let parts = encoded.parts()?;
        let interrupted = |error: &PutError| matches!(error, PutError::Interrupted);
        // Most puts find room: they are not worth letting go of the interpreter's lock, unless the message is long to copy.
        if parts[1].len() <= SHORT && !self.queue.is_far_ahead(parts[1].len()) {
            match self.queue.put_parts(&parts, Wait::Never) {
                Err(PutError::Full | PutError::Interrupted) if wait != Wait::Never => {}
                other => return other.map(|number| self.tell(encoded, number)).map_err(|error| failed_put(py, error)),
            }
        }
        note_line(py)?;
        let put = detached(py, || self.queue.put_parts(&parts, wait), interrupted)?;
        put.map(|number| self.tell(encoded, number)).map_err(|error| failed_put(py, error))
    }

    /// The next object.
    pub(crate) fn take_object<'py>(&self, py: Python<'py>, wait: Wait) -> PyResult<Bound<'py, PyAny>> {
        let message = self.take(py, wait)?;
        message::object_telling(py, &message, |took| self.queue.record_read(&message, took))
    }

    /// Records what it took to make the message with this number.
    fn tell(&self, encoded: &Encoded<'_>, number: u32) {
        if let Some(effort) = encoded.effort() {
            self.queue.record_made(number, effort.at_ns, effort.took);
        }
    }

    fn take(&self, py: Python<'_>, wait: Wait) -> PyResult<channel::Message> {
        if let Ok(message) = self.queue.get(Wait::Never) {
            return Ok(message);
        }
        // The line is told of waits alone.
        note_line(py)?;
        detached(py, || self.queue.get(wait), |error| *error == GetError::Interrupted)?.map_err(|_| errors::of_queue(py, "Empty"))
    }
}

/// Bytes that are copied faster than the interpreter's lock is let go of and taken again.
pub(crate) const SHORT: usize = 16 * 1024;

fn failed_put(py: Python<'_>, error: PutError) -> PyErr {
    match error {
        PutError::Memory(error) => errors::memory(error),
        _ => errors::of_queue(py, "Full"),
    }
}
