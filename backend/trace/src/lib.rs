//! Events, the ring that survives a crash, and the merge that gives them a meaning.
//!
//! The way of an event: a primitive calls the [`recorder`] in its process; the event lies in that process's ring in the
//! shared [`memory`]; the runner's reader collects it; the merge gives it a meaning.

mod atomic;
pub mod charged;
pub mod chrome;
mod clock;

pub mod event;
pub mod memory;
pub mod merge;
pub mod names;
mod processor;
pub mod reader;
pub mod recorder;
mod ring;
pub mod watcher;
