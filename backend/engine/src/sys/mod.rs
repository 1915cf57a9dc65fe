//! The system calls and the raw memory: the only place of this crate with `unsafe`. What it offers is safe to call.
//!
//! Everything in shared memory is reached through atomics, or copied in and out by whoever owns it at that moment; who owns what is
//! the business of the modules above.
#![expect(unsafe_code, reason = "this module exists to keep the raw parts in one place")]

pub(crate) mod atomic;
pub(crate) mod clock;
mod copy;
pub(crate) mod descriptors;
pub(crate) mod detached;
pub(crate) mod fork;
pub(crate) mod futex;
pub(crate) mod layout;
pub(crate) mod libraries;
pub(crate) mod life_line;
pub(crate) mod memory;
pub(crate) mod mutex;
pub(crate) mod pages;
pub(crate) mod pidfd;
pub(crate) mod sibling;
pub(crate) mod thread;
pub(crate) mod window;
