//! A block: raw shared bytes, counted. Values, arrays and shared heaps are made of it, and every other object lies in one.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use super::allocator::{self, HEADER, block_at};
use super::shape::Shape;
use super::{Arena, ArenaError, Handle, HandleError, ledger};
use crate::sys::layout::Shared;
use crate::sys::memory::PAGE;

/// Bytes without further meaning.
pub(super) static BYTES: Shape = Shape::plain(1, "block");

/// A counted reference to shared bytes, zeroed when made. Freed when the last reference of the last process goes.
///
/// A fork counts for the child whatever the parent holds. A process ends its references with [`release_all`]; those of a process that was
/// killed end when another one needs memory, or calls [`super::release_of_the_dead`].
///
/// ```
/// use forkyard_engine::{process::Process, shm::Block, sync::Wait};
/// let block = Block::new(8, 8)?;
/// let child = Process::fork(|| { block.write(0, b"from him"); 0 })?;
/// child.wait(Wait::Forever)?;
/// let mut bytes = [0; 8];
/// block.read(0, &mut bytes);
/// assert_eq!(&bytes, b"from him");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Block {
    arena: &'static Arena,
    at: u64,
    shape: &'static Shape,
}

impl Block {
    /// `len` zeroed bytes at an address that is a multiple of `align` (a power of two, at most 4096) in every process.
    pub fn new(len: usize, align: usize) -> Result<Self, BlockError> {
        if !align.is_power_of_two() || align as u64 > PAGE {
            return Err(BlockError::Alignment(align));
        }
        let slack = if align as u64 > HEADER { align } else { 0 };
        let block = Self::allocate(len.checked_add(slack).ok_or(BlockError::Full { bytes: len })?, &BYTES)?;
        let payload = block.at + HEADER;
        let shift = payload.next_multiple_of(align as u64) - payload;
        let header = block_at(block.arena, block.at);
        header.shift.store(shift as u32, Relaxed);
        header.len.store(len as u64, Relaxed);
        Ok(block)
    }

    /// The block that a handle names.
    pub fn open(handle: Handle) -> Result<Self, HandleError> {
        Self::open_as(handle, &BYTES)
    }

    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        let generation = (block_at(self.arena, self.at).state.load(Relaxed) >> 32) as u32;
        Handle { arena: self.arena.id(), generation, offset: self.at }
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        block_at(self.arena, self.at).len.load(Relaxed) as usize
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where it lies in this process; valid as long as a reference to the block lives in it.
    pub fn as_ptr(&self) -> *mut u8 {
        self.arena.memory().address(self.payload(), self.len() as u64)
    }

    /// Copies `into.len()` bytes out, from `at` on. Panics when they reach past the end.
    pub fn read(&self, at: usize, into: &mut [u8]) {
        self.check(at, into.len());
        self.arena.memory().read(self.payload() + at as u64, into);
    }

    /// Copies bytes in, at `at`. Panics when they reach past the end.
    pub fn write(&self, at: usize, from: &[u8]) {
        self.check(at, from.len());
        self.arena.memory().write(self.payload() + at as u64, from);
    }

    /// A zeroed block for an object of this shape.
    pub(crate) fn allocate(len: usize, shape: &'static Shape) -> Result<Self, BlockError> {
        let arena = Arena::current()?;
        let place = allocator::allocate(arena, len as u64, shape.number).ok_or(BlockError::Full { bytes: len })?;
        if !place.zeroed {
            arena.memory().zero(place.at + HEADER, len as u64);
        }
        ledger::enter(place.at, shape);
        Ok(Self { arena, at: place.at, shape })
    }

    /// The object of this shape that a handle names.
    pub(crate) fn open_as(handle: Handle, shape: &'static Shape) -> Result<Self, HandleError> {
        if !Arena::exists() {
            return Err(HandleError::NoArena);
        }
        let arena = Arena::current().map_err(|_| HandleError::NoArena)?;
        if arena.id() != handle.arena {
            return Err(HandleError::OtherArena);
        }
        if !allocator::is_block(arena, handle.offset) {
            return Err(HandleError::Stale);
        }
        let header = block_at(arena, handle.offset);
        // SYNC: block state
        header
            .state
            .fetch_update(AcqRel, Acquire, |state| {
                let current = (state >> 32) as u32 == handle.generation && state as u32 > 0;
                current.then(|| state + 1)
            })
            .map_err(|_| HandleError::Stale)?;
        if header.shape.load(Relaxed) != shape.number {
            drop_references(handle.offset, 1, shape);
            return Err(HandleError::OtherType(shape.name));
        }
        ledger::enter(handle.offset, shape);
        Ok(Self { arena, at: handle.offset, shape })
    }

    /// The structure at the start of the block.
    #[inline]
    pub(crate) fn view<T: Shared>(&self) -> &'static T {
        self.arena.memory().view(self.at + HEADER)
    }

    /// The structure `at` bytes after the start of the block.
    pub(crate) fn view_at<T: Shared>(&self, at: u64) -> &'static T {
        self.arena.memory().view(self.at + HEADER + at)
    }

    /// Where the bytes lie in the arena.
    pub(crate) fn payload(&self) -> u64 {
        self.at + HEADER + u64::from(block_at(self.arena, self.at).shift.load(Relaxed))
    }

    /// The arena it lies in.
    #[inline]
    pub(crate) fn arena(&self) -> &'static Arena {
        self.arena
    }

    fn check(&self, at: usize, len: usize) {
        let whole = self.len();
        assert!(at.checked_add(len).is_some_and(|end| end <= whole), "{len} bytes at {at} of a block of {whole}");
    }
}

impl Clone for Block {
    fn clone(&self) -> Self {
        add_references(self.at, 1);
        ledger::enter(self.at, self.shape);
        Self { ..*self }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if ledger::leave(self.at) {
            drop_references(self.at, 1, self.shape);
        }
    }
}

/// Lets go of every reference of this process. Only right before it ends (`_exit`): nothing of the engine may be used afterwards.
pub fn release_all() {
    ledger::clear();
}

/// Counts further references to a living block.
pub(crate) fn add_references(at: u64, count: u32) {
    if let Ok(arena) = Arena::current() {
        block_at(arena, at).state.fetch_add(u64::from(count), Relaxed);
    }
}

/// Gives references back; the last one frees the block and what its object owns.
pub(crate) fn drop_references(at: u64, count: u32, shape: &Shape) {
    let Ok(arena) = Arena::current() else { return };
    // SYNC: block state
    let before = block_at(arena, at).state.fetch_sub(u64::from(count), Release) as u32;
    if before == count {
        std::sync::atomic::fence(Acquire);
        if block_at(arena, at).shape.load(Relaxed) == shape.number {
            (shape.destroy)(arena, at + HEADER);
        }
        allocator::free(arena, at);
    }
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
