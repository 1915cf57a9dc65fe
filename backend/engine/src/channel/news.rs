//! Who waits for a message and who is told of one: one of them looks out, the others sleep until there are more than that one takes.

use std::sync::atomic::Ordering::SeqCst;

use super::chain::Chain;
use crate::sync::wait::{Goal, Wait, sleep_for, spin};
use crate::sys::atomic::fence;

impl Chain {
    /// Tells those who wait that there is one message more, or still one.
    #[inline]
    pub(super) fn announce(self) {
        fence(SeqCst); // SYNC: sleeper, lookout
        if self.state.items.is_marked() && (self.len() > 1 || !self.state.lookout.is_kept()) {
            self.state.items.notify_fenced(1);
        }
    }

    /// Passes the news on, after a wait that has come to its end: two puts in a row wake one sleeper, and none while somebody looks out.
    pub(super) fn announce_rest(self) {
        if self.ready() {
            self.announce();
        }
    }

    /// Waits for a message, which `goal` takes; the news is then to be passed on. `None`: the time is over.
    pub(super) fn wait_to_take<G: Goal>(self, wait: Wait, goal: &mut G) -> Result<Option<G::Prize>, G::Failure> {
        if wait == Wait::Never {
            return Ok(None);
        }
        let found = self.state.lookout.keep(|| spin(&self.state.items.luck, goal));
        match found.transpose()?.flatten() {
            None => sleep_for(&self.state.items, wait, goal),
            prize => Ok(prize),
        }
    }
}
