//! What each process holds, written down in shared memory, so that others can give back what a dead one held.
//!
//! A process has one or more pages of entries, which it alone writes; all pages are in one list. An entry is written after its reference
//! was counted, and taken out before it is given back: whoever dies in between leaves a block that stays, never one that is freed twice.
//! The process's own view of the same, with what it needs to find things quickly, is the ledger.

use std::process::id;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::Arena;
use super::allocator::{self, HEADER, block_at};
use super::block::drop_references;
use super::shape::Shape;
use crate::process::identity::is_dead;
use crate::sys::layout::{Holding, HoldingsState};

/// Stands in the header of a page's block.
const PAGE: u32 = 12;
/// Entries of the smallest page: with its headers they fill two kibibytes.
const ENTRIES: usize = 120;

/// A page of entries: where it lies in the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page(u64);

/// An entry: where it lies in the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(u64);

impl Page {
    /// One with room for at least so many entries, known to nobody yet; `None` when the arena is full.
    pub(super) fn new(arena: &'static Arena, entries: usize) -> Option<Self> {
        let room = entries.max(ENTRIES);
        let len = size_of::<HoldingsState>() + room * size_of::<Holding>();
        let place = allocator::allocate(arena, len as u64, PAGE)?;
        if !place.zeroed {
            arena.memory().zero(place.at + HEADER, len as u64);
        }
        let page = Self(place.at + HEADER);
        page.state(arena).room.store(room as u32, Relaxed);
        Some(page)
    }

    /// Makes it the calling process's, for all to see. Its slots must be what the process holds.
    pub(super) fn publish(self, arena: &Arena) {
        let state = self.state(arena);
        state.owner.store(id(), Relaxed);
        let _guard = arena.header().holdings_mutex.lock(|| ());
        let first = &arena.header().holdings;
        state.next.store(first.load(Relaxed), Relaxed);
        first.store(self.0, Release);
    }

    /// Makes a published page the calling process's, which was born with it.
    pub(super) fn inherit(self, arena: &Arena) {
        self.state(arena).owner.store(id(), Relaxed);
    }

    /// Tells it from another that lies at the same place later.
    pub(super) fn generation(self, arena: &Arena) -> u64 {
        block_at(arena, self.0 - HEADER).state.load(Relaxed) >> 32
    }

    /// Says whose it is, should that child have died before it could. It may have been taken back since.
    pub(super) fn hand_over(self, arena: &Arena, generation: u64, child: u32) {
        let _guard = arena.header().holdings_mutex.lock(|| ());
        if self.generation(arena) == generation {
            self.state(arena).owner.store(child, Relaxed);
        }
    }

    /// Takes it out of the list and frees it. Its entries must have been given back.
    pub(super) fn discard(self, arena: &Arena) {
        unlink(arena, |page| page == self);
        allocator::free(arena, self.0 - HEADER);
    }

    /// Its entries, used or not.
    pub(super) fn slots(self, arena: &Arena) -> impl DoubleEndedIterator<Item = Slot> + use<> {
        let first = self.0 + size_of::<HoldingsState>() as u64;
        let room = self.state(arena).room.load(Relaxed);
        (0..u64::from(room)).map(move |index| Slot(first + index * size_of::<Holding>() as u64))
    }

    fn state(self, arena: &Arena) -> &'static HoldingsState {
        arena.memory().view(self.0)
    }
}

impl Slot {
    /// So many references to this block are held; 0 for none any more.
    pub(super) fn write(self, arena: &Arena, at: u64, count: u32) {
        let holding: &Holding = arena.memory().view(self.0);
        if count == 0 {
            holding.at.store(0, Relaxed);
        } else {
            holding.count.store(u64::from(count), Relaxed);
            // SYNC: holding
            holding.at.store(at, Release);
        }
    }

    fn read(self, arena: &Arena) -> Option<(u64, u32)> {
        let holding: &Holding = arena.memory().view(self.0);
        let at = holding.at.load(Acquire); // SYNC: holding
        (at != 0).then(|| (at, holding.count.load(Relaxed) as u32))
    }
}

/// Gives back what processes held that have died. It happens by itself before the arena grows; call it to have the memory now.
///
/// ```
/// use forkyard_engine::{process::Process, shm::{Arena, Block, release_of_the_dead}, sync::Wait};
/// let before = Arena::current()?.used();
/// let child = Process::fork(|| {
///     let _held = Block::new(1 << 20, 8);
///     nix::sys::signal::raise(nix::sys::signal::SIGKILL).map_or(1, |()| 0)
/// })?;
/// child.wait(Wait::Forever)?;
/// assert!(Arena::current()?.used() > before + (1 << 20));
/// release_of_the_dead();
/// assert!(Arena::current()?.used() < before + (1 << 20));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn release_of_the_dead() {
    if let Ok(arena) = Arena::current() {
        take_back(arena);
    }
}

/// As [`release_of_the_dead`].
pub(super) fn take_back(arena: &'static Arena) {
    let own = id();
    for page in unlink(arena, |page| {
        let owner = page.state(arena).owner.load(Relaxed);
        owner != own && is_dead(owner)
    }) {
        for (at, count) in page.slots(arena).filter_map(|slot| slot.read(arena)) {
            // A number that is not known stays: it is a message's, or something of a later version.
            if let Some(shape) = Shape::numbered(block_at(arena, at).shape.load(Relaxed)) {
                drop_references(at, count, shape);
            }
        }
        allocator::free(arena, page.0 - HEADER);
    }
}

/// Takes the pages that are meant out of the list.
fn unlink(arena: &Arena, is_meant: impl Fn(Page) -> bool) -> Vec<Page> {
    let _guard = arena.header().holdings_mutex.lock(|| ());
    let mut taken = Vec::new();
    let mut link: &AtomicU64 = &arena.header().holdings;
    loop {
        let page = Page(link.load(Acquire));
        if page.0 == 0 {
            return taken;
        }
        let next = &page.state(arena).next;
        if is_meant(page) {
            link.store(next.load(Relaxed), Release);
            taken.push(page);
        } else {
            link = next;
        }
    }
}
