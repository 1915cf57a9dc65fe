//! The engine's limits, but nobody spins for longer than one look: each look is one more order to try.

use std::time::Duration;

#[path = "../../../backend/engine/src/limits.rs"]
mod of_the_engine;

pub(crate) use of_the_engine::*;

/// One look.
pub(crate) const SPIN: Duration = Duration::ZERO;
/// Likewise.
pub(crate) const SPIN_AGAIN: Duration = Duration::ZERO;
