//! Loom's atomics, as the included files ask for them.

pub(crate) use loom::sync::atomic::{AtomicU64, Ordering, fence};
pub(crate) use loom::thread::yield_now;
