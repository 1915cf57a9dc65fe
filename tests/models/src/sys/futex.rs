//! The kernel's futex. No time ever passes: a sleeper that nobody wakes sleeps for ever, and loom calls that a deadlock.

use std::time::Duration;

use loom::sync::{Condvar, Mutex};

use crate::atomic::Ordering::SeqCst;
use crate::atomic::sequential::AtomicU32;

/// Why a sleeper woke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(dead_code, reason = "in a model no time passes and no signal comes")]
pub(crate) enum Woken {
    Look,
    TimedOut,
    Interrupted,
}

/// Who sleeps.
#[derive(Default)]
struct Sleepers {
    /// Tickets given out.
    tickets: u32,
    /// Ticket and word of those who sleep, in the order in which they went to sleep.
    asleep: Vec<(u32, usize)>,
}

loom::lazy_static! {
    static ref SLEEPERS: Mutex<Sleepers> = Mutex::new(Sleepers::default());
    static ref WOKEN: Condvar = Condvar::new();
}

/// Sleeps while the word is `expected`.
pub(crate) fn wait(word: &AtomicU32, expected: u32, _time: Duration) -> Woken {
    let mut sleepers = SLEEPERS.lock().expect("no thread panicked");
    if word.load(SeqCst) != expected {
        return Woken::Look;
    }
    let ticket = sleepers.tickets;
    sleepers.tickets += 1;
    sleepers.asleep.push((ticket, address(word)));
    while sleepers.asleep.iter().any(|(each, _)| *each == ticket) {
        sleepers = WOKEN.wait(sleepers).expect("no thread panicked");
    }
    Woken::Look
}

/// Wakes up to `count` sleepers; how many there were.
pub(crate) fn wake(word: &AtomicU32, count: u32) -> u32 {
    let mut sleepers = SLEEPERS.lock().expect("no thread panicked");
    let mut woken = 0;
    sleepers.asleep.retain(|(_, sleeps_on)| {
        let wakes = *sleeps_on == address(word) && woken < count;
        woken += u32::from(wakes);
        !wakes
    });
    WOKEN.notify_all();
    woken
}

fn address(word: &AtomicU32) -> usize {
    std::ptr::from_ref(word).addr()
}
