//! The shapes of what lies in shared memory. Every field is an atomic or a lock, every size is asserted, nothing holds a pointer.

use std::sync::atomic::{AtomicU32, AtomicU64};

use super::mutex::RobustMutex;

/// What may be viewed in shared memory.
///
/// # Safety
/// Any bytes are a valid value, and it is changed through shared references only.
pub(crate) unsafe trait Shared: Sync {}

// SAFETY: any bytes are an integer, and it is atomic.
unsafe impl Shared for AtomicU32 {}
// SAFETY: likewise.
unsafe impl Shared for AtomicU64 {}

/// Marks structures made of `Shared` fields alone, and asserts their size.
macro_rules! shared {
    ($($name:ident = $size:expr),+ $(,)?) => {$(
        // SAFETY: `repr(C)`, and every field is an atomic, an array of atomics, or a robust mutex, whose bytes glibc alone interprets.
        unsafe impl Shared for $name {}
        const _: () = assert!(size_of::<$name>() == $size);
    )+};
}

shared! {
    ArenaHeader = 832, BlockHeader = 64, Signal = 8, Lookout = 8, LabelWords = 8, LockState = 64, SemaphoreState = 64, EventState = 64,
    ChainState = 256, QueueState = 320, PipeState = 576, RoomState = 128, PlaceState = 32, BoardState = 64, SlotState = 64, HoldingsState = 64, Holding = 16,
    NameState = 24,
}

/// Size classes of the allocator: payloads of 64 bytes to 2 TiB.
pub(crate) const CLASSES: usize = 36;

/// At the start of the arena.
#[repr(C, align(64))]
pub(crate) struct ArenaHeader {
    /// What it is; written last.
    pub(crate) magic: AtomicU64,
    /// Of this layout.
    pub(crate) version: AtomicU32,
    /// Random.
    pub(crate) id: AtomicU32,
    /// Where the never used rest begins.
    pub(crate) fresh: AtomicU64,
    /// Bytes in living blocks.
    pub(crate) used: AtomicU64,
    /// Bytes of large free blocks that kept their pages.
    pub(crate) warm: AtomicU64,
    /// Guards all below, `fresh` and `warm`.
    pub(crate) mutex: RobustMutex,
    /// The first free block of each class that has its pages, 0 for none.
    pub(crate) warm_blocks: [AtomicU64; CLASSES],
    /// The first free block of each class that has given its pages back, and therefore is zero.
    pub(crate) cold_blocks: [AtomicU64; CLASSES],
    /// Guards `holdings` and the list that begins there.
    pub(crate) holdings_mutex: RobustMutex,
    /// The first [`HoldingsState`] (of its payload), 0 for none.
    pub(crate) holdings: AtomicU64,
    /// Where the table of names lies: the first [`NameState`] of each bucket. 0 while there is none.
    pub(crate) names: AtomicU64,
    /// Guards the table of names.
    pub(crate) names_mutex: RobustMutex,
    /// Held by the guard of named segments, while it lives.
    pub(crate) guard_mutex: RobustMutex,
}

/// The name of a segment in the file system; its bytes follow.
#[repr(C)]
pub(crate) struct NameState {
    /// The next of the bucket, 0 for none.
    pub(crate) next: AtomicU64,
    /// When the making of the segment began, seconds since 1970; 0 once it is made.
    pub(crate) begun: AtomicU64,
    /// Of the name.
    pub(crate) hash: AtomicU32,
    /// Bytes of the name.
    pub(crate) len: AtomicU32,
}

/// What one process holds, or a part of it; its [`Holding`]s follow.
#[repr(C, align(64))]
pub(crate) struct HoldingsState {
    /// The process's number.
    pub(crate) owner: AtomicU32,
    /// How many follow.
    pub(crate) room: AtomicU32,
    /// The next of the list.
    pub(crate) next: AtomicU64,
    _rest: [AtomicU64; 6],
}

/// References of a process to one block.
#[repr(C)]
pub(crate) struct Holding {
    /// The block, 0 while nothing is held here.
    pub(crate) at: AtomicU64,
    /// How many.
    pub(crate) count: AtomicU64,
}

/// Before each block's bytes.
#[repr(C, align(64))]
pub(crate) struct BlockHeader {
    /// A constant mixed with the block's own offset: says that here is a block.
    pub(crate) check: AtomicU64,
    /// Generation in the upper half, references in the lower.
    pub(crate) state: AtomicU64,
    /// The next free block of the class.
    pub(crate) next: AtomicU64,
    /// Bytes asked for.
    pub(crate) len: AtomicU64,
    /// Size class.
    pub(crate) class: AtomicU32,
    /// What lies in it: a `Shape` number.
    pub(crate) shape: AtomicU32,
    /// From the start of the payload to the first aligned byte.
    pub(crate) shift: AtomicU32,
    _unused: AtomicU32,
    /// Bytes from the start of the payload on that may have pages.
    pub(crate) touched: AtomicU64,
    _rest: AtomicU64,
}

/// Something one can sleep on: see `sync::signal`.
#[repr(C)]
pub(crate) struct Signal {
    /// Bit 0: somebody may sleep. The rest counts wake-ups.
    pub(crate) word: AtomicU32,
    /// How many of the next waits go without spinning, in the lower half, and how many after the next failure.
    pub(crate) luck: AtomicU32,
}

/// Who of those who wait looks out for all: see `sync::lookout`.
#[repr(C)]
pub(crate) struct Lookout {
    /// Until when somebody does, by CLOCK_MONOTONIC in nanoseconds; 0 for nobody.
    pub(crate) until: AtomicU64,
}

/// A `Label`.
#[repr(C)]
pub(crate) struct LabelWords {
    /// The object's id in the trace.
    pub(crate) object: AtomicU32,
    /// 0 not set, 1 silent, else a segment kind's number.
    pub(crate) role: AtomicU32,
}

/// A lock.
#[repr(C, align(64))]
pub(crate) struct LockState {
    /// 0, or the holder: pid in the upper half, the low bits of its start time in the lower.
    pub(crate) owner: AtomicU64,
    /// The holder's thread, see `sys::thread`; 0 while it is being taken or released.
    pub(crate) thread: AtomicU64,
    /// How often the holder has taken it beyond the first time; the holder alone writes it.
    pub(crate) depth: AtomicU32,
    /// 0 plain, 1 recursive.
    pub(crate) kind: AtomicU32,
    pub(crate) label: LabelWords,
    /// Woken by a release.
    pub(crate) signal: Signal,
}

/// A semaphore.
#[repr(C, align(64))]
pub(crate) struct SemaphoreState {
    /// Permits left.
    pub(crate) value: AtomicU32,
    /// Upper bound.
    pub(crate) max: AtomicU32,
    pub(crate) label: LabelWords,
    /// Woken by a release.
    pub(crate) signal: Signal,
}

/// An event.
#[repr(C, align(64))]
pub(crate) struct EventState {
    /// Bit 0: set. The rest counts how often it was set.
    pub(crate) flag: AtomicU32,
    pub(crate) label: LabelWords,
    /// Woken by `set`.
    pub(crate) signal: Signal,
}

/// A chain of segments of records: what producers write stands in the first two lines, what consumers write in the third.
#[repr(C, align(64))]
pub(crate) struct ChainState {
    /// Producers.
    pub(crate) tail_mutex: RobustMutex,
    /// Where the next record goes.
    pub(crate) tail: AtomicU64,
    /// The block it lies in.
    pub(crate) tail_segment: AtomicU64,
    /// Number of the last message appended.
    pub(crate) sent: AtomicU32,
    /// 0: the descriptor is quiet, 1: it is readable, 2: one of both.
    pub(crate) rung: AtomicU32,
    /// Bytes appended, in all.
    pub(crate) sent_bytes: AtomicU64,
    /// Size of the next segment.
    pub(crate) segment_size: AtomicU64,
    /// A segment kept for the next need, 0 for none.
    pub(crate) spare: AtomicU64,
    /// Woken by an append.
    pub(crate) items: Signal,
    /// So that producers and consumers write to lines of their own.
    _line: [AtomicU64; 2],
    /// How much had been received when it was waited for in vain that those who take catch up.
    pub(crate) left_behind: AtomicU32,
    _word: AtomicU32,
    /// Consumers.
    pub(crate) head_mutex: RobustMutex,
    /// The next record to take.
    pub(crate) head: AtomicU64,
    /// The block it lies in.
    pub(crate) head_segment: AtomicU64,
    /// Bytes taken, in all.
    pub(crate) received_bytes: AtomicU64,
    /// Number of the last message taken.
    pub(crate) received: AtomicU32,
    /// 1: the descriptor is readable exactly while there is something.
    pub(crate) strict: AtomicU32,
    /// Woken by a take, where there is a bound.
    pub(crate) space: Signal,
    /// Which of those who wait for a message needs no wake-up.
    pub(crate) lookout: Lookout,
}

/// A queue.
#[repr(C, align(64))]
pub(crate) struct QueueState {
    pub(crate) chain: ChainState,
    /// Messages at most, 0 for any number.
    pub(crate) capacity: AtomicU32,
    /// 1: it has a doorbell.
    pub(crate) doorbell: AtomicU32,
    pub(crate) label: LabelWords,
    /// Bytes of all messages at most, 0 for any number.
    pub(crate) most_bytes: AtomicU64,
}

/// A pipe.
#[repr(C, align(64))]
pub(crate) struct PipeState {
    /// What end 0 and end 1 sent.
    pub(crate) chains: [ChainState; 2],
    /// 0 duplex, 1 simplex (end 0 receives).
    pub(crate) direction: AtomicU32,
    /// How often a descriptor of an end was closed.
    pub(crate) closings: AtomicU32,
    pub(crate) label: LabelWords,
}

/// Places of a room's block.
pub(crate) const PLACES: usize = 62;

/// A condition's waiting room; its places follow.
#[repr(C, align(64))]
pub(crate) struct RoomState {
    pub(crate) mutex: RobustMutex,
    /// The next ticket.
    pub(crate) ticket: AtomicU64,
    /// A further block of places, 0 for none.
    pub(crate) more: AtomicU64,
    pub(crate) label: LabelWords,
}

/// A place in a waiting room.
#[repr(C)]
pub(crate) struct PlaceState {
    /// 0 free, 1 waiting, 2 notified, 3 given up.
    pub(crate) state: AtomicU32,
    /// Whose it is.
    pub(crate) pid: AtomicU32,
    /// Order of arrival.
    pub(crate) ticket: AtomicU64,
    /// Woken when notified.
    pub(crate) signal: Signal,
    _rest: AtomicU64,
}

/// A task board; its slots follow.
#[repr(C, align(64))]
pub(crate) struct BoardState {
    /// Slots.
    pub(crate) workers: AtomicU32,
    _rest: AtomicU32,
    /// Generation and offset of the queues.
    pub(crate) tasks: [AtomicU64; 2],
    pub(crate) results: [AtomicU64; 2],
    /// Number of the result that is worth waking whoever collects them.
    pub(crate) wake_at: AtomicU32,
    /// Messages to whoever collects the results that have not been taken.
    pub(crate) posted: AtomicU32,
}

/// What one worker is doing.
#[repr(C, align(64))]
pub(crate) struct SlotState {
    /// The task it has, 0 for none.
    pub(crate) task: AtomicU32,
}
