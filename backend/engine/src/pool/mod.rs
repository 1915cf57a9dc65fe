//! The task board, and a pool of forked workers over it.
mod board;

pub use board::{Board, Task};
