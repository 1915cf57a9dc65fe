//! Which cores a run may use.

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// Cores, by their numbers, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cores(Vec<usize>);

impl Cores {
    /// Those that this process may use.
    pub fn of_this_process() -> Result<Self, Errno> {
        let set = sched_getaffinity(Pid::from_raw(0))?;
        Ok(Cores((0..CpuSet::count()).filter(|core| set.is_set(*core).unwrap_or(false)).collect()))
    }

    /// At most `most` of them, 0 meaning all. `seed` shifts the choice, so that runs beside each other spread over a big machine.
    pub fn pick(&self, most: u32, seed: u32) -> Self {
        let all = self.0.len();
        if most == 0 || most as usize >= all {
            return self.clone();
        }
        let first = seed as usize * most as usize % all;
        let mut chosen: Vec<usize> = (0..most as usize).map(|step| self.0[(first + step) % all]).collect();
        chosen.sort_unstable();
        Cores(chosen)
    }

    /// How many.
    pub fn count(&self) -> u32 {
        self.0.len() as u32
    }

    /// Their numbers.
    pub fn numbers(&self) -> &[usize] {
        &self.0
    }

    /// Keeps a process, and those it will start, on them.
    pub fn apply(&self, pid: Pid) -> Result<(), Errno> {
        let mut set = CpuSet::new();
        for core in &self.0 {
            set.set(*core)?;
        }
        sched_setaffinity(pid, &set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_never_bigger_than_asked_and_wraps_around() {
        let machine = Cores(vec![0, 2, 4, 6]);
        assert_eq!(machine.pick(0, 9), machine);
        assert_eq!(machine.pick(8, 1), machine);
        assert_eq!(machine.pick(2, 1), Cores(vec![4, 6]));
        assert_eq!(machine.pick(3, 1), Cores(vec![0, 2, 6]));
    }
}
