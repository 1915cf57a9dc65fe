//! What the ring is made of. A model of the ring (`tests/models`) puts other atomics in place of these, whose every order of
//! reads and writes can be tried.

pub(crate) use crate::processor::fetch_to_write;
pub(crate) use std::sync::atomic::{AtomicU64, Ordering, fence};
pub(crate) use std::thread::yield_now;
