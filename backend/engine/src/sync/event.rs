//! The event: a flag that processes wait for.
use super::{Interrupted, Wait};
use crate::shm::{BlockError, Handle, HandleError};
use crate::trace::Label;

/// A flag across processes.
#[derive(Debug, Clone)]
pub struct Event {}

impl Event {
    /// A flag that is not set.
    pub fn new() -> Result<Self, BlockError> {
        unimplemented!()
    }
    /// The event that a handle names.
    pub fn open(_handle: Handle) -> Result<Self, HandleError> {
        unimplemented!()
    }
    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        unimplemented!()
    }
    /// How it appears in the timeline, for all processes.
    pub fn set_label(&self, _label: Label) {
        unimplemented!()
    }
    /// Sets it and wakes everybody who waits.
    pub fn set(&self) {
        unimplemented!()
    }
    /// Takes it back.
    pub fn clear(&self) {
        unimplemented!()
    }
    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        unimplemented!()
    }
    /// Waits until it is set, or was set in the meantime. `false`: the time is over.
    pub fn wait(&self, _wait: Wait) -> Result<bool, Interrupted> {
        unimplemented!()
    }
}
