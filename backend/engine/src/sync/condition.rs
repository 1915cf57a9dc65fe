//! The condition's waiting room. The lock that goes with it is the caller's.
use super::{Interrupted, Wait};
use crate::shm::{BlockError, Handle, HandleError};
use crate::trace::Label;

/// Who waits for a condition, in order of arrival. A notification goes to a waiter whose process lives: the dead are not counted.
///
/// Use: enter while holding the lock, release the lock, [`Waiter::wait`], take the lock again.
#[derive(Debug, Clone)]
pub struct Condition {}

impl Condition {
    /// An empty waiting room.
    pub fn new() -> Result<Self, BlockError> {
        unimplemented!()
    }
    /// The condition that a handle names.
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
    /// Joins those who wait. Called while holding the lock.
    pub fn enter(&self) -> Result<Waiter, BlockError> {
        unimplemented!()
    }
    /// Notifies up to `count` living waiters, those first who came first; how many. Called while holding the lock.
    pub fn notify(&self, _count: u32) -> u32 {
        unimplemented!()
    }
    /// How many living processes' threads wait.
    pub fn waiting(&self) -> u32 {
        unimplemented!()
    }
}

/// A place in the waiting room; left when dropped.
#[derive(Debug)]
pub struct Waiter {}

impl Waiter {
    /// Waits to be notified. `false`: the time is over, and no notification was used up.
    pub fn wait(&self, _wait: Wait) -> Result<bool, Interrupted> {
        unimplemented!()
    }
}
