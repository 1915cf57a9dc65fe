//! What the kernel charges a process for: the sum of all its threads, those that have ended included, to the nanosecond.
//!
//! Each process has a clock that shows it and that everybody may read, until the process has been waited for: of one that has ended it
//! shows the whole of its life. What perf tells of times on cores lacks some of it (DESIGN.md, "Time on cores, and what the kernel
//! charges").

use nix::libc::clockid_t;
use nix::time::{ClockId, clock_gettime};

/// In a clock's number: it shows what the scheduler has counted. Of which process, stands above the lowest three bits, inverted.
const SCHEDULED: clockid_t = 2;

/// What a process was charged so far, in nanoseconds; `None` when there is no such process.
pub fn nanos(pid: u32) -> Option<u64> {
    let clock = ClockId::from_raw((!(pid as clockid_t)) << 3 | SCHEDULED);
    let time = clock_gettime(clock).ok()?;
    Some(time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_charged_and_nobody_for_one_that_is_not() {
        let own = || nanos(std::process::id()).expect("this process is there");
        let before = own();
        let clock = ClockId::CLOCK_THREAD_CPUTIME_ID;
        let now = || clock.now().map(std::time::Duration::from).expect("a clock");
        let began = now();
        while now() - began < std::time::Duration::from_millis(2) {}
        assert!(own() - before >= 2_000_000);
        assert_eq!(nanos(1 << 23), None, "beyond the highest number that a kernel gives");
    }

    #[test]
    fn one_that_has_ended_is_asked_until_it_has_been_waited_for() {
        use nix::sys::wait::{Id, WaitPidFlag, waitid};
        let mut child = std::process::Command::new("true").spawn().expect("it starts");
        let pid = nix::unistd::Pid::from_raw(child.id() as i32);
        waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).expect("it ends");
        assert!(nanos(child.id()).is_some_and(|charged| charged > 0));
        child.wait().expect("it has ended");
        assert_eq!(nanos(child.id()), None);
    }
}
