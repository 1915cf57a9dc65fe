//! What a task board asks of its queues beyond what others do: to put without a wake-up, to wait for more than one message, and what has
//! been put and taken.

use std::sync::atomic::Ordering::{Acquire, Relaxed};

use super::Message;
use super::chain::Bound;
use super::goals::{Enough, Entering, Getting};
use super::queue::{GetError, PutError, Queue};
use crate::sync::wait::{Goal, wait_for};
use crate::sync::{Interrupted, Wait};

impl Queue {
    /// Appends a message whatever the bound, and wakes nobody: that is the caller's.
    pub(crate) fn put_quietly(&self, parts: &[&[u8]]) -> Result<u32, PutError> {
        self.let_catch_up(parts);
        match self.append_bounded(self.chain(), parts, Bound::None)? {
            Some(number) => Ok(number),
            None => Err(PutError::Full),
        }
    }

    /// Tells those who take messages that there is one more.
    pub(crate) fn announce(&self) {
        self.chain().announce();
    }

    /// Wakes one of those who wait for a message, or for several, if somebody sleeps.
    pub(crate) fn wake(&self) {
        self.chain().state.items.notify(1);
    }

    /// Waits until its bound leaves room; whether it does.
    pub(crate) fn wait_for_room(&self, wait: Wait) -> Result<bool, Interrupted> {
        let chain = self.chain();
        let mut goal = Entering(self, chain);
        Ok(goal.ready() || wait_for(&chain.state.space, wait, &mut goal)?.is_some())
    }

    /// Waits for a message within a wait that is recorded already, and takes it after `note` was called with its number.
    pub(crate) fn get_noting_within_wait(&self, wait: Wait, note: impl FnMut(u32)) -> Result<Message, GetError> {
        let chain = self.chain();
        let message = chain.wait_to_take(wait, &mut Getting { queue: self, chain, note })?.ok_or(GetError::Empty)?;
        chain.announce_rest();
        self.after_taking(&message, None);
        Ok(message)
    }

    /// Waits, as for a message, until `enough` says that enough have been put; whether it has.
    pub(crate) fn wait_for_sent(&self, wait: Wait, enough: impl Fn() -> bool) -> Result<bool, Interrupted> {
        let mut goal = Enough(enough);
        Ok(goal.ready() || wait_for(&self.chain().state.items, wait, &mut goal)?.is_some())
    }

    /// Whether the message of this number has been put.
    #[inline]
    pub(crate) fn has_sent(&self, number: u32) -> bool {
        self.chain().state.sent.load(Acquire).wrapping_sub(number) <= u32::MAX / 2
    }

    /// Number of the last message taken.
    pub(crate) fn received(&self) -> u32 {
        self.chain().state.received.load(Relaxed)
    }

    /// Whether the message with this number was taken, however its taker ended.
    pub(crate) fn was_taken(&self, number: u32) -> bool {
        self.chain().was_taken(number)
    }
}
