//! In the place of the engine's `sys`: the kernel, and the layout of shared memory.

pub(crate) use crate::atomic::sequential as atomic;
pub(crate) mod futex;
pub(crate) mod layout;
pub(crate) mod mutex;

/// Each process has one thread.
pub(crate) mod thread {
    pub(crate) fn own() -> u64 {
        1
    }
}
