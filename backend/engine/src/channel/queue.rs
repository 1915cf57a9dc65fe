//! The queue: messages from many processes to many processes, first in, first out.
use super::Message;
use crate::shm::{BlockError, Handle, HandleError};
use crate::sync::Wait;
use crate::trace::Label;
use std::os::fd::{BorrowedFd, OwnedFd};

/// How a queue is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct QueueOptions {
    /// At most this many messages wait in it; `None`: `put` never waits.
    pub capacity: Option<u32>,
    /// Whether it has a descriptor that `poll(2)` can wait for.
    pub doorbell: Doorbell,
}

/// Whether a queue has a descriptor that tells that there is something in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Doorbell {
    /// No descriptor.
    #[default]
    None,
    /// An eventfd, close-on-exec, inherited by fork.
    Eventfd,
}

/// A queue of byte messages across processes. A process killed at any point neither blocks the others nor loses or doubles an item
/// that `put` had acknowledged; what it had taken goes with it.
#[derive(Debug, Clone)]
pub struct Queue {}

impl Queue {
    /// An empty queue.
    pub fn new(_options: QueueOptions) -> Result<Self, BlockError> {
        unimplemented!()
    }
    /// The queue that a handle names, without a doorbell.
    pub fn open(_handle: Handle) -> Result<Self, HandleError> {
        unimplemented!()
    }
    /// The queue that a handle names, with its doorbell as it came to this process.
    pub fn open_with_doorbell(_handle: Handle, _fd: OwnedFd) -> Result<Self, HandleError> {
        unimplemented!()
    }
    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        unimplemented!()
    }
    /// How it appears in the timeline, for all processes: `Silent`, or anything else for `QueueGet` and `QueuePut` waits and messages.
    pub fn set_label(&self, _label: Label) {
        unimplemented!()
    }
    /// Appends a message; its number. Waits only when the queue has a capacity and is full.
    pub fn put(&self, _message: &[u8], _wait: Wait) -> Result<u32, PutError> {
        unimplemented!()
    }
    /// Appends one message made of several parts, one after the other.
    pub fn put_parts(&self, _parts: &[&[u8]], _wait: Wait) -> Result<u32, PutError> {
        unimplemented!()
    }
    /// Takes the first message.
    pub fn get(&self, _wait: Wait) -> Result<Message, GetError> {
        unimplemented!()
    }
    /// Waits until there is something to get; whether there is. Somebody else may take it first.
    pub fn poll(&self, _wait: Wait) -> Result<bool, crate::sync::Interrupted> {
        unimplemented!()
    }
    /// Messages in it at this moment.
    pub fn len(&self) -> usize {
        unimplemented!()
    }
    /// Whether it is empty at this moment.
    pub fn is_empty(&self) -> bool {
        unimplemented!()
    }
    /// Whether it is at its capacity at this moment.
    pub fn is_full(&self) -> bool {
        unimplemented!()
    }
    /// The doorbell. Its readability means something only after [`Queue::arm_doorbell`] in any process.
    pub fn doorbell_fd(&self) -> Option<BorrowedFd<'_>> {
        unimplemented!()
    }
    /// From now on the doorbell is readable exactly while there is a message; costs a system call for a put into the empty queue
    /// and one for the get that empties it. Whether there is a message now.
    pub fn arm_doorbell(&self) -> bool {
        unimplemented!()
    }
}

/// Why nothing was put.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PutError {
    /// Full for the whole time.
    #[error("the queue is full")]
    Full,
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
    /// No shared memory left.
    #[error(transparent)]
    Memory(#[from] BlockError),
}

/// Why nothing was got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GetError {
    /// Empty for the whole time.
    #[error("the queue is empty")]
    Empty,
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
}
