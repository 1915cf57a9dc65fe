//! In the place of the arena: words that loom knows, bytes whose owners it checks, and an allocator that gives out one block after the
//! other.

use loom::cell::UnsafeCell;
use loom::sync::Mutex;

use crate::sys::atomic::AtomicU64;

/// Bytes of a model's memory.
const BYTES: usize = 512;

/// The arena of one run of a model.
pub(crate) struct Arena {
    memory: Memory,
    blocks: Mutex<Vec<Block>>,
}

/// A block that was given out once.
struct Block {
    at: u64,
    room: u64,
    is_free: bool,
}

/// Eight bytes are a word or bytes, as those who share them have it. As bytes they have one owner: loom objects when two touch them.
pub(crate) struct Memory {
    words: Vec<AtomicU64>,
    owned: Vec<UnsafeCell<()>>,
    bytes: std::sync::Mutex<[u8; BYTES]>,
}

impl Arena {
    pub(crate) fn new() -> &'static Self {
        let memory = Memory {
            words: (0..BYTES / 8).map(|_| AtomicU64::default()).collect(),
            owned: (0..BYTES / 8).map(|_| UnsafeCell::new(())).collect(),
            bytes: std::sync::Mutex::new([0; BYTES]),
        };
        Box::leak(Box::new(Self { memory, blocks: Mutex::new(Vec::new()) }))
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }
}

impl std::fmt::Debug for Arena {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("arena")
    }
}

impl Memory {
    pub(crate) fn word(&self, at: u64) -> &AtomicU64 {
        assert_eq!(at % 8, 0);
        &self.words[at as usize / 8]
    }

    pub(crate) fn write(&self, at: u64, from: &[u8]) {
        self.cells(at, from.len()).for_each(|cell| cell.with_mut(|_owned| ()));
        self.all()[at as usize..][..from.len()].copy_from_slice(from);
    }

    pub(crate) fn read(&self, at: u64, into: &mut [u8]) {
        self.cells(at, into.len()).for_each(|cell| cell.with(|_owned| ()));
        into.copy_from_slice(&self.all()[at as usize..][..into.len()]);
    }

    pub(crate) fn bytes(&self, at: u64, len: u64) -> &'static [u8] {
        let mut copy = vec![0; len as usize];
        self.read(at, &mut copy);
        copy.leak()
    }

    fn cells(&self, at: u64, len: usize) -> impl Iterator<Item = &UnsafeCell<()>> {
        self.owned[at as usize / 8..(at as usize + len).div_ceil(8)].iter()
    }

    fn all(&self) -> std::sync::MutexGuard<'_, [u8; BYTES]> {
        self.bytes.lock().expect("no thread panicked")
    }
}

/// The engine's allocator, without what a model does not need.
pub(crate) mod allocator {
    use super::{Arena, BYTES, Block};

    /// Bytes before each block's own.
    pub(crate) const HEADER: u64 = 8;

    /// A block's place.
    pub(crate) struct Place {
        pub(crate) at: u64,
    }

    pub(crate) fn allocate(arena: &Arena, len: u64, _shape: u32) -> Option<Place> {
        let mut blocks = arena.blocks.lock().expect("no thread panicked");
        let room = len.next_multiple_of(8);
        if let Some(block) = blocks.iter_mut().find(|block| block.is_free && block.room == room) {
            block.is_free = false;
            return Some(Place { at: block.at });
        }
        let at = blocks.last().map_or(HEADER, |block| block.at + HEADER + block.room);
        blocks.push(Block { at, room, is_free: false });
        (at + HEADER + room <= BYTES as u64).then_some(Place { at })
    }

    pub(crate) fn free(arena: &Arena, at: u64) {
        let mut blocks = arena.blocks.lock().expect("no thread panicked");
        let block = blocks.iter_mut().find(|block| block.at == at).expect("it was given out");
        assert!(!block.is_free, "a block is given back once");
        block.is_free = true;
    }

    /// Asked for a block that is in use, whose size does not change.
    pub(crate) fn room(arena: &Arena, at: u64) -> u64 {
        let blocks = arena.blocks.lock().expect("no thread panicked");
        blocks.iter().find(|block| block.at == at).expect("it was given out").room
    }
}
