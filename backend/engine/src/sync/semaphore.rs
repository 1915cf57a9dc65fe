//! The semaphore: a number of permits, with or without an upper bound.
use super::{AcquireError, ReleaseError, Wait};
use crate::shm::{BlockError, Handle, HandleError};
use crate::trace::Label;

/// A semaphore across processes. Permits of a dead process stay taken: a permit has no owner.
#[derive(Debug, Clone)]
pub struct Semaphore {}

impl Semaphore {
    /// The largest number of permits.
    pub const MAX: u32 = i32::MAX as u32;

    /// `value` permits, never more than `max`.
    pub fn new(_value: u32, _max: u32) -> Result<Self, BlockError> {
        unimplemented!()
    }
    /// The semaphore that a handle names.
    pub fn open(_handle: Handle) -> Result<Self, HandleError> {
        unimplemented!()
    }
    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        unimplemented!()
    }
    /// How it appears in the timeline, for all processes. With `Waits(LockAcquire)` and a bound of 1 it also records holding.
    pub fn set_label(&self, _label: Label) {
        unimplemented!()
    }
    /// Takes a permit. `Ok(false)`: the time is over.
    pub fn acquire(&self, _wait: Wait) -> Result<bool, AcquireError> {
        unimplemented!()
    }
    /// Gives a permit back.
    pub fn release(&self) -> Result<(), ReleaseError> {
        unimplemented!()
    }
    /// Permits left at this moment.
    pub fn value(&self) -> u32 {
        unimplemented!()
    }
    /// The upper bound.
    pub fn max(&self) -> u32 {
        unimplemented!()
    }
}
