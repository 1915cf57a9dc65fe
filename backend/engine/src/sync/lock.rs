//! The lock: plain or recursive, across processes and threads.
use super::Wait;
use crate::shm::{BlockError, Handle, HandleError};
use crate::trace::Label;

/// Which lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockKind {
    /// Taken once; anybody may release it.
    Plain,
    /// The thread that holds it may take it again, and only that thread may release it.
    Recursive,
}

/// A lock across processes. The holder's process is noted in the lock word itself, so that waiters learn of its death.
#[derive(Debug, Clone)]
pub struct Lock {}

impl Lock {
    /// A free lock.
    pub fn new(_kind: LockKind) -> Result<Self, BlockError> {
        unimplemented!()
    }
    /// The lock that a handle names.
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
    /// Takes it. `Ok(false)`: the time is over.
    pub fn acquire(&self, _wait: Wait) -> Result<bool, AcquireError> {
        unimplemented!()
    }
    /// Releases it, once.
    pub fn release(&self) -> Result<(), ReleaseError> {
        unimplemented!()
    }
    /// Whether the calling thread holds it.
    pub fn is_mine(&self) -> bool {
        unimplemented!()
    }
    /// How often the calling thread has taken it: 0 when another one holds it.
    pub fn depth(&self) -> u32 {
        unimplemented!()
    }
    /// Process and thread id of the holder; the thread id is 0 for a moment while it is being taken.
    pub fn holder(&self) -> Option<(u32, u32)> {
        unimplemented!()
    }
    /// Makes it free whoever held it: after its holder's death.
    pub fn reset(&self) {
        unimplemented!()
    }
}

/// Why a lock or a semaphore was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcquireError {
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
    /// The process that holds the lock is dead and will never release it.
    #[error("process {pid} died while it held the lock")]
    OwnerDied {
        /// The dead.
        pid: u32,
    },
}

/// Why a lock or a semaphore was not released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// A recursive lock that another thread or process, or nobody, holds.
    #[error("the lock is not held by this thread")]
    NotOwned,
    /// A plain lock that nobody holds, or a semaphore at its upper bound.
    #[error("released more often than acquired")]
    TooOften,
}
