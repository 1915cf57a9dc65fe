//! What this process holds: one entry for each block it has references to, here and in shared memory ([`super::holdings`]).
//!
//! A forked child gets the same objects as its parent, so before each fork the child's share is counted and written down in shared
//! memory, and the ledger's copy in the child is right from its first moment. The hooks hold the ledger's mutex across the fork, so that
//! no other thread's half-done change is copied.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use super::Arena;
use super::block::{add_references, drop_references};
use super::holdings::{Page, Slot};
use super::shape::Shape;

/// The ledger's entries, and where they are written down.
#[derive(Default)]
struct Ledger {
    entries: HashMap<u64, Entry>,
    pages: Vec<Page>,
    free: Vec<Slot>,
}

/// References of this process to one block.
#[derive(Clone, Copy)]
struct Entry {
    count: u32,
    shape: &'static Shape,
    /// `None` when there was no memory to write it down: then it ends with the tree, should this process be killed.
    slot: Option<Slot>,
}

static LEDGER: Mutex<Option<Ledger>> = Mutex::new(None);
static EPOCH: AtomicU64 = AtomicU64::new(0);
static HOOKS: Once = Once::new();

thread_local! {
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
    /// The page of this thread's last child, with its generation.
    static BORN: Cell<Option<(Page, u64)>> = const { Cell::new(None) };
}

/// What is carried across a fork.
struct Held {
    ledger: MutexGuard<'static, Option<Ledger>>,
    /// The child's, its entries written in the order in which the ledger's are iterated.
    page: Option<Page>,
}

/// Notes one more reference to the block at `at`.
pub(crate) fn enter(at: u64, shape: &'static Shape) {
    let Ok(arena) = Arena::current() else { return };
    let mut ledger = lock();
    let ledger = ledger.get_or_insert_default();
    if let Some(entry) = ledger.entries.get_mut(&at) {
        entry.count += 1;
        entry.write(arena, at);
    } else {
        let entry = Entry { count: 1, shape, slot: ledger.slot(arena) };
        entry.write(arena, at);
        ledger.entries.insert(at, entry);
    }
}

/// Notes one reference less. `false`: there was none left, [`clear`] has given it back already.
pub(crate) fn leave(at: u64) -> bool {
    let Ok(arena) = Arena::current() else { return false };
    let mut ledger = lock();
    let Some(ledger) = ledger.as_mut() else { return false };
    let Some(entry) = ledger.entries.get_mut(&at) else { return false };
    entry.count -= 1;
    entry.write(arena, at);
    if entry.count == 0 {
        ledger.free.extend(entry.slot);
        ledger.entries.remove(&at);
    }
    true
}

/// Takes everything out.
pub(crate) fn clear() {
    // In this order: a process that held nothing may have no arena, and must not get one here.
    let Some(ledger) = lock().take() else { return };
    let Ok(arena) = Arena::current() else { return };
    for (at, entry) in ledger.entries {
        Entry { count: 0, ..entry }.write(arena, at);
        drop_references(at, entry.count, entry.shape);
    }
    ledger.pages.into_iter().for_each(|page| page.discard(arena));
}

/// Changes at every fork, in the child: what was cached about this process is wrong then.
#[inline]
pub(crate) fn epoch() -> u64 {
    EPOCH.load(Ordering::Relaxed)
}

/// From now on every fork of this process is followed.
pub(crate) fn follow_forks() {
    HOOKS.call_once(|| crate::sys::fork::at_fork(before_fork, after_fork_in_parent, after_fork_in_child));
}

impl Ledger {
    /// Where the next entry is written down.
    fn slot(&mut self, arena: &'static Arena) -> Option<Slot> {
        if self.free.is_empty() {
            let page = Page::new(arena, self.entries.len())?;
            page.publish(arena);
            self.pages.push(page);
            self.free.extend(page.slots(arena).rev());
        }
        self.free.pop()
    }

    /// A page for a child that holds the same. Until it is the child's it is this process's, and outlives it not.
    fn page_for_child(&self, arena: &'static Arena) -> Option<Page> {
        let page = (!self.entries.is_empty()).then(|| Page::new(arena, self.entries.len()))??;
        for ((&at, entry), slot) in self.entries.iter().zip(page.slots(arena)) {
            slot.write(arena, at, entry.count);
        }
        page.publish(arena);
        Some(page)
    }

    /// Makes the copy of a parent's ledger the child's own.
    fn move_to(&mut self, arena: &Arena, page: Option<Page>) {
        self.pages = page.into_iter().collect();
        let mut slots = page.into_iter().flat_map(|page| page.slots(arena));
        self.entries.values_mut().for_each(|entry| entry.slot = slots.next());
        self.free = slots.collect();
        self.free.reverse();
    }
}

impl Entry {
    fn write(&self, arena: &Arena, at: u64) {
        if let Some(slot) = self.slot {
            slot.write(arena, at, self.count);
        }
    }
}

/// Right before this process forks. One of the two below follows in each process.
extern "C" fn before_fork() {
    let ledger = lock();
    let mut page = None;
    if let (Some(ledger), Ok(arena)) = (ledger.as_ref(), Arena::current()) {
        for (&at, entry) in &ledger.entries {
            add_references(at, entry.count);
        }
        page = ledger.page_for_child(arena);
        BORN.set(page.map(|page| (page, page.generation(arena))));
    }
    HELD.with_borrow_mut(|held| *held = Some(Held { ledger, page }));
}

extern "C" fn after_fork_in_parent() {
    HELD.with_borrow_mut(|held| drop(held.take()));
}

/// In the copy of a process without an arena: what was cached about that process is not true of this one.
pub(crate) fn forget_process() {
    EPOCH.fetch_add(1, Ordering::Relaxed);
}

extern "C" fn after_fork_in_child() {
    forget_process();
    BORN.set(None);
    let Some(Held { mut ledger, page }) = HELD.with_borrow_mut(Option::take) else { return };
    if let (Some(ledger), Ok(arena)) = (ledger.as_mut(), Arena::current()) {
        page.inspect(|page| page.inherit(arena));
        ledger.move_to(arena, page);
    }
}

/// Says who was born of this thread's last fork, as [`crate::process::Process`] does: a child that is killed before its first step cannot
/// say it itself, and what it holds would stay until this process has ended.
pub fn born(child: u32) {
    let Some((page, generation)) = BORN.take() else { return };
    if let Ok(arena) = Arena::current() {
        page.hand_over(arena, generation, child);
    }
}

fn lock() -> MutexGuard<'static, Option<Ledger>> {
    LEDGER.lock().unwrap_or_else(PoisonError::into_inner)
}
