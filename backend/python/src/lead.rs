//! Who hands out a pool's results: one thread of the process at a time, the leader.
//!
//! Whoever waits for a result leads if nobody does; the pool's background thread leads when it is wanted. Locked without the
//! interpreter's lock, but only for moments.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The right to hand out results.
#[derive(Default)]
pub(crate) struct Lead {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Somebody leads.
    taken: bool,
    /// The background thread is to lead, as soon as nobody else does.
    wanted: bool,
    /// Nobody leads any more.
    over: bool,
}

impl Lead {
    /// Leads from now on, if nobody does.
    pub(crate) fn take(&self) -> bool {
        let mut state = self.state();
        let free = !state.taken && !state.over;
        state.taken |= free;
        free
    }

    /// Waits until the background thread is wanted, and leads then; `false` when it is over.
    pub(crate) fn take_when_wanted(&self) -> bool {
        let mut state = self.state();
        loop {
            if state.over {
                return false;
            }
            if state.wanted && !state.taken {
                (state.wanted, state.taken) = (false, true);
                return true;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Leads no more; `wanted`: the background thread is to go on.
    pub(crate) fn leave(&self, wanted: bool) {
        let mut state = self.state();
        state.taken = false;
        state.wanted |= wanted;
        if state.wanted {
            self.changed.notify_all();
        }
    }

    /// The background thread is to lead, as soon as nobody else does.
    pub(crate) fn want(&self) {
        let mut state = self.state();
        state.wanted = true;
        if !state.taken {
            self.changed.notify_all();
        }
    }

    /// Nobody leads any more.
    pub(crate) fn end(&self) {
        self.state().over = true;
        self.changed.notify_all();
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.state().over
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
