//! The algorithms on shared memory, tried in every order in which their steps can happen.
//!
//! A test with real threads sees the orders that the machine happens to take. Here the very files of the algorithms are compiled with
//! loom's atomics in place of the real ones; loom then goes through all orders of steps, and all values that a read may see by
//! the memory model. What surrounds the algorithms has stand-ins: no shared memory, no processes, no kernel (`sys`, `shm`).
//!
//! A model keeps to few threads and few steps: the number of orders grows with the exponent of both. What lies beyond, processes
//! that are killed above all, is for the tests of `backend/trace` and `backend/engine`.
#![forbid(unsafe_code)]
#![allow(dead_code, unreachable_pub, reason = "the included files offer more than a model needs, to a crate that is another")]

mod atomic;
mod channel;
mod explore;
mod limits;
mod process;
#[path = "../../../backend/trace/src/ring.rs"]
mod ring;
mod ring_model;
mod shm;
mod sync;
mod sync_model;
mod sys;
mod trace;

use forkyard_trace::event;

pub use channel::{
    a_bell_that_is_strict_tells_the_truth, a_large_message_comes_whole, consumers_share_what_there_is,
    every_message_wakes_somebody, messages_of_two_producers_come_once_and_in_order,
};
pub use ring_model::{reader_sees_whole_events, writers_lose_nothing};
pub use sync_model::{
    every_permit_wakes_somebody, every_release_of_a_lock_wakes_somebody, one_at_a_time_holds_a_lock,
    setting_an_event_ends_every_wait,
};
