//! Who sends long messages and is far ahead lets those who take catch up.
//!
//! Memory that was just given back is at hand, often in the nearest cache; memory that nobody has touched costs the kernel 1 to 3 us a page,
//! some 50 us for a message of 64 KiB that is copied in 3. So a short wait for a taker is time gained, and what is shared stays small. It is no
//! bound: where nobody takes there is no wait, and none is longer than making the pages would take.

use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::time::Duration;

use super::chain::Chain;
use crate::limits::{AHEAD_BYTES, PACED_MESSAGE, SPIN};
use crate::sync::Interrupted;
use crate::sync::wait::{Goal, spin_for};
use crate::sys::memory::PAGE;

impl Chain {
    /// Whether it makes sense to let others catch up before a message of `len` bytes.
    #[inline]
    pub(super) fn is_far_ahead(self, len: usize) -> bool {
        len >= PACED_MESSAGE
            && self.bytes() >= AHEAD_BYTES
            && self.state.received.load(Acquire) != self.state.left_behind.load(Relaxed)
    }

    /// Spins until less is waiting. In vain: not again before somebody has taken something.
    pub(super) fn let_catch_up(self, len: usize) {
        if !self.is_far_ahead(len) {
            return;
        }
        let time = SPIN.max(Duration::from_micros(len as u64 / PAGE));
        if !matches!(spin_for(time, &self.state.space.luck, &mut CaughtUp(self)), Ok(Some(()))) {
            self.state.left_behind.store(self.state.received.load(Acquire), Relaxed);
        }
    }
}

/// Somebody who waits until less is waiting.
struct CaughtUp(Chain);

impl Goal for CaughtUp {
    type Prize = ();
    type Failure = Interrupted;
    // Who takes writes to that line all the time.
    const PAUSES: u32 = 32;

    fn ready(&mut self) -> bool {
        self.0.bytes() < AHEAD_BYTES
    }

    fn attempt(&mut self) -> Result<Option<()>, Interrupted> {
        Ok(self.ready().then_some(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Queue;
    use crate::sync::Wait;

    #[test]
    fn who_is_far_ahead_of_nobody_goes_on_and_who_was_let_down_waits_no_more_before_the_next_take() {
        let queue = Queue::new(Default::default()).unwrap();
        let (chain, message) = (queue.chain(), vec![7; 64 << 10]);
        while chain.bytes() < 2 * AHEAD_BYTES {
            assert!(!chain.is_far_ahead(message.len()), "nobody has taken anything yet");
            queue.put(&message, Wait::Forever).unwrap();
        }
        queue.get(Wait::Never).unwrap();
        assert!(chain.is_far_ahead(message.len()) && !chain.is_far_ahead(PACED_MESSAGE - 1));
        queue.put(&message, Wait::Forever).unwrap();
        assert!(!chain.is_far_ahead(message.len()), "it was waited for in vain that more is taken");
        while chain.bytes() >= AHEAD_BYTES {
            queue.get(Wait::Never).unwrap();
        }
        assert!(!chain.is_far_ahead(message.len()), "those who take have caught up");
    }
}
