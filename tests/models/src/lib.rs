//! The algorithms on shared memory, tried in every order in which their steps can happen.
//!
//! A test with real threads sees the orders that the machine happens to take. Here the very files of the algorithms are compiled with
//! loom's atomics in the place of the real ones; loom then goes through all orders of steps, and all values that a read may see by
//! the memory model. What surrounds the algorithms has stand-ins: no shared memory, no processes, no kernel.
//!
//! A model keeps to few threads and few steps: the number of orders grows with the exponent of both. What lies
//! beyond, processes that are killed above all, is for the tests of `backend/trace` and `backend/engine`.
#![forbid(unsafe_code)]

mod atomic;
#[path = "../../../backend/trace/src/event.rs"]
pub mod event;
#[path = "../../../backend/trace/src/ring.rs"]
#[expect(dead_code, reason = "what is for the reader's counting is not modelled")]
mod ring;
mod ring_model;

pub use ring_model::{reader_sees_whole_events, writers_lose_nothing};
