//! How much merging a run bears while it runs: it is done on the cores that the program wants.
//!
//! What is merged is paid for from an account. Where a core would be idle, merging costs nobody anything and is not counted. Else the
//! account grows with time by a small share, and by a larger one when the picture is far behind. What is paid for is done in few long stretches
//! rather than in many short ones: two processes that answer each other fall asleep over each, and take a while to find out of that.
//!
//! Whether a core would be idle the kernel tells by the number of threads that run or could. It has to be asked before anything is done in
//! a turn: who has been pushed off a core by us soon sleeps for want of an answer, and then a core seems idle that is not.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// Of the time while every core is wanted, merging takes one part in so many.
const SHARE: u64 = 32;

/// The same in a hurry.
const HURRIED: u64 = 8;

/// So much may be saved up, and so much owed, in nanoseconds: a burst is merged at once, and a long step is paid for.
const SAVED_NS: i64 = 4_000_000;

/// See [`SAVED_NS`].
const OWED_NS: i64 = -200_000_000;

/// For less than this, in nanoseconds, nothing is begun that has to be paid for.
const WORTH_NS: i64 = 2_000_000;

/// What merging may take now.
#[derive(Debug)]
pub(crate) struct Pace {
    /// `/proc/loadavg`; without it no core counts as idle.
    load: Option<File>,
    cores: u32,
    /// Whether a core would be idle, when it was looked last.
    idle: bool,
    /// The account grows by one part in so many of the time.
    share: u64,
    credit_ns: i64,
    at_ns: u64,
}

/// Whether the picture is far behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hurry {
    /// It is not.
    None,
    /// It is.
    Some,
}

/// At whose cost merging goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Terms {
    /// Nobody's: a core would be idle.
    Free,
    /// The program's: it is taken from the account.
    Paid,
}

impl Pace {
    /// From `now_ns` on.
    pub(crate) fn new(now_ns: u64) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
        let load = File::open("/proc/loadavg").ok();
        Pace { load, cores, idle: false, share: SHARE, credit_ns: SAVED_NS, at_ns: now_ns }
    }

    /// Looks whether fewer threads want a core than there are cores, this one included.
    pub(crate) fn look(&mut self) {
        let mut text = [0; 64];
        let read = self.load.as_ref().and_then(|load| load.read_at(&mut text, 0).ok());
        self.idle = read.and_then(|read| running(&text[..read])).is_some_and(|running| running <= self.cores);
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, now_ns: u64, hurry: Hurry) {
        self.share = if hurry == Hurry::Some { HURRIED } else { SHARE };
        let passed = now_ns.saturating_sub(self.at_ns);
        self.at_ns = self.at_ns.max(now_ns);
        self.credit_ns = self.credit_ns.saturating_add((passed / self.share) as i64).min(SAVED_NS);
    }

    /// In how many nanoseconds merging may begin; `None` for at once.
    pub(crate) fn wait_ns(&self) -> Option<u64> {
        let missing = u64::try_from(WORTH_NS.saturating_sub(self.credit_ns)).unwrap_or(0);
        (!self.idle && missing > 0).then_some(missing.saturating_mul(self.share))
    }

    /// Whether merging that has begun may go on, and at whose cost.
    pub(crate) fn terms(&self) -> Option<Terms> {
        match self.idle {
            true => Some(Terms::Free),
            false => (self.credit_ns > 0).then_some(Terms::Paid),
        }
    }

    /// So long was merged, or told of it.
    pub(crate) fn spend(&mut self, terms: Terms, took_ns: u64) {
        if terms == Terms::Paid {
            self.credit_ns = self.credit_ns.saturating_sub(took_ns as i64).max(OWED_NS);
        }
    }
}

/// The number of threads that run or could: the number before the slash.
fn running(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?;
    text.split_whitespace().nth(3)?.split_once('/')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> Pace {
        Pace { load: None, cores: 2, idle: false, share: SHARE, credit_ns: 0, at_ns: 1_000 }
    }

    #[test]
    fn the_kernels_line_tells_how_many_want_a_core() {
        assert_eq!(running(b"0.20 0.18 0.12 3/80 11206\n"), Some(3));
        assert_eq!(running(b"0.20 0.18"), None);
        assert!(std::fs::read("/proc/loadavg").is_ok_and(|text| running(&text).is_some()));
    }

    #[test]
    fn what_is_spent_is_waited_for_by_the_share() {
        let mut pace = pace();
        pace.spend(Terms::Paid, 1_000_000);
        pace.pass(1_000 + SHARE * 1_000_000, Hurry::None);
        assert_eq!(pace.terms(), None);
        pace.pass(2_000 + SHARE * 1_000_000, Hurry::None);
        assert_eq!(pace.terms(), Some(Terms::Paid));
    }

    #[test]
    fn who_is_in_a_hurry_waits_less() {
        let mut pace = pace();
        pace.spend(Terms::Paid, 1_000_000);
        pace.pass(2_000 + HURRIED * 1_000_000, Hurry::Some);
        assert_eq!(pace.terms(), Some(Terms::Paid));
    }

    #[test]
    fn little_is_saved_up_before_anything_is_begun() {
        let mut pace = pace();
        assert_eq!(pace.wait_ns(), Some(WORTH_NS as u64 * SHARE));
        pace.pass(1_000 + (WORTH_NS as u64 - 1) * SHARE, Hurry::None);
        assert_eq!((pace.wait_ns(), pace.terms()), (Some(SHARE), Some(Terms::Paid)));
        pace.pass(1_000 + WORTH_NS as u64 * SHARE, Hurry::None);
        assert_eq!(pace.wait_ns(), None);
    }

    #[test]
    fn an_idle_core_is_not_waited_for() {
        let mut pace = Pace { idle: true, ..pace() };
        pace.spend(Terms::Free, 1_000_000);
        assert_eq!((pace.wait_ns(), pace.terms(), pace.credit_ns), (None, Some(Terms::Free), 0));
        pace.look();
        assert!(!pace.idle, "nobody tells of one");
    }

    #[test]
    fn a_long_rest_is_not_saved_up() {
        let mut pace = pace();
        pace.pass(u64::MAX, Hurry::None);
        pace.spend(Terms::Paid, SAVED_NS as u64);
        assert_eq!(pace.terms(), None);
    }
}
