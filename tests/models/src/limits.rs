//! The engine's limits, but nobody spins for longer than one look, and memory is small: each step is one more order to try.

use std::time::Duration;

#[path = "../../../backend/engine/src/limits.rs"]
mod of_the_engine;

pub(crate) use of_the_engine::*;

/// One look.
pub(crate) const SPIN: Duration = Duration::ZERO;
/// Likewise.
pub(crate) const SPIN_AGAIN: Duration = Duration::ZERO;
/// Room for one message and the link to the next segment, bytes.
pub(crate) const FIRST_SEGMENT: u64 = 40;
/// Likewise.
pub(crate) const LAST_SEGMENT: u64 = FIRST_SEGMENT;
/// A message of more than one word is a large one.
pub(crate) const INLINE_MESSAGE: usize = 8;
