//! How much memory a run holds: the control group's figure, or a sum over its processes.

use std::collections::HashMap;
use std::fs;

use forkyard_sandbox::cgroup::Cgroup;

/// What was seen of a run's memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// The last look at each process, in bytes.
    processes: HashMap<u32, u64>,
    peak: u64,
}

impl Memory {
    /// Looks at the processes. Gives what all hold together, in bytes.
    pub(crate) fn look(&mut self, living: impl Iterator<Item = u32>, cgroup: Option<&Cgroup>) -> u64 {
        let mut sum = 0;
        for pid in living {
            // A process that is just ending has no memory any more: what it had is kept for the sentence about it.
            if let Some(bytes) = if cgroup.is_some() { resident(pid) } else { proportional(pid).or_else(|| resident(pid)) } {
                sum += bytes;
                let last = self.processes.entry(pid).or_default();
                *last = bytes.max(*last);
            }
        }
        let now = cgroup.and_then(Cgroup::memory_bytes).unwrap_or(sum);
        self.peak = self.peak.max(now);
        now
    }

    /// The most that a process was seen to hold.
    pub(crate) fn of(&self, pid: u32) -> u64 {
        self.processes.get(&pid).copied().unwrap_or(0)
    }

    /// The process that was seen to hold the most.
    pub(crate) fn biggest(&self) -> Option<u32> {
        self.processes.iter().max_by_key(|(_, bytes)| **bytes).map(|(pid, _)| *pid)
    }

    /// The most that all held at once, in bytes.
    pub(crate) fn peak(&self, cgroup: Option<&Cgroup>) -> u64 {
        cgroup.and_then(Cgroup::memory_peak_bytes).unwrap_or(0).max(self.peak)
    }
}

/// Its share: what it has in common with others is divided among them.
fn proportional(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

/// What it has in memory, shared or not.
fn resident(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_holds_something_and_the_peak_never_falls() {
        let mut memory = Memory::default();
        let now = memory.look([std::process::id()].into_iter(), None);
        assert!(now > 0);
        assert_eq!(memory.biggest(), Some(std::process::id()));
        memory.look([].into_iter(), None);
        assert!(memory.peak(None) >= now);
    }
}
