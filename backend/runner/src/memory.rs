//! How much memory a run holds: the control group's figure, or a sum over its processes.

use std::collections::HashMap;
use std::fs;

use forkyard_sandbox::cgroup::Cgroup;

/// What is shared is divided anew when what the processes hold has grown by one part in so many.
const GROWN: u64 = 16;

/// What was seen of a run's memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// The most that each process was seen to hold, in bytes.
    processes: HashMap<u32, u64>,
    /// Without a control group: what all held when what is shared was divided among them, with it and without.
    divided: (u64, u64),
    peak: u64,
}

impl Memory {
    /// Looks at the processes. Gives what all hold together, in bytes.
    pub(crate) fn look(&mut self, living: impl Iterator<Item = u32>, cgroup: Option<&Cgroup>) -> u64 {
        // A process that is just ending has no memory any more: what it had is kept for the sentence about it.
        let held: Vec<(u32, u64)> = living.filter_map(|pid| Some((pid, resident(pid)?))).collect();
        for &(pid, bytes) in &held {
            let most = self.processes.entry(pid).or_default();
            *most = bytes.max(*most);
        }
        let now = cgroup.and_then(Cgroup::memory_bytes).unwrap_or_else(|| self.sum(&held));
        self.peak = self.peak.max(now);
        now
    }

    /// What these processes hold together. To divide what they share takes the kernel half a millisecond a process, in which that cannot
    /// map memory: so it is done when much has changed, and in between what they have grown by counts as theirs alone.
    fn sum(&mut self, held: &[(u32, u64)]) -> u64 {
        let all: u64 = held.iter().map(|(_, bytes)| bytes).sum();
        let (before, shares) = self.divided;
        if all.saturating_sub(before) > before / GROWN {
            // One that ends meanwhile holds nothing.
            let shares = held.iter().filter_map(|&(pid, _)| proportional(pid).or_else(|| resident(pid))).sum();
            self.divided = (all, shares);
            return shares;
        }
        (shares + all.saturating_sub(before)).min(all)
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
    fn what_processes_grow_by_counts_as_theirs_until_what_they_share_is_divided_anew() {
        let own = std::process::id();
        let mut memory = Memory { divided: (1600, 400), ..Memory::default() };
        assert_eq!(memory.sum(&[(own, 1000), (own, 700)]), 500);
        assert_eq!(memory.sum(&[(own, 300)]), 300, "it is never more than all of it");
        memory.sum(&[(own, 1701)]);
        assert_eq!((memory.divided.0, memory.divided.1 > 1701), (1701, true), "this process holds more than it was said to");
    }

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
