//! Shared memory: one nameless arena for a tree of processes, blocks in it, and handles to them.
mod arena;
mod block;
mod handle;

pub use arena::{Arena, ArenaError};
pub use block::{Block, BlockError, release_all};
pub use handle::{Handle, HandleError};
