//! The table of names: the segments in the file system that this tree of processes has to remove when it ends.
//!
//! It lies in the arena, so that taking note of a name is no system call, and what is noted outlives the process that noted it. Like the
//! allocator's steps, each one that matters is one store under a robust mutex: a death in between leaks a block of the arena at most.
//!
//! It removes nothing by itself: [`super::guard`] does.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::{SystemTime, UNIX_EPOCH};

use super::allocator::{self, HEADER};
use super::{Arena, BlockError};
use crate::sys::layout::NameState;

/// Stands in the headers of the table's blocks.
const NAMES: u32 = 13;
/// Lists that the names are spread over.
const BUCKETS: u64 = 1024;
/// Bytes before those of a name.
const STATE: u64 = size_of::<NameState>() as u64;

/// A name, and how far its segment was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) bytes: Vec<u8>,
    /// When its making began, seconds since 1970, if nobody has said since that it was made.
    pub(super) begun: Option<u64>,
}

/// Takes note of a segment that is there. Twice is once.
pub(super) fn remember(name: &[u8]) -> Result<(), BlockError> {
    insert(name, 0).map(|_| ())
}

/// Takes note of a segment that is about to be made. Whether the name was unknown before.
pub(super) fn begin(name: &[u8]) -> Result<bool, BlockError> {
    insert(name, now())
}

/// Takes back a [`begin`] that came to nothing, unless somebody else has made the segment meanwhile.
pub(super) fn give_up(name: &[u8]) {
    remove(name, |state| state.begun.load(Relaxed) != 0);
}

/// Strikes a name out. Whether it was there.
pub(super) fn forget(name: &[u8]) -> bool {
    remove(name, |_| true)
}

/// All of them.
pub(super) fn all() -> Vec<Name> {
    let Ok(arena) = Arena::current() else { return Vec::new() };
    let _guard = arena.header().names_mutex.lock(|| ());
    let Some(table) = Table::existing(arena) else { return Vec::new() };
    let mut found = Vec::new();
    for bucket in 0..BUCKETS {
        let mut at = table.bucket(bucket).load(Acquire);
        while at != 0 {
            let state = table.state(at);
            let begun = state.begun.load(Relaxed);
            found.push(Name { bytes: table.bytes(at), begun: (begun != 0).then_some(begun) });
            at = state.next.load(Acquire);
        }
    }
    found
}

/// Puts a name in, or sets the time of one that is in. Whether it was put in.
fn insert(name: &[u8], begun: u64) -> Result<bool, BlockError> {
    let arena = Arena::current()?;
    let _guard = arena.header().names_mutex.lock(|| ());
    let table = Table::of(arena)?;
    let hash = hash(name);
    let link = table.find(name, hash);
    let there = link.load(Acquire);
    if there != 0 {
        if begun == 0 {
            table.state(there).begun.store(0, Relaxed);
        }
        return Ok(false);
    }
    let at = table.block(STATE + name.len() as u64)?;
    let state = table.state(at);
    arena.memory().write(at + STATE, name);
    state.next.store(0, Relaxed);
    state.begun.store(begun, Relaxed);
    state.hash.store(hash, Relaxed);
    state.len.store(name.len() as u32, Relaxed);
    link.store(at, Release); // SYNC: name
    Ok(true)
}

/// Takes a name out that is meant. Whether there was one.
fn remove(name: &[u8], is_meant: impl Fn(&NameState) -> bool) -> bool {
    let Ok(arena) = Arena::current() else { return false };
    let _guard = arena.header().names_mutex.lock(|| ());
    let Some(table) = Table::existing(arena) else { return false };
    let link = table.find(name, hash(name));
    let at = link.load(Acquire);
    if at == 0 || !is_meant(table.state(at)) {
        return false;
    }
    link.store(table.state(at).next.load(Relaxed), Release);
    allocator::free(arena, at - HEADER);
    true
}

/// The table in the arena. Its mutex is held by whoever has one.
struct Table {
    arena: &'static Arena,
    first: u64,
}

impl Table {
    fn existing(arena: &'static Arena) -> Option<Self> {
        let first = arena.header().names.load(Acquire);
        (first != 0).then_some(Self { arena, first })
    }

    /// The table, made when there is none.
    fn of(arena: &'static Arena) -> Result<Self, BlockError> {
        if let Some(table) = Self::existing(arena) {
            return Ok(table);
        }
        let mut table = Self { arena, first: 0 };
        table.first = table.block(BUCKETS * size_of::<AtomicU64>() as u64)?;
        (0..BUCKETS).for_each(|bucket| table.bucket(bucket).store(0, Relaxed));
        arena.header().names.store(table.first, Release);
        Ok(table)
    }

    /// A block of the table's own, which no process holds: where its bytes begin.
    fn block(&self, len: u64) -> Result<u64, BlockError> {
        let place = allocator::allocate(self.arena, len, NAMES).ok_or(BlockError::Full { bytes: len as usize })?;
        Ok(place.at + HEADER)
    }

    fn bucket(&self, number: u64) -> &'static AtomicU64 {
        self.arena.memory().word(self.first + number * size_of::<AtomicU64>() as u64)
    }

    fn state(&self, at: u64) -> &'static NameState {
        self.arena.memory().view(at)
    }

    fn bytes(&self, at: u64) -> Vec<u8> {
        let len = u64::from(self.state(at).len.load(Relaxed)).min(allocator::room(self.arena, at - HEADER) - STATE);
        let mut bytes = vec![0; len as usize];
        self.arena.memory().read(at + STATE, &mut bytes);
        bytes
    }

    /// What leads to the name, or to nothing where it would be.
    fn find(&self, name: &[u8], hash: u32) -> &'static AtomicU64 {
        let mut link = self.bucket(u64::from(hash) % BUCKETS);
        loop {
            let at = link.load(Acquire); // SYNC: name
            if at == 0 || (self.state(at).hash.load(Relaxed) == hash && self.bytes(at) == name) {
                return link;
            }
            link = &self.state(at).next;
        }
    }
}

/// The same in every process, as they all run the same code.
fn hash(name: &[u8]) -> u32 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish() as u32
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// What the table says of the names of one test; others use it at the same time.
    fn said(prefix: &str) -> BTreeMap<Vec<u8>, bool> {
        let of_test = all().into_iter().filter(|name| name.bytes.starts_with(prefix.as_bytes()));
        of_test.map(|name| (name.bytes, name.begun.is_some())).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn it_holds_what_a_map_would_hold(steps in prop::collection::vec((0..4_u8, 0..3_000_u16), 1..400)) {
            let mut model: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
            for (step, number) in steps {
                let name = format!("/model{number}{}", "x".repeat(usize::from(number % 200))).into_bytes();
                match step {
                    0 => {
                        remember(&name).unwrap();
                        model.insert(name, false);
                    }
                    1 => {
                        prop_assert_eq!(begin(&name).unwrap(), !model.contains_key(&name));
                        model.entry(name).or_insert(true);
                    }
                    2 => prop_assert_eq!(forget(&name), model.remove(&name).is_some()),
                    _ => {
                        give_up(&name);
                        if model.get(&name) == Some(&true) {
                            model.remove(&name);
                        }
                    }
                }
            }
            prop_assert_eq!(said("/model"), model.clone());
            model.keys().for_each(|name| assert!(forget(name)));
        }
    }
}
