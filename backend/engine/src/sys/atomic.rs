//! What waiting is made of, besides the kernel. A model of it (`tests/models`) puts other atomics in place of these, whose every
//! order of reads and writes can be tried.

pub(crate) use std::sync::atomic::{AtomicU32, fence};
