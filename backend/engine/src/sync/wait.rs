//! How long a call may wait.
use std::time::{Duration, Instant};

/// How long a call may wait. After an interruption call again with the same value: the deadline stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    Never,
    /// Until then.
    Until(Instant),
    /// As long as it takes.
    Forever,
}

impl Wait {
    /// At most this long from now. Too long for the clock is forever.
    pub fn at_most(time: Duration) -> Self {
        match Instant::now().checked_add(time) {
            _ if time.is_zero() => Wait::Never,
            Some(then) => Wait::Until(then),
            None => Wait::Forever,
        }
    }
}

/// A signal arrived while waiting; its handler has run. Call again to go on waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted by a signal")]
pub struct Interrupted;
