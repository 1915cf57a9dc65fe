//! In the place of the engine's `sys`: the kernel, and the layout of shared memory.

pub(crate) use crate::atomic::sequential as atomic;
pub(crate) mod futex;
pub(crate) mod layout;
pub(crate) mod mutex;

/// The time, which stands still: who looks out does so until it says otherwise.
pub(crate) mod clock {
    pub(crate) fn now_ns() -> u64 {
        1
    }
}

/// Each process has one thread.
pub(crate) mod thread {
    pub(crate) fn own() -> u64 {
        1
    }
}
