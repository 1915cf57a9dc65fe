//! What this machine allows, found by trying, and told in a sentence.

use std::fs;

use forkyard_wire::run::OnCore;
use nix::errno::Errno;
use nix::sched::sched_getcpu;

use crate::perf::Event;

const PARANOID: &str = "/proc/sys/kernel/perf_event_paranoid";
/// The highest value at which an ordinary user may watch its own processes.
const PARANOID_LIMIT: i32 = 2;

/// The best that can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// How time on cores is measured here.
    pub mode: OnCore,
    /// Why it is not exact, and what would change that. `None` when it is exact.
    pub reason: Option<String>,
}

/// Tries what can be had.
pub fn probe() -> Probe {
    let core = sched_getcpu().unwrap_or(0) as u32;
    let refusal = match Event::open(0, core) {
        Ok(_) => return Probe { mode: OnCore::Exact, reason: None },
        Err(errno) => errno,
    };
    let paranoid = fs::read_to_string(PARANOID).ok().and_then(|text| text.trim().parse().ok());
    let why = sentence(refusal, paranoid);
    if fs::read_to_string("/proc/self/schedstat").is_ok_and(|text| !text.trim().is_empty()) {
        Probe { mode: OnCore::Sampled, reason: Some(why) }
    } else {
        Probe { mode: OnCore::Off, reason: Some(format!("{why}; nor does it keep an account of each thread (schedstat)")) }
    }
}

fn sentence(refusal: Errno, paranoid: Option<i32>) -> String {
    match (refusal, paranoid) {
        (Errno::EACCES | Errno::EPERM, Some(level)) if level > PARANOID_LIMIT => {
            format!(
                "the kernel lets only root watch switches (kernel.perf_event_paranoid is {level}); \
                 `sysctl kernel.perf_event_paranoid={PARANOID_LIMIT}` allows it"
            )
        }
        (Errno::EACCES | Errno::EPERM, _) => {
            "something forbids perf_event_open here, a container as a rule: its seccomp profile has to allow it".to_owned()
        }
        (Errno::ENOSYS | Errno::ENOENT | Errno::EOPNOTSUPP, _) => "this kernel was built without perf events".to_owned(),
        (Errno::EMFILE | Errno::ENFILE, _) => "no file descriptor is left for perf events".to_owned(),
        (other, _) => format!("the kernel refuses perf events: {}", other.desc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_would_help() {
        assert!(sentence(Errno::EACCES, Some(4)).contains("sysctl kernel.perf_event_paranoid=2"));
        assert!(sentence(Errno::EPERM, Some(2)).contains("container"));
        assert!(sentence(Errno::ENOSYS, None).contains("without perf"));
    }

    #[test]
    fn this_machine_gives_an_answer_and_a_reason_if_it_is_not_the_best() {
        let probe = probe();
        assert_eq!(probe.mode == OnCore::Exact, probe.reason.is_none());
    }
}
