//! The processes of a run: which there are, how many there were, when and how each ended.
//!
//! Births are told by the program itself where it is recorded, and found by looking where it is not; deaths by a descriptor for
//! each process, which also tells of those that are not our children.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use forkyard_sandbox::sys;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

/// Where a run's processes are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Territory {
    /// Every process that is seen but ourselves: we are process 1.
    Namespace,
    /// Our children, theirs, and so on.
    Descendants,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// By itself, with this code.
    Exited(i32),
    /// By a signal.
    Signaled(i32),
    /// Somebody else was told.
    Unknown,
}

impl End {
    /// From the number that the kernel keeps, as `wait` gives it.
    pub(crate) fn from_status(status: i32) -> Self {
        match status & 0x7f {
            0 => End::Exited(status >> 8 & 0xff),
            signal => End::Signaled(signal),
        }
    }

    /// The signal's name.
    pub(crate) fn signal(self) -> Option<String> {
        match self {
            End::Signaled(number) => {
                Some(Signal::try_from(number).map_or_else(|_| format!("signal {number}"), |signal| signal.as_str().to_owned()))
            }
            End::Exited(_) | End::Unknown => None,
        }
    }

    /// The exit code.
    pub(crate) fn code(self) -> Option<i32> {
        match self {
            End::Exited(code) => Some(code),
            End::Signaled(_) | End::Unknown => None,
        }
    }
}

/// A run's processes.
#[derive(Debug)]
pub(crate) struct Births {
    territory: Territory,
    living: BTreeMap<u32, Option<OwnedFd>>,
    ever: HashSet<u32>,
}

impl Births {
    /// None yet.
    pub(crate) fn new(territory: Territory) -> Self {
        Births { territory, living: BTreeMap::new(), ever: HashSet::new() }
    }

    /// Takes note of a process that told of its birth, or was made by us.
    pub(crate) fn born(&mut self, pid: u32) {
        self.ever.insert(pid);
        // Without a descriptor its end is seen when it is no longer found.
        self.living.entry(pid).or_insert_with(|| sys::pidfd(Pid::from_raw(pid as i32)).ok());
    }

    /// Takes note of a process that was found. One that is known to have died may still be found until its parent asks for it.
    pub(crate) fn found(&mut self, pid: u32) {
        if !self.ever.contains(&pid) {
            self.born(pid);
        }
    }

    /// Looks for processes that nobody told of, and gives those that are no longer found.
    pub(crate) fn look(&mut self) -> Vec<u32> {
        let all = self.all();
        all.iter().for_each(|pid| self.found(*pid));
        let gone = |(pid, pidfd): (&u32, &Option<OwnedFd>)| (pidfd.is_none() && !all.contains(pid)).then_some(*pid);
        self.living.iter().filter_map(gone).collect()
    }

    /// How many there were so far.
    pub(crate) fn count(&self) -> u32 {
        self.ever.len() as u32
    }

    /// Those that live.
    pub(crate) fn living(&self) -> impl Iterator<Item = u32> + '_ {
        self.living.keys().copied()
    }

    /// Descriptors that become readable when their process ends.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = (u32, BorrowedFd<'_>)> + '_ {
        self.living.iter().filter_map(|(pid, pidfd)| Some((*pid, pidfd.as_ref()?.as_fd())))
    }

    /// Takes note of an end; whether it is news.
    pub(crate) fn died(&mut self, pid: u32) -> bool {
        self.living.remove(&pid).is_some() | self.ever.insert(pid)
    }

    /// How a dead process ended that its parent has not yet asked about.
    pub(crate) fn end_of(pid: u32) -> End {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name in parentheses may hold anything; the fields after it are numbers, the state first.
        let mut fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
        match (fields.next(), fields.last().and_then(|status| status.parse().ok())) {
            (Some("Z" | "X"), Some(status)) => End::from_status(status),
            _ => End::Unknown,
        }
    }

    /// Everything in the territory now.
    pub(crate) fn all(&self) -> HashSet<u32> {
        match self.territory {
            Territory::Namespace => numbers("/proc").into_iter().filter(|pid| *pid != 1).collect(),
            Territory::Descendants => descendants(),
        }
    }
}

fn descendants() -> HashSet<u32> {
    let mut found = HashSet::new();
    let mut waiting = vec![std::process::id()];
    while let Some(pid) = waiting.pop() {
        for thread in numbers(&format!("/proc/{pid}/task")) {
            let children = fs::read_to_string(format!("/proc/{pid}/task/{thread}/children")).unwrap_or_default();
            let children = children.split_whitespace().filter_map(|child| child.parse().ok());
            waiting.extend(children.filter(|child| found.insert(*child)));
        }
    }
    found
}

/// The entries of a directory whose names are numbers.
fn numbers(directory: &str) -> Vec<u32> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn ends_are_told_as_the_kernel_keeps_them() {
        assert_eq!(End::from_status(3 << 8), End::Exited(3));
        assert_eq!(End::from_status(9), End::Signaled(9));
        assert_eq!(End::from_status(9 | 0x80).signal().as_deref(), Some("SIGKILL"));
    }

    #[test]
    fn a_child_is_found_counted_once_and_its_end_is_read() {
        let mut child = Command::new("sleep").arg("100").spawn().unwrap();
        let mut births = Births::new(Territory::Descendants);
        births.born(child.id());
        assert!(births.look().is_empty());
        assert!(births.living().any(|pid| pid == child.id()));
        let count = births.count();
        births.born(child.id());
        assert_eq!(births.count(), count);
        child.kill().unwrap();
        let pidfd = births.descriptors().find(|(pid, _)| *pid == child.id()).unwrap().1;
        nix::poll::poll(&mut [nix::poll::PollFd::new(pidfd, nix::poll::PollFlags::POLLIN)], nix::poll::PollTimeout::NONE)
            .unwrap();
        assert_eq!(Births::end_of(child.id()), End::Signaled(9));
        assert!(births.died(child.id()));
        assert!(!births.died(child.id()));
        child.wait().unwrap();
    }
}
