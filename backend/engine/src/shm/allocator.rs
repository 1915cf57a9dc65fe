//! Gives out and takes back blocks: two free lists for each power of two, and a rest that was never used.
//!
//! Large free blocks keep their pages as long as [`WARM_BYTES`] are not exceeded; then blocks of other sizes, not used lately, give theirs
//! back first.
//!
//! Each step that matters is one store, made under a robust mutex: a process that dies in between leaks at most the block it was about,
//! and there is nothing to repair.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::{Arena, holdings};
use crate::limits::{GROWTH_UNSEEN, LARGE_BLOCK, WARM_BYTES};
use crate::sys::layout::{ArenaHeader, BlockHeader, CLASSES};
use crate::sys::memory::PAGE;

/// Payload of the smallest class, bytes.
const SMALLEST: u64 = 64;
/// Bytes before each payload.
pub(crate) const HEADER: u64 = size_of::<BlockHeader>() as u64;
/// What a block's `check` is mixed with.
const CHECK: u64 = 0xb10c_b10c_b10c_b10c;

/// Makes an arena's allocator ready. Before anybody else knows the arena.
pub(crate) fn prepare(header: &ArenaHeader) {
    header.mutex.init();
    header.holdings_mutex.init();
    header.names_mutex.init();
    header.guard_mutex.init();
    header.fresh.store((size_of::<ArenaHeader>() as u64).next_multiple_of(SMALLEST), Relaxed);
}

/// A block's place (of its header) and whether its bytes are known to be zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) at: u64,
    pub(crate) zeroed: bool,
}

/// A block of at least `len` bytes with one reference; `None` when there is no room. Before the arena grows by much, what processes
/// held that have died is taken back.
pub(crate) fn allocate(arena: &'static Arena, len: u64, shape: u32) -> Option<Place> {
    let class = class_of(len)?;
    let header = arena.header();
    let used_before = || pop_warm(arena, class).or_else(|| pop_cold(arena, class));
    let mut guard = header.mutex.lock(|| ());
    let mut place = used_before();
    if place.is_none() && grows_much(header, class) {
        drop(guard);
        holdings::take_back(arena);
        guard = header.mutex.lock(|| ());
        place = used_before();
    }
    let place = place.or_else(|| take_fresh(arena, class))?;
    drop(guard);
    let block = block_at(arena, place.at);
    block.len.store(len, Relaxed);
    block.touched.store(len.max(block.touched.load(Relaxed)), Relaxed);
    block.shape.store(shape, Relaxed);
    block.shift.store(0, Relaxed);
    header.used.fetch_add(size(class) + HEADER, Relaxed);
    // SYNC: block state
    block.state.store((block.state.load(Relaxed) >> 32 << 32) | 1, Release);
    Some(place)
}

/// Whether taking a fresh block of this class makes the arena grow past a multiple of [`GROWTH_UNSEEN`].
fn grows_much(header: &ArenaHeader, class: usize) -> bool {
    let fresh = header.fresh.load(Relaxed);
    fresh / GROWTH_UNSEEN != (fresh + size(class) + HEADER) / GROWTH_UNSEEN
}

/// Takes back the block at `at`, to which no reference is left.
pub(crate) fn free(arena: &Arena, at: u64) {
    let block = block_at(arena, at);
    let header = arena.header();
    let class = block.class.load(Relaxed) as usize;
    let size = size(class);
    header.used.fetch_sub(size + HEADER, Relaxed);
    // The next owner has another generation, so that handles to this one are known as stale.
    let generation = (block.state.load(Relaxed) >> 32).wrapping_add(1);
    block.state.store(generation << 32, Release); // SYNC: block state
    loop {
        let guard = header.mutex.lock(|| ());
        let warm = header.warm.load(Relaxed) + block.touched.load(Relaxed);
        if size < LARGE_BLOCK || warm <= WARM_BYTES {
            push(arena, &header.warm_blocks, at);
            if size >= LARGE_BLOCK {
                header.warm.store(warm, Relaxed);
            }
            return;
        }
        let victim = pop_victim(arena, class);
        drop(guard);
        let victim = victim.map_or(at, |place| place.at);
        let zeroed = cool(arena, victim);
        let _guard = header.mutex.lock(|| ());
        push(arena, if zeroed { &header.cold_blocks } else { &header.warm_blocks }, victim);
        if victim == at {
            return;
        }
    }
}

/// The header of the block at `at`.
#[inline]
pub(crate) fn block_at(arena: &Arena, at: u64) -> &'static BlockHeader {
    arena.memory().view(at)
}

/// Whether a block lies at `at`, alive or free.
pub(crate) fn is_block(arena: &Arena, at: u64) -> bool {
    at.is_multiple_of(SMALLEST)
        && at >= size_of::<ArenaHeader>() as u64
        && at < arena.header().fresh.load(Relaxed)
        && block_at(arena, at).check.load(Relaxed) == at ^ CHECK
}

/// Payload bytes of the block at `at`, rounding included.
pub(crate) fn room(arena: &Arena, at: u64) -> u64 {
    size(block_at(arena, at).class.load(Relaxed) as usize)
}

fn pop_warm(arena: &Arena, class: usize) -> Option<Place> {
    let header = arena.header();
    let at = pop(arena, &header.warm_blocks[class])?;
    if size(class) >= LARGE_BLOCK {
        header.warm.store(header.warm.load(Relaxed).saturating_sub(block_at(arena, at).touched.load(Relaxed)), Relaxed);
    }
    Some(Place { at, zeroed: false })
}

fn pop_cold(arena: &Arena, class: usize) -> Option<Place> {
    pop(arena, &arena.header().cold_blocks[class]).map(|at| Place { at, zeroed: true })
}

/// A large warm block of another class than this one.
fn pop_victim(arena: &Arena, spared: usize) -> Option<Place> {
    (0..CLASSES).rev().filter(|&class| class != spared && size(class) >= LARGE_BLOCK).find_map(|class| pop_warm(arena, class))
}

/// The first of a list. One that was written over ends where no block lies: else objects would come to lie over the header's mutexes.
fn pop(arena: &Arena, first: &AtomicU64) -> Option<u64> {
    let at = first.load(Relaxed);
    (at != 0 && is_block(arena, at)).then(|| {
        first.store(block_at(arena, at).next.load(Relaxed), Relaxed);
        at
    })
}

fn push(arena: &Arena, lists: &[AtomicU64; CLASSES], at: u64) {
    let block = block_at(arena, at);
    let first = &lists[block.class.load(Relaxed) as usize];
    block.next.store(first.load(Relaxed), Relaxed);
    first.store(at, Release);
}

/// Gives the pages of a free block back. Whether it is zero now.
fn cool(arena: &Arena, at: u64) -> bool {
    let (start, end) = (at + HEADER, at + HEADER + room(arena, at));
    if !arena.memory().punch(start, end - start) {
        return false;
    }
    // The pages at both ends stay, as they also hold neighbours.
    arena.memory().zero(start, start.next_multiple_of(PAGE) - start);
    arena.memory().zero(end / PAGE * PAGE, end % PAGE);
    block_at(arena, at).touched.store(0, Relaxed);
    true
}

fn take_fresh(arena: &Arena, class: usize) -> Option<Place> {
    let header = arena.header();
    let at = header.fresh.load(Relaxed);
    let end = at.checked_add(size(class) + HEADER).filter(|&end| end <= arena.capacity())?;
    header.fresh.store(end, Relaxed);
    let block = block_at(arena, at);
    block.class.store(class as u32, Relaxed);
    block.state.store(1 << 32, Relaxed);
    block.check.store(at ^ CHECK, Release);
    Some(Place { at, zeroed: true })
}

fn size(class: usize) -> u64 {
    SMALLEST << class
}

fn class_of(len: u64) -> Option<usize> {
    let size = len.max(SMALLEST).checked_next_power_of_two()?;
    let class = (size / SMALLEST).trailing_zeros() as usize;
    (class < CLASSES).then_some(class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn classes_hold_what_was_asked_for() {
        for len in [0, 1, 64, 65, 4096, 4097, (1 << 30) + 1] {
            let class = class_of(len).unwrap();
            assert!(size(class) >= len);
            assert!(class == 0 || size(class - 1) < len);
        }
        assert_eq!(class_of(u64::MAX), None);
    }

    #[test]
    fn large_free_blocks_count_by_the_pages_that_they_may_have() {
        let arena = Arena::current().unwrap();
        // Each has room for nearly twice as much.
        let len = WARM_BYTES / 4 + 1;
        let blocks: Vec<u64> = (0..3).map(|_| allocate(arena, len, 0).unwrap().at).collect();
        blocks.iter().for_each(|&at| free(arena, at));
        assert_eq!(arena.header().warm.load(Relaxed), 3 * len);
        assert!((0..3).all(|_| !allocate(arena, len, 0).unwrap().zeroed), "all three have kept their pages");
        assert_eq!(arena.header().warm.load(Relaxed), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn living_blocks_never_overlap_and_zeroed_means_zero(steps in prop::collection::vec((0_u64..2_000_000, any::<bool>()), 1..40)) {
            let arena = Arena::current().unwrap();
            let mut living: HashMap<u64, u64> = HashMap::new();
            for (len, release) in steps {
                if release && !living.is_empty() {
                    let at = *living.keys().next().unwrap();
                    living.remove(&at);
                    free(arena, at);
                    continue;
                }
                let place = allocate(arena, len, 0).unwrap();
                let mut bytes = vec![1; len as usize];
                arena.memory().read(place.at + HEADER, &mut bytes);
                prop_assert!(!place.zeroed || bytes.iter().all(|&byte| byte == 0));
                bytes.fill(0xaa);
                arena.memory().write(place.at + HEADER, &bytes);
                for (&at, &other) in &living {
                    prop_assert!(place.at + HEADER + len <= at || at + HEADER + other <= place.at);
                }
                prop_assert!(is_block(arena, place.at));
                living.insert(place.at, len);
            }
            living.keys().for_each(|&at| free(arena, at));
        }
    }
}
