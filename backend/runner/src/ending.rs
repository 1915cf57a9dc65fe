//! How a run ends that does not end by itself, and the end of everything it has started.

use forkyard_sandbox::cgroup::Cgroup;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::births::{Births, End, Territory};

/// The last lines of standard error that are kept to see what ended the program.
const TAIL: usize = 4096;

/// How Python, the C library and the engine say that a process or thread was refused.
const REFUSED: [&str; 3] = ["Resource temporarily unavailable", "can't start new thread", "BlockingIOError"];

/// What stands in the command line of a guard of named memory.
const GUARD: &[u8] = b"from _forkyard.guard import";

/// Why a run was ended, when it did not end by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Somebody wanted it, or nobody wants the run any more.
    Stopped,
    /// The wall clock.
    TimedOut,
    /// Memory, and which process the kernel ended for it.
    OutOfMemory(Option<Victim>),
    /// More output than there is room for.
    TooMuchOutput,
    /// A process or thread was refused, and that ended the program.
    TooManyProcesses,
    /// Forkyard's own trouble.
    Failed(String),
}

/// A process that was ended for want of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Victim {
    /// Its name.
    pub(crate) name: String,
    /// What it held, in bytes.
    pub(crate) bytes: u64,
}

/// The end of standard error.
#[derive(Debug, Default)]
pub(crate) struct Tail(String);

impl Tail {
    /// Takes note of what was written.
    pub(crate) fn push(&mut self, text: &str) {
        self.0.push_str(text);
        if self.0.len() > 2 * TAIL {
            let from = (self.0.len() - TAIL..).find(|at| self.0.is_char_boundary(*at)).unwrap_or(0);
            self.0.drain(..from);
        }
    }

    /// Whether the program ended because a process or thread was refused: it failed, it says so, and where there is a control
    /// group it knows of a refusal.
    pub(crate) fn tells_of_refusal(&self, end: End, cgroup: Option<&Cgroup>) -> bool {
        end != End::Exited(0)
            && cgroup.is_none_or(|cgroup| cgroup.refused_forks() > 0)
            && REFUSED.iter().any(|words| self.0.contains(words))
    }

    /// Whether the program ended for want of memory: where there is no control group, the limit shows as Python's own error.
    pub(crate) fn tells_of_memory(&self, end: End, cgroup: Option<&Cgroup>) -> bool {
        end != End::Exited(0) && cgroup.is_none() && self.0.contains("MemoryError")
    }
}

/// What happens to the guards of named memory, which end by themselves once they have removed what the others left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guards {
    /// They are let do so, where the memory is not the run's own and gone with it.
    Spared,
    /// They had the time for it.
    Ended,
}

/// Ends every process of a run. Those that are just being born may need a second call.
pub(crate) fn kill_all(territory: Territory, births: &Births, guards: Guards) {
    match territory {
        // Everything but ourselves: we are process 1.
        Territory::Namespace => drop(kill(Pid::from_raw(-1), Signal::SIGKILL)),
        Territory::Descendants => {
            for pid in births.all().into_iter().filter(|pid| guards == Guards::Ended || !is_guard(*pid)) {
                match kill(Pid::from_raw(pid as i32), Signal::SIGKILL) {
                    Ok(()) | Err(Errno::ESRCH) => {}
                    Err(errno) => eprintln!("forkyard-runner: process {pid} cannot be ended: {errno}"),
                }
            }
        }
    }
}

/// Whether it says of itself, in its command line, that it is one.
fn is_guard(pid: u32) -> bool {
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    command.windows(GUARD.len()).any(|part| part == GUARD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_counts_when_the_program_failed_and_said_so() {
        let mut tail = Tail::default();
        assert!(!tail.tells_of_refusal(End::Exited(1), None));
        tail.push("BlockingIOError: [Errno 11] Resource temporarily unavailable\n");
        assert!(tail.tells_of_refusal(End::Exited(1), None));
        assert!(!tail.tells_of_refusal(End::Exited(0), None));
    }

    #[test]
    fn an_error_of_memory_counts_where_nobody_else_counts_memory() {
        let mut tail = Tail::default();
        tail.push("Traceback …\nMemoryError\n");
        assert!(tail.tells_of_memory(End::Exited(1), None));
        assert!(!tail.tells_of_memory(End::Exited(0), None));
    }

    #[test]
    fn the_tail_stays_short_and_whole() {
        let mut tail = Tail::default();
        for _ in 0..10_000 {
            tail.push("ü");
        }
        assert!(tail.0.len() <= 2 * TAIL);
        assert!(tail.0.chars().all(|letter| letter == 'ü'));
    }
}
