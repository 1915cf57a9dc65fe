//! Shared memory: one nameless arena for a tree of processes, blocks in it, and handles to them.

pub(crate) mod allocator;
mod arena;
mod block;
pub mod guard;
mod handle;
mod holdings;
pub(crate) mod ledger;
pub mod named;
mod names;
pub(crate) mod shape;

pub use arena::{Arena, ArenaError};
pub use block::{Block, BlockError, release_all};
pub use handle::{Handle, HandleError};
pub use holdings::release_of_the_dead;
pub use ledger::born;
