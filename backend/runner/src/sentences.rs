//! What a learner is told when a run does not end by itself: which limit, how much it is, what to try.

use forkyard_wire::job::Limits;
use forkyard_wire::run::Outcome;

use nix::sys::signal::Signal;

use crate::births::End;
use crate::ending::{Verdict, Victim};

/// The sentence for a verdict; `deadlock` is what was said of one.
pub(crate) fn message(verdict: &Verdict, limits: &Limits, deadlock: Option<&str>) -> String {
    match verdict {
        Verdict::Stopped => "The run was stopped.".to_owned(),
        Verdict::TimedOut => format!(
            "The program was still running after {}, the time limit of a run, and was ended. {}",
            seconds(limits.wall_ms),
            deadlock.unwrap_or("Look for a loop that never ends, or for a process that waits for something that never comes.")
        ),
        Verdict::OutOfMemory(victim) => format!(
            "The program needed more than {}, the memory limit of a run{}. Try smaller data, or give the workers one part at a time.",
            size(limits.memory_bytes),
            victim.as_ref().map_or_else(|| ", and was ended".to_owned(), ended)
        ),
        Verdict::TooMuchOutput => format!(
            "The program printed more than {}, the output limit of a run, and was ended. What came before is shown. Print less: \
             for example every thousandth step.",
            size(limits.output_bytes)
        ),
        Verdict::TooManyProcesses => format!(
            "The program tried to have more than {} processes and threads at once, the limit of a run, and ended when the next one \
             was refused. Use a Pool with a few workers and give them many tasks.",
            limits.processes
        ),
        Verdict::Failed(why) => format!("Forkyard could not run the program: {why}."),
    }
}

/// The sentence for a program that ended by itself and yet for a limit's sake.
pub(crate) fn remark(end: End, limits: &Limits) -> Option<String> {
    (end == End::Signaled(Signal::SIGBUS as i32)).then(|| {
        format!(
            "The program was ended by SIGBUS: as a rule it wrote to shared memory for which there was no room. All files and \
             shared memory blocks of a run together may take {}.",
            size(limits.files_bytes)
        )
    })
}

/// The outcome that goes with a verdict.
pub(crate) fn outcome(verdict: &Verdict) -> Outcome {
    match verdict {
        Verdict::Stopped => Outcome::Stopped,
        Verdict::TimedOut => Outcome::TimedOut,
        Verdict::OutOfMemory(_) => Outcome::OutOfMemory,
        Verdict::TooMuchOutput => Outcome::TooMuchOutput,
        Verdict::TooManyProcesses => Outcome::TooManyProcesses,
        Verdict::Failed(_) => Outcome::InternalError,
    }
}

fn ended(victim: &Victim) -> String {
    format!("; {} held about {} and was ended, and with it the run", victim.name, size(victim.bytes))
}

fn seconds(milliseconds: u64) -> String {
    if milliseconds.is_multiple_of(1000) { format!("{} s", milliseconds / 1000) } else { format!("{milliseconds} ms") }
}

/// A size in the largest unit that keeps it exact, or nearly.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..0x10_0000 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_named_with_its_value() {
        let limits = Limits::default();
        let victim = Victim { name: "Process-2".into(), bytes: 500 << 20 };
        for (verdict, words) in [
            (Verdict::TimedOut, vec!["15 s"]),
            (Verdict::OutOfMemory(Some(victim)), vec!["512 MiB", "Process-2", "500 MiB"]),
            (Verdict::TooMuchOutput, vec!["1 MiB"]),
            (Verdict::TooManyProcesses, vec!["64 processes"]),
        ] {
            let message = message(&verdict, &limits, None);
            for word in words {
                assert!(message.contains(word), "{message}");
            }
        }
    }

    #[test]
    fn a_bus_error_is_explained_and_other_ends_are_not() {
        let limits = Limits::default();
        assert!(remark(End::Signaled(7), &limits).unwrap().contains("64 MiB"));
        assert_eq!(remark(End::Signaled(11), &limits), None);
        assert_eq!(remark(End::Exited(7), &limits), None);
    }

    #[test]
    fn sizes_and_times_are_read_by_people() {
        assert_eq!(size(512), "512 bytes");
        assert_eq!(size(64 << 10), "64 KiB");
        assert_eq!(seconds(1500), "1500 ms");
    }
}
