//! The objects, made of loom's atomics. Their fields are those of the engine's `sys::layout`, which says what they mean.

use super::mutex::RobustMutex;
use crate::atomic::sequential::{AtomicU32, AtomicU64};

/// What lets somebody sleep.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    pub(crate) word: AtomicU32,
    pub(crate) luck: AtomicU32,
}

/// Who of those who wait looks out for all.
#[derive(Debug, Default)]
pub(crate) struct Lookout {
    pub(crate) until: AtomicU64,
}

/// How the timeline calls it: nothing is recorded in a model.
#[derive(Debug, Default)]
pub(crate) struct LabelWords {
    pub(crate) object: std::sync::atomic::AtomicU32,
}

/// A lock.
#[derive(Debug, Default)]
pub(crate) struct LockState {
    pub(crate) owner: AtomicU64,
    pub(crate) thread: AtomicU64,
    pub(crate) depth: AtomicU32,
    pub(crate) kind: AtomicU32,
    pub(crate) label: LabelWords,
    pub(crate) signal: Signal,
}

/// A semaphore.
#[derive(Debug, Default)]
pub(crate) struct SemaphoreState {
    pub(crate) value: AtomicU32,
    pub(crate) max: AtomicU32,
    pub(crate) label: LabelWords,
    pub(crate) signal: Signal,
}

/// An event.
#[derive(Debug, Default)]
pub(crate) struct EventState {
    pub(crate) flag: AtomicU32,
    pub(crate) label: LabelWords,
    pub(crate) signal: Signal,
}

/// A chain of segments of records.
#[derive(Debug, Default)]
pub(crate) struct ChainState {
    pub(crate) tail_mutex: RobustMutex,
    pub(crate) tail: AtomicU64,
    pub(crate) tail_segment: AtomicU64,
    pub(crate) sent: AtomicU32,
    pub(crate) rung: AtomicU32,
    pub(crate) sent_bytes: AtomicU64,
    pub(crate) segment_size: AtomicU64,
    pub(crate) spare: AtomicU64,
    pub(crate) items: Signal,
    pub(crate) head_mutex: RobustMutex,
    pub(crate) head: AtomicU64,
    pub(crate) head_segment: AtomicU64,
    pub(crate) received_bytes: AtomicU64,
    pub(crate) received: AtomicU32,
    pub(crate) strict: AtomicU32,
    pub(crate) lookout: Lookout,
}
