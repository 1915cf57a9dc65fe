//! The pipe: two ends, messages in one or both directions, an end of file when the other end is closed everywhere.
use super::Message;
use crate::shm::{BlockError, Handle, HandleError};
use crate::sync::{Interrupted, Wait};
use crate::trace::Label;
use std::os::fd::{BorrowedFd, OwnedFd};

/// Which way messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Both ends send and receive.
    Duplex,
    /// The first end receives, the second sends.
    Simplex,
}

/// A new pipe. The messages go through shared memory; beneath lies a socket pair which tells that the other end is closed
/// and wakes a sleeper.
pub fn pipe(_direction: Direction) -> Result<(End, End), BlockError> {
    unimplemented!()
}

/// One end of a pipe. It is open as long as any process has its descriptor open.
#[derive(Debug)]
pub struct End {}

impl End {
    /// The end that came to this process as a handle, [`End::side`] and descriptor.
    pub fn from_parts(_handle: Handle, _side: u8, _fd: OwnedFd) -> Result<Self, HandleError> {
        unimplemented!()
    }
    /// What names the pipe in other processes.
    pub fn handle(&self) -> Handle {
        unimplemented!()
    }
    /// Which end it is: 0 or 1.
    pub fn side(&self) -> u8 {
        unimplemented!()
    }
    /// Its socket. Readable exactly when there is a message or the end of file, once [`End::arm`] was called.
    pub fn fd(&self) -> BorrowedFd<'_> {
        unimplemented!()
    }
    /// Takes the descriptor out: the shared part goes, the descriptor stays open.
    pub fn into_fd(self) -> OwnedFd {
        unimplemented!()
    }
    /// How both ends appear in the timeline.
    pub fn set_label(&self, _label: Label) {
        unimplemented!()
    }
    /// Whether it may receive.
    pub fn is_readable(&self) -> bool {
        unimplemented!()
    }
    /// Whether it may send.
    pub fn is_writable(&self) -> bool {
        unimplemented!()
    }
    /// Sends a message; its number. Waits only when [`crate::limits::PIPE_BYTES`] have not been received yet.
    pub fn send(&self, _message: &[u8], _wait: Wait) -> Result<u32, SendError> {
        unimplemented!()
    }
    /// Sends one message made of several parts, one after the other.
    pub fn send_parts(&self, _parts: &[&[u8]], _wait: Wait) -> Result<u32, SendError> {
        unimplemented!()
    }
    /// Receives the next message.
    pub fn recv(&self, _wait: Wait) -> Result<Message, RecvError> {
        unimplemented!()
    }
    /// Waits until there is a message or the end of file; whether there is.
    pub fn poll(&self, _wait: Wait) -> Result<bool, Interrupted> {
        unimplemented!()
    }
    /// From now on the descriptor is readable exactly while there is a message or the end of file, so that `poll(2)` by others is
    /// right. Whether there is a message now.
    pub fn arm(&self) -> bool {
        unimplemented!()
    }
}

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The other end is closed in every process.
    #[error("the other end of the pipe is closed")]
    BrokenPipe,
    /// This end only receives.
    #[error("this end of the pipe is read-only")]
    ReadOnly,
    /// The other end received too little in the whole time.
    #[error("the pipe is full")]
    TimedOut,
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
    /// No shared memory left.
    #[error(transparent)]
    Memory(#[from] BlockError),
}

/// Why nothing was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecvError {
    /// Everything was received and the other end is closed in every process.
    #[error("the other end of the pipe is closed and nothing is left")]
    EndOfFile,
    /// This end only sends.
    #[error("this end of the pipe is write-only")]
    WriteOnly,
    /// Nothing came in the whole time.
    #[error("nothing to receive")]
    TimedOut,
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
}
