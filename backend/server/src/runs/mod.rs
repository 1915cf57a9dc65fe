//! The runs of a server: who waits, who runs, what is kept afterwards.
//!
//! ```text
//! Runs::start ── owner.rs, a task for each run
//!                 ├─ queue.rs         waits for its turn, saying its place
//!                 ├─ runner           one process, ended and reaped by the owner
//!                 ├─ conversation.rs  events one way, orders the other, until it is over
//!                 ├─ stream.rs        events to the client; closing it ends the run
//!                 └─ store.rs         the timeline of the finished run, bounded
//! ```
//! [`comparison`] strings runs together, and `tally.rs` adds up what came of them.
//!
//! A run belongs to its owner task from the first byte to the last process: whoever wants something of it (input, stop) asks
//! the owner through its [`registry::Handle`].

pub(crate) mod comparison;
mod conversation;
mod owner;
pub(crate) mod queue;
pub(crate) mod registry;
mod store;
pub(crate) mod stream;
mod tally;

pub(crate) use registry::{Refusal, Runs, TraceError};
