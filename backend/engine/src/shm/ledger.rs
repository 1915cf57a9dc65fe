//! What this process holds: one entry for each block it has references to.
//!
//! A forked child gets the same objects as its parent, so before each fork the child's share is counted in shared memory, and the
//! ledger's copy in the child is right from its first moment. The hooks hold the ledger's mutex across the fork, so that no other thread's
//! half-done change is copied.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use super::block::{add_references, drop_references};
use super::shape::Shape;

/// The ledger's entries.
type Entries = Option<HashMap<u64, Entry>>;

/// References of this process to one block.
#[derive(Clone, Copy)]
struct Entry {
    count: u32,
    shape: &'static Shape,
}

static LEDGER: Mutex<Entries> = Mutex::new(None);
static EPOCH: AtomicU64 = AtomicU64::new(0);
static HOOKS: Once = Once::new();

thread_local! {
    static HELD: RefCell<Option<MutexGuard<'static, Entries>>> = const { RefCell::new(None) };
}

/// Notes one more reference to the block at `at`.
pub(crate) fn enter(at: u64, shape: &'static Shape) {
    lock().get_or_insert_with(HashMap::new).entry(at).or_insert(Entry { count: 0, shape }).count += 1;
}

/// Notes one reference less. `false`: there was none left, [`clear`] has given it back already.
pub(crate) fn leave(at: u64) -> bool {
    let mut entries = lock();
    let Some(entries) = entries.as_mut() else { return false };
    let Some(entry) = entries.get_mut(&at) else { return false };
    entry.count -= 1;
    if entry.count == 0 {
        entries.remove(&at);
    }
    true
}

/// Takes everything out.
pub(crate) fn clear() {
    let entries = lock().take();
    for (at, entry) in entries.into_iter().flatten() {
        drop_references(at, entry.count, entry.shape);
    }
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

extern "C" fn before_fork() {
    let guard = lock();
    for (&at, entry) in guard.iter().flatten() {
        add_references(at, entry.count);
    }
    HELD.with_borrow_mut(|held| *held = Some(guard));
}

extern "C" fn after_fork_in_parent() {
    HELD.with_borrow_mut(|held| drop(held.take()));
}

extern "C" fn after_fork_in_child() {
    EPOCH.fetch_add(1, Ordering::Relaxed);
    HELD.with_borrow_mut(|held| drop(held.take()));
}

fn lock() -> MutexGuard<'static, Entries> {
    LEDGER.lock().unwrap_or_else(PoisonError::into_inner)
}
