//! A message that was taken out of a channel.

use std::ops::Deref;

use crate::limits::COPY_STEP;
use crate::shm::Arena;
use crate::shm::allocator::{self, HEADER};

/// Short messages are kept without asking for memory, bytes.
const SHORT: usize = 120;

/// The bytes of a message; a large one still lies in shared memory and is given back when dropped.
#[derive(Debug)]
pub struct Message {
    number: u32,
    bytes: Bytes,
}

enum Bytes {
    Short { len: u8, bytes: [u8; SHORT] },
    Long(Vec<u8>),
    Large(LargeBlock),
}

/// A block of its own, which this message owns.
struct LargeBlock {
    arena: &'static Arena,
    at: u64,
    len: u64,
}

impl Message {
    /// Its number among the messages of its channel, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The message whose bytes lie at `at`, copied.
    #[inline]
    pub(super) fn copied(number: u32, arena: &Arena, at: u64, len: usize) -> Self {
        let bytes = if len <= SHORT {
            let mut bytes = [0; SHORT];
            arena.memory().read(at, &mut bytes[..len]);
            Bytes::Short { len: len as u8, bytes }
        } else {
            let mut bytes = Vec::with_capacity(len);
            arena.memory().bytes(at, len as u64).chunks(COPY_STEP).for_each(|step| bytes.extend_from_slice(step));
            Bytes::Long(bytes)
        };
        Self { number, bytes }
    }

    /// The message that fills the block at `at`, which it owns from now on.
    pub(super) fn large(number: u32, arena: &'static Arena, at: u64, len: u64) -> Self {
        Self { number, bytes: Bytes::Large(LargeBlock { arena, at, len }) }
    }
}

impl Deref for Message {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Short { len, bytes } => &bytes[..usize::from(*len)],
            Bytes::Long(bytes) => bytes,
            Bytes::Large(block) => block.arena.memory().bytes(block.at + HEADER, block.len),
        }
    }
}

impl Drop for LargeBlock {
    fn drop(&mut self) {
        allocator::free(self.arena, self.at);
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let len = match self {
            Bytes::Short { len, .. } => usize::from(*len),
            Bytes::Long(bytes) => bytes.len(),
            Bytes::Large(block) => block.len as usize,
        };
        write!(f, "{len} bytes")
    }
}
