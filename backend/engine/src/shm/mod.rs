//! Shared memory: one nameless arena for a tree of processes, blocks in it, and handles to them.

pub(crate) mod allocator;
mod arena;
mod block;
mod handle;
mod holdings;
pub(crate) mod ledger;
pub(crate) mod shape;

pub use arena::{Arena, ArenaError};
pub use block::{Block, BlockError, release_all};
pub use handle::{Handle, HandleError};
pub use holdings::release_of_the_dead;
pub use ledger::born;
