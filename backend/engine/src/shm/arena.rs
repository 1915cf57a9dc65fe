//! The arena: one memfd, mapped once in every process of the tree. It has no name, so nothing is left behind.
use std::os::fd::{BorrowedFd, OwnedFd};

/// The mapped arena of this process.
#[derive(Debug)]
pub struct Arena {}

impl Arena {
    /// The arena of this process, made at the first call. Make it before the first fork: two processes that each make one
    /// of their own cannot read each other's handles.
    pub fn current() -> Result<&'static Arena, ArenaError> {
        unimplemented!()
    }

    /// Takes over the arena behind a descriptor, at the start of a spawned process, before anything else is used.
    pub fn attach(_fd: OwnedFd) -> Result<&'static Arena, ArenaError> {
        unimplemented!()
    }

    /// Whether this process has an arena already.
    pub fn exists() -> bool {
        unimplemented!()
    }

    /// Its descriptor (close-on-exec; a spawned child gets it with [`crate::process::Command::inherit`] or a `dup`).
    pub fn fd(&self) -> BorrowedFd<'static> {
        unimplemented!()
    }

    /// Size of the address range, bytes.
    pub fn capacity(&self) -> u64 {
        unimplemented!()
    }

    /// Bytes in blocks that are alive, headers and rounding included.
    pub fn used(&self) -> u64 {
        unimplemented!()
    }
}

/// Why there is no arena.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArenaError {
    /// The kernel refused the memory.
    #[error("no shared memory: {0}")]
    Refused(#[source] std::io::Error),
    /// The descriptor is not an arena of this version.
    #[error("descriptor {0} is not an arena of this version")]
    NotAnArena(i32),
    /// This process has another one already.
    #[error("this process has an arena already")]
    HasOne,
}
