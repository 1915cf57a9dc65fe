//! The futex: sleeping on a word of shared memory.

use nix::errno::Errno;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Why a sleeper woke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Woken {
    /// Somebody woke it, or the word had changed, or for no reason: look again.
    Look,
    /// The time is over.
    TimedOut,
    /// A signal's handler ran.
    Interrupted,
}

/// Sleeps while the word is `expected`, at most `time`.
pub(crate) fn wait(word: &AtomicU32, expected: u32, time: Duration) -> Woken {
    let time = libc::timespec {
        tv_sec: libc::time_t::try_from(time.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: time.subsec_nanos() as libc::c_long,
    };
    // SAFETY: the word and the time are valid for the call; not FUTEX_PRIVATE, the word is shared between processes.
    let outcome = unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, expected, &raw const time, std::ptr::null::<u32>(), 0)
    };
    match Errno::result(outcome) {
        Err(Errno::ETIMEDOUT) => Woken::TimedOut,
        Err(Errno::EINTR) => Woken::Interrupted,
        _ => Woken::Look,
    }
}

/// Wakes up to `count` sleepers; how many there were.
pub(crate) fn wake(word: &AtomicU32, count: u32) -> u32 {
    let count = count.min(i32::MAX as u32);
    // SAFETY: the word is valid for the call. It cannot fail on a valid address.
    let woken = unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, count) };
    u32::try_from(woken).unwrap_or(0)
}
