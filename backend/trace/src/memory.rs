//! The memory that a run's processes and its runner share: one nameless file, mapped by all of them.
//!
//! ```text
//! Global          one page: magic, next object id, how to tell the time
//! SlotHeader      256 of 128 bytes: who owns the slot, how far it has written
//! slot 0          names (256 KiB, append-only records), then the ring (131 072 events of 32 bytes)
//! slot 1 … 15     the same
//! slot 16 … 255   the same with a ring of 32 768 events
//! ```
//!
//! A process that does nothing but record fills a short ring in 6 ms, which is less than its reader may have to wait for a core. Very
//! many processes do not all run at once, and their rings should not take hundreds of megabytes.
//!
//! A slot belongs to one process at a time. The file is sparse: a slot costs memory only for the pages its process has
//! touched, and the reader gives them back. The file is sealed against a change of size, so that no process of
//! the run can make another's access fault. What lies in it was written by the user's program as far as the runner can
//! tell, so nothing here believes a number it reads: every index is bounded.

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use nix::errno::Errno;
use nix::fcntl::{FallocateFlags, FcntlArg, SealFlag, fallocate, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap, munmap};
use nix::sys::uio::pread;
use nix::unistd::ftruncate;
use thiserror::Error;

use crate::clock;
use crate::event::Event;
use crate::ring::{Cell, Ring};

/// How many processes can be recorded at once.
pub const SLOTS: usize = 256;
/// The slots, from the first on, that have a long ring.
pub const LONG_SLOTS: usize = 16;
/// Events that a long ring holds; a power of two.
pub const LONG_RING_EVENTS: usize = 131_072;
/// Events that any other ring holds; a power of two.
pub const RING_EVENTS: usize = 32_768;
/// Bytes of names that one process may write.
pub const NAMES_BYTES: usize = 256 << 10;

/// `fork` `yard` and the version of this layout.
const MAGIC: u64 = u64::from_le_bytes(*b"fkytrc02");
const PAGE: usize = 4096;
const HEADERS_BYTES: usize = SLOTS * size_of::<SlotHeader>();
const LONG_SLOT_BYTES: usize = NAMES_BYTES + LONG_RING_EVENTS * size_of::<Cell>();
const SLOT_BYTES: usize = NAMES_BYTES + RING_EVENTS * size_of::<Cell>();
const TOTAL_BYTES: usize = names_offset(SLOTS);

const _: () =
    assert!(HEADERS_BYTES.is_multiple_of(PAGE) && SLOT_BYTES.is_multiple_of(PAGE) && LONG_SLOT_BYTES.is_multiple_of(PAGE));
const _: () = assert!(RING_EVENTS.is_power_of_two() && LONG_RING_EVENTS.is_power_of_two());
const _: () = assert!(size_of::<Cell>() == size_of::<Event>());

/// The first page.
#[repr(C)]
pub(crate) struct Global {
    /// [`MAGIC`]. Written once by the runner before anybody else sees the memory.
    magic: AtomicU64,
    /// The id the next object gets, less one. Every process adds.
    objects: AtomicU32,
    /// Processes that found no free slot and are not recorded.
    refused: AtomicU32,
    /// How to tell the time. On a cache line of its own: every event reads it.
    clock: Clock,
}

/// See [`clock`].
#[derive(Debug, Default)]
#[repr(C, align(64))]
struct Clock(clock::Shared);

const _: () = assert!(size_of::<Global>() == 128 && std::mem::offset_of!(Global, clock) == 64);

/// What is known of one slot. On cache lines of its own: every event of a process adds to `head`.
#[repr(C, align(128))]
pub(crate) struct SlotHeader {
    /// The pid of the process that owns the slot, 0 when free. The process takes it by exchange, the runner gives it back.
    pub(crate) owner: AtomicU32,
    /// Bytes of names that are whole. The owner writes, the runner reads.
    pub(crate) names: AtomicU32,
    /// Positions handed out in the ring so far. The owner's threads add, the runner reads.
    pub(crate) head: AtomicU64,
}

const _: () = assert!(size_of::<SlotHeader>() == 128);

/// The mapping, as both sides use it.
#[derive(Debug)]
pub(crate) struct Arena {
    base: NonNull<c_void>,
}

// SAFETY: the mapping is shared memory that is only accessed through atomics, except for the part of a names area that its
// owner has not published yet, which that owner guards with a mutex.
unsafe impl Send for Arena {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

impl Arena {
    fn map(fd: BorrowedFd<'_>) -> Result<Self, Errno> {
        let length = NonZeroUsize::new(TOTAL_BYTES).ok_or(Errno::EINVAL)?;
        // SAFETY: a fresh mapping at an address of the kernel's choice aliases nothing. Its file cannot shrink (sealed, checked in
        // `open`), so that no access within it faults.
        let base = unsafe { mmap(None, length, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, MapFlags::MAP_SHARED, fd, 0) }?;
        Ok(Arena { base })
    }

    /// Maps the memory behind a descriptor that another process handed on.
    pub(crate) fn open(fd: BorrowedFd<'_>) -> Result<Self, MemoryError> {
        let seals = fcntl(fd, FcntlArg::F_GET_SEALS).map_err(|_| MemoryError::NotATrace)?;
        let size = nix::sys::stat::fstat(fd).map_err(|_| MemoryError::NotATrace)?.st_size;
        if !SealFlag::from_bits_truncate(seals).contains(SealFlag::F_SEAL_SHRINK) || usize::try_from(size) != Ok(TOTAL_BYTES) {
            return Err(MemoryError::NotATrace);
        }
        let arena = Arena::map(fd).map_err(MemoryError::Map)?;
        // SYNC: magic. Pairs with the Release store in `TraceMemory::create`.
        if arena.global().magic.load(Ordering::Acquire) != MAGIC {
            return Err(MemoryError::NotATrace);
        }
        Ok(arena)
    }

    fn global(&self) -> &Global {
        // SAFETY: the mapping begins with a `Global`, is page-aligned, lives as long as `self`, and all fields are atomics.
        unsafe { self.base.cast::<Global>().as_ref() }
    }

    /// The header of a slot.
    ///
    /// Panics when there is no such slot.
    pub(crate) fn header(&self, slot: usize) -> &SlotHeader {
        assert!(slot < SLOTS);
        // SAFETY: within the mapping, as `slot` is in range; aligned, as the headers begin on a page; all fields are atomics.
        unsafe { self.base.byte_add(PAGE).cast::<SlotHeader>().add(slot).as_ref() }
    }

    /// The ring of a slot.
    pub(crate) fn ring(&self, slot: usize) -> Ring<'_> {
        let header = self.header(slot);
        // SAFETY: within the mapping, as `header` has checked `slot`; page-aligned; a `Cell` is made of atomics.
        let cells = unsafe {
            let first = self.base.byte_add(names_offset(slot) + NAMES_BYTES).cast::<Cell>();
            std::slice::from_raw_parts(first.as_ptr(), ring_events(slot))
        };
        Ring::new(&header.head, cells)
    }

    /// Adds a record to the names of a slot; `false` when it is full. Only the slot's owner may call it, one thread at a time.
    pub(crate) fn append_name(&self, slot: usize, record: &[u8]) -> Result<(), NamesFull> {
        let header = self.header(slot);
        let used = header.names.load(Ordering::Relaxed) as usize;
        let end = used.checked_add(record.len()).filter(|&end| end <= NAMES_BYTES).ok_or(NamesFull)?;
        // SAFETY: `used..end` lies within the slot's names. Nobody reads beyond `header.names`, and the caller is the only writer.
        unsafe {
            let target = self.base.byte_add(names_offset(slot) + used).cast::<u8>();
            std::ptr::copy_nonoverlapping(record.as_ptr(), target.as_ptr(), record.len());
        }
        // SYNC: names. Pairs with the Acquire load in `TraceMemory::names`.
        header.names.store(end as u32, Ordering::Release);
        Ok(())
    }

    /// Takes a free slot for the process `pid`.
    pub(crate) fn take_slot(&self, pid: u32) -> Option<usize> {
        // SYNC: owner. Pairs with the Release store in `TraceMemory::recycle`: the slot's old content is gone when it is taken.
        let free = |slot: &usize| {
            let owner = &self.header(*slot).owner;
            owner.load(Ordering::Relaxed) == 0 && owner.compare_exchange(0, pid, Ordering::Acquire, Ordering::Relaxed).is_ok()
        };
        let slot = (0..SLOTS).find(free);
        if slot.is_none() {
            self.global().refused.fetch_add(1, Ordering::Relaxed);
        }
        slot
    }

    /// How to tell the time.
    #[inline]
    pub(crate) fn clock(&self) -> &clock::Shared {
        &self.global().clock.0
    }

    /// A fresh object id, from 1.
    pub(crate) fn new_object(&self) -> u32 {
        self.global().objects.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: `base` came from an mmap of this length, and every reference into it borrows from `self`. A failure leaves it mapped.
        let _ = unsafe { munmap(self.base, TOTAL_BYTES) };
    }
}

/// The memory as the runner has it, who made it.
#[derive(Debug)]
pub struct TraceMemory {
    fd: OwnedFd,
    arena: Arena,
}

impl TraceMemory {
    /// Makes the memory of a run. Its descriptor closes on exec: who hands it on clears that.
    pub fn create() -> Result<Self, MemoryError> {
        let fd =
            memfd_create(c"forkyard-trace", MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING).map_err(MemoryError::Create)?;
        ftruncate(&fd, TOTAL_BYTES as i64).map_err(MemoryError::Create)?;
        let seals = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
        fcntl(&fd, FcntlArg::F_ADD_SEALS(seals)).map_err(MemoryError::Create)?;
        let arena = Arena::map(fd.as_fd()).map_err(MemoryError::Map)?;
        // SYNC: magic. Pairs with the Acquire load in `Arena::open`.
        arena.global().magic.store(MAGIC, Ordering::Release);
        Ok(TraceMemory { fd, arena })
    }

    /// What a process of the run needs to have, and to find in `FORKYARD_TRACE`.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// How many processes were not recorded, because more than [`SLOTS`] were alive.
    pub fn refused(&self) -> u32 {
        self.arena.global().refused.load(Ordering::Relaxed)
    }

    pub(crate) fn arena(&self) -> &Arena {
        &self.arena
    }

    /// The pid of a slot's owner, `None` when it is free.
    pub(crate) fn owner(&self, slot: usize) -> Option<u32> {
        Some(self.arena.header(slot).owner.load(Ordering::Acquire)).filter(|&pid| pid != 0)
    }

    /// The whole records of names of a slot from the byte `from` on. By a read of the file and not of the mapping: what the
    /// program does to these bytes meanwhile cannot be a data race of ours.
    pub(crate) fn names(&self, slot: usize, from: usize) -> Vec<u8> {
        // SYNC: names. Pairs with the Release store in `append_name`.
        let end = (self.arena.header(slot).names.load(Ordering::Acquire) as usize).min(NAMES_BYTES);
        if end <= from {
            return Vec::new();
        }
        let mut bytes = vec![0; end - from];
        let offset = (names_offset(slot) + from) as i64;
        match pread(&self.fd, &mut bytes, offset) {
            Ok(read) => bytes.truncate(read),
            Err(_) => bytes.clear(),
        }
        bytes
    }

    /// Has the pages of a stretch of a ring made before the ring's owner comes to them, from the event `from` up to before `to`. The owner
    /// would make one at a time, which takes it several times as long.
    pub(crate) fn make_pages(&self, slot: usize, from: usize, to: usize) -> Result<(), MemoryError> {
        let to = to.min(ring_events(slot));
        let first = names_offset(slot) + NAMES_BYTES + from.min(to) * size_of::<Cell>();
        let first = first / PAGE * PAGE;
        let end = names_offset(slot) + NAMES_BYTES + to * size_of::<Cell>();
        // SAFETY: within the mapping, as `ring_events` bounds both ends; it changes no byte.
        unsafe { madvise(self.arena.base.byte_add(first), end - first, MmapAdvise::MADV_POPULATE_WRITE) }
            .map_err(MemoryError::Map)
    }

    /// Gives a dead process's slot back: its pages to the kernel, the slot to the next process.
    pub(crate) fn recycle(&self, slot: usize) -> Result<(), MemoryError> {
        let header = self.arena.header(slot);
        let mode = FallocateFlags::FALLOC_FL_PUNCH_HOLE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
        fallocate(&self.fd, mode, names_offset(slot) as i64, (names_offset(slot + 1) - names_offset(slot)) as i64)
            .map_err(MemoryError::Recycle)?;
        header.head.store(0, Ordering::Relaxed);
        header.names.store(0, Ordering::Relaxed);
        // SYNC: owner. Pairs with the Acquire exchange in `Arena::take_slot`.
        header.owner.store(0, Ordering::Release);
        Ok(())
    }
}

/// How many events the ring of a slot holds.
pub const fn ring_events(slot: usize) -> usize {
    if slot < LONG_SLOTS { LONG_RING_EVENTS } else { RING_EVENTS }
}

/// Where a slot begins in the file.
const fn names_offset(slot: usize) -> usize {
    let long = if slot < LONG_SLOTS { slot } else { LONG_SLOTS };
    PAGE + HEADERS_BYTES + long * LONG_SLOT_BYTES + (slot - long) * SLOT_BYTES
}

/// The names of a slot are full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NamesFull;

/// Why the memory cannot be had.
#[derive(Debug, Error)]
pub enum MemoryError {
    /// No such file could be made.
    #[error("the trace memory cannot be made: {0}")]
    Create(#[source] Errno),
    /// It cannot be mapped.
    #[error("the trace memory cannot be mapped: {0}")]
    Map(#[source] Errno),
    /// The descriptor is not one of ours, or of another version.
    #[error("the descriptor is not a trace of this version")]
    NotATrace,
    /// The pages of a slot cannot be given back.
    #[error("a slot cannot be given back: {0}")]
    Recycle(#[source] Errno),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_taken_once_and_comes_back_empty() {
        let memory = TraceMemory::create().unwrap();
        let arena = Arena::open(memory.fd()).unwrap();
        assert_eq!(arena.take_slot(7), Some(0));
        assert_eq!(arena.take_slot(8), Some(1));
        assert_eq!(memory.owner(0), Some(7));
        arena.append_name(0, b"abc").unwrap();
        assert_eq!(memory.names(0, 1), b"bc");
        memory.recycle(0).unwrap();
        assert_eq!(memory.owner(0), None);
        assert_eq!(arena.take_slot(9), Some(0));
        assert_eq!(memory.names(0, 0), b"");
    }

    #[test]
    fn more_processes_than_slots_are_counted() {
        let memory = TraceMemory::create().unwrap();
        let taken = (0..SLOTS + 3).filter_map(|pid| memory.arena.take_slot(pid as u32 + 1)).count();
        assert_eq!((taken, memory.refused()), (SLOTS, 3));
    }

    #[test]
    fn names_end_where_the_area_ends() {
        let memory = TraceMemory::create().unwrap();
        assert_eq!(memory.arena.append_name(3, &vec![1; NAMES_BYTES]), Ok(()));
        assert_eq!(memory.arena.append_name(3, &[1]), Err(NamesFull));
    }

    #[test]
    fn another_file_is_refused() {
        let file = memfd_create(c"other", MFdFlags::MFD_CLOEXEC).unwrap();
        assert!(matches!(Arena::open(file.as_fd()), Err(MemoryError::NotATrace)));
    }
}
