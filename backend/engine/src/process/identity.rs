//! Who the calling process is, cached, and whether another process lives.

use std::os::fd::AsFd;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::shm::ledger::epoch;
use crate::sys::pidfd;

/// A process, told apart from an earlier one with the same number: pid in the upper half, the low bits of its start time (clock ticks
/// since boot) in the lower, 0 when that is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity(pub(crate) u64);

impl Identity {
    /// The calling process's.
    #[inline]
    pub(crate) fn own() -> Self {
        static OWN: AtomicU64 = AtomicU64::new(0);
        static OF_EPOCH: AtomicU64 = AtomicU64::new(u64::MAX);
        // SYNC: own identity
        if OF_EPOCH.load(Acquire) == epoch() {
            return Self(OWN.load(Relaxed));
        }
        let pid = std::process::id();
        let identity = u64::from(pid) << 32 | u64::from(start_of(pid).unwrap_or(0));
        OWN.store(identity, Relaxed);
        OF_EPOCH.store(epoch(), Release); // SYNC: own identity
        Self(identity)
    }

    /// The process id.
    pub(crate) fn pid(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Whether this process has ended, even if nobody reaped it yet. When it cannot be found out, it lives.
    pub(crate) fn is_dead(self) -> bool {
        let start = self.0 as u32;
        is_dead(self.pid()) || (start != 0 && start_of(self.pid()).is_some_and(|now| now != start))
    }
}

/// Whether the process that has this number has ended, or nobody has it.
pub(crate) fn is_dead(pid: u32) -> bool {
    let pidfd = match pidfd::open(pid) {
        Ok(pidfd) => pidfd,
        Err(error) => return error == Errno::ESRCH,
    };
    let mut fds = [PollFd::new(pidfd.as_fd(), PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
}

/// The 22nd field of `/proc/PID/stat`; the second one, in parentheses, may itself contain anything.
fn start_of(pid: u32) -> Option<u32> {
    let text = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let after_name = text.iter().rposition(|&byte| byte == b')')? + 2;
    let field = text.get(after_name..)?.split(|&byte| byte == b' ').nth(19)?;
    std::str::from_utf8(field).ok()?.parse::<u64>().ok().map(|ticks| ticks as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_an_impossible_one_does_not() {
        assert!(!Identity::own().is_dead());
        assert!(Identity(u64::from(std::process::id()) << 32 | 1).is_dead(), "same number, other start");
        assert!(Identity(u64::from(i32::MAX as u32) << 32).is_dead());
    }
}
