//! The figures of a finished run.

use forkyard_sandbox::cgroup::Cgroup;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// How long, how much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Figures {
    /// From the start of the interpreter to the end of the last process, in nanoseconds.
    pub(crate) wall_ns: u64,
    /// User and system time of all processes, in nanoseconds.
    pub(crate) cpu_ns: u64,
}

impl Figures {
    /// Between the two points in time, of processes that have all been waited for.
    pub(crate) fn between(start_ns: u64, end_ns: u64, cgroup: Option<&Cgroup>) -> Self {
        let cpu_ns = cgroup.and_then(Cgroup::cpu_ns).or_else(children).unwrap_or(0);
        Figures { wall_ns: end_ns.saturating_sub(start_ns), cpu_ns }
    }

    /// Mean number of cores busy.
    pub(crate) fn cores_used(&self) -> f64 {
        if self.wall_ns == 0 { 0.0 } else { self.cpu_ns as f64 / self.wall_ns as f64 }
    }
}

/// Of all descendants that somebody waited for.
fn children() -> Option<u64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    Some((usage.user_time() + usage.system_time()).num_nanoseconds() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_are_time_on_cores_by_time() {
        assert_eq!(Figures { wall_ns: 2_000, cpu_ns: 3_000 }.cores_used(), 1.5);
        assert_eq!(Figures { wall_ns: 0, cpu_ns: 0 }.cores_used(), 0.0);
    }
}
