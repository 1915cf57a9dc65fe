//! The task board, and a pool of forked workers over it.

pub(crate) mod board;
mod workers;

pub use board::{Board, Task};
pub use workers::{Outcome, Pool, PoolError, TaskError, Work};
