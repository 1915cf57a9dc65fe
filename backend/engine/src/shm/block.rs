//! A block: raw shared bytes, counted. Values, arrays and shared heaps are made of it.
use super::{ArenaError, Handle, HandleError};

/// A counted reference to shared bytes, zeroed when made. Freed when the last reference of the last process goes.
///
/// A fork counts for the child whatever the parent holds. A process ends its references with [`release_all`]; those of a process that was
/// killed stay counted until the whole tree has ended.
#[derive(Debug)]
pub struct Block {}

impl Block {
    /// `len` zeroed bytes at an address that is a multiple of `align` (a power of two, at most 4096) in every process.
    pub fn new(_len: usize, _align: usize) -> Result<Self, BlockError> {
        unimplemented!()
    }
    /// The block that a handle names.
    pub fn open(_handle: Handle) -> Result<Self, HandleError> {
        unimplemented!()
    }
    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        unimplemented!()
    }
    /// Bytes.
    pub fn len(&self) -> usize {
        unimplemented!()
    }
    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Where it lies in this process; valid as long as a reference to the block lives in it.
    pub fn as_ptr(&self) -> *mut u8 {
        unimplemented!()
    }
    /// Copies `into.len()` bytes out, from `at` on. Panics when they reach past the end.
    pub fn read(&self, _at: usize, _into: &mut [u8]) {
        unimplemented!()
    }
    /// Copies bytes in, at `at`. Panics when they reach past the end.
    pub fn write(&self, _at: usize, _from: &[u8]) {
        unimplemented!()
    }
}

impl Clone for Block {
    fn clone(&self) -> Self {
        unimplemented!()
    }
}

/// Lets go of every reference of this process. Only right before it ends (`_exit`): nothing of the engine may be used afterwards.
pub fn release_all() {
    unimplemented!()
}

/// Why there is no block.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// No arena.
    #[error(transparent)]
    Arena(#[from] ArenaError),
    /// The arena is full.
    #[error("no room for {bytes} bytes of shared memory")]
    Full {
        /// What was asked for.
        bytes: usize,
    },
    /// More than 4096, or not a power of two.
    #[error("alignment {0} is not a power of two up to 4096")]
    Alignment(usize),
}
