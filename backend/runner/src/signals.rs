//! Whether a signal may end a wait: a process that has a handler for an alarm, a timer, a child's end or a signal of the user's own may be
//! waiting for just that.
//!
//! Handlers of signals that ask a process to end, or that tell of its own faults, count for nothing: many programs have them, and
//! whoever has to be asked to end is stuck.

use std::fs;

use nix::libc;

/// Signals whose handlers tell nothing of waits. Python always has one for the first.
const TELLING_NOTHING: [i32; 13] = [
    libc::SIGINT,
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGQUIT,
    libc::SIGPIPE,
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGABRT,
    libc::SIGTRAP,
    // The C library's own.
    32,
    33,
];

/// Whether a process has a handler that may end a wait of it.
pub(crate) fn may_interrupt(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|status| has_telling(&status))
}

fn has_telling(status: &str) -> bool {
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let nothing = TELLING_NOTHING.iter().fold(0, |mask, signal| mask | 1 << (signal - 1));
    caught & !nothing != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catching(signals: &[i32]) -> String {
        let mask = signals.iter().fold(0_u64, |mask, signal| mask | 1 << (signal - 1));
        format!("Name:\tpython\nSigIgn:\tffffffffffffffff\nSigCgt:\t{mask:016x}\n")
    }

    #[test]
    fn alarms_and_signals_of_ones_own_may_end_a_wait() {
        for signal in [libc::SIGALRM, libc::SIGUSR1, libc::SIGCHLD, libc::SIGIO, 40] {
            assert!(has_telling(&catching(&[libc::SIGINT, signal])), "{signal}");
        }
    }

    #[test]
    fn what_asks_a_process_to_end_or_tells_of_a_fault_does_not() {
        assert!(!has_telling(&catching(&TELLING_NOTHING)));
        assert!(!has_telling("Name:\tpython\n"));
    }
}
