//! One of those who wait for something looks out for it, spinning, while the others sleep: who gives it then wakes nobody.
//!
//! To wake a second one for what the first one takes costs the giver a system call, and the second one a look for nothing, on a core that
//! somebody else wanted. Nobody is relied upon for longer than a spin takes: one that is killed, or off its core, delays what came
//! meanwhile, until the next thing comes or a sleeper looks up.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};

use crate::limits::SPIN;
use crate::sys::atomic::fence;
use crate::sys::clock;
use crate::sys::layout::Lookout;

impl Lookout {
    /// Looks out during `look`, which takes what it finds and spins for at most [`SPIN`]. `None`: somebody else does, or did until now.
    ///
    /// Whatever came of it, the caller looks once more, at what is left for others or, before it sleeps, for itself.
    pub(crate) fn keep<T>(&self, look: impl FnOnce() -> T) -> Option<T> {
        let (now, before) = (clock::now_ns(), self.until.load(Relaxed));
        if before >= now {
            return None;
        }
        let until = now + SPIN.as_nanos() as u64;
        self.until.compare_exchange(before, until, SeqCst, Relaxed).ok()?;
        let outcome = look();
        // SYNC: lookout. In vain when another one looks out since: this one was off its core for long.
        let _ = self.until.compare_exchange(until, 0, SeqCst, Relaxed);
        fence(SeqCst);
        Some(outcome)
    }

    /// Whether somebody looks out. To be asked after a fence after the giving: who looks out no more when this is asked looks once
    /// more after that.
    pub(crate) fn is_kept(&self) -> bool {
        let until = self.until.load(SeqCst); // SYNC: lookout
        until != 0 && until >= clock::now_ns()
    }
}
