//! Exact: the kernel tells every switch of every thread that is watched.
//!
//! There is one event and one ring for each core, because an event that is inherited by children and follows them over all
//! cores cannot be mapped. A thread's last stretch ends with its exit, for which there is no switch. A lost record leaves a
//! stretch without an end: it is dropped when another thread comes onto the core, rather than guessed.

use std::collections::BTreeMap;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use forkyard_wire::cores::{AfterCore, CoreInterval};
use forkyard_wire::run::OnCore;
use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

use crate::perf::Event;
use crate::record::{Record, What};
use crate::{OnCpu, OnCpuError, now_ns};

/// How long after its time a record may still be missing from its ring, in nanoseconds. Rings are read one after the other, so
/// what is newer than the first look waits for the next.
const SETTLED_NS: u64 = 1_000_000;
const PERIOD: Duration = Duration::from_millis(40);

/// Watches by perf.
#[derive(Debug, Default)]
pub struct Exact {
    events: Vec<Event>,
    switches: Switches,
}

impl Exact {
    /// Watches nobody yet.
    pub fn new() -> Self {
        Exact::default()
    }
}

impl OnCpu for Exact {
    fn attach(&mut self, pid: u32) -> Result<(), OnCpuError> {
        let cores = sched_getaffinity(Pid::from_raw(pid as i32)).map_err(|_| OnCpuError::NoProcess(pid))?;
        let mut events = Vec::new();
        for core in (0..CpuSet::count()).filter(|&core| cores.is_set(core).unwrap_or(false)) {
            let core = core as u32;
            match Event::open(pid, core) {
                Ok(event) => events.push(event),
                Err(Errno::ENODEV) => {} // The core is off.
                Err(Errno::ESRCH) => return Err(OnCpuError::NoProcess(pid)),
                Err(source) => return Err(OnCpuError::Refused { pid, core, source }),
            }
        }
        self.events.append(&mut events);
        Ok(())
    }

    fn drain(&mut self) -> Vec<CoreInterval> {
        let now = now_ns();
        let mut bytes = Vec::new();
        for event in &mut self.events {
            event.read(&mut bytes);
        }
        self.switches.add(Record::parse_all(&bytes));
        self.switches.take_until(now.saturating_sub(SETTLED_NS))
    }

    fn mode(&self) -> OnCore {
        OnCore::Exact
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    fn lost(&self) -> u64 {
        self.switches.lost
    }

    fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        self.events.iter().map(Event::fd).collect()
    }
}

/// From switches to stretches. Pure.
#[derive(Debug, Default)]
struct Switches {
    waiting: Vec<Record>,
    /// Who is on each core, and since when.
    on: BTreeMap<u32, Record>,
    lost: u64,
}

impl Switches {
    fn add(&mut self, records: Vec<Record>) {
        self.waiting.extend(records);
    }

    /// The stretches that the records up to `t_ns` make, in the order of their ends, and those that last then.
    fn take_until(&mut self, t_ns: u64) -> Vec<CoreInterval> {
        let (mut ready, later): (Vec<_>, Vec<_>) = self.waiting.drain(..).partition(|record| record.t_ns <= t_ns);
        self.waiting = later;
        ready.sort_by_key(|record| record.t_ns);
        let mut intervals: Vec<CoreInterval> = ready.into_iter().filter_map(|record| self.handle(record)).collect();
        intervals.extend(self.on.values().map(|start| interval(start, t_ns, AfterCore::Running)));
        intervals
    }

    fn handle(&mut self, record: Record) -> Option<CoreInterval> {
        let after = match record.what {
            What::In => {
                self.on.insert(record.core, record);
                return None;
            }
            What::Lost(count) => {
                self.lost += count;
                return None;
            }
            What::Blocked | What::Exit => AfterCore::Blocked,
            What::Preempted => AfterCore::Runnable,
        };
        let start = self.on.get(&record.core).filter(|start| start.tid == record.tid).copied()?;
        self.on.remove(&record.core);
        Some(interval(&start, record.t_ns, after))
    }
}

fn interval(start: &Record, end_ns: u64, after: AfterCore) -> CoreInterval {
    let Record { core, pid, tid, t_ns, .. } = *start;
    CoreInterval { core, pid, tid, start_ns: t_ns, end_ns: end_ns.max(t_ns), after }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(t_ns: u64, core: u32, tid: u32, what: What) -> Record {
        Record { what, t_ns, core, pid: 1, tid }
    }

    /// `core tid start-end after` for each stretch.
    fn words(intervals: Vec<CoreInterval>) -> Vec<String> {
        let word = |row: CoreInterval| format!("{} {} {}-{} {:?}", row.core, row.tid, row.start_ns, row.end_ns, row.after);
        intervals.into_iter().map(word).collect()
    }

    #[test]
    fn switches_make_stretches() {
        let mut switches = Switches::default();
        // Ring by ring, as they are read: the second core's are earlier.
        switches.add(vec![record(30, 0, 7, What::In), record(50, 0, 7, What::Exit)]);
        switches.add(vec![record(10, 1, 7, What::In), record(20, 1, 7, What::Preempted), record(40, 1, 8, What::In)]);
        assert_eq!(words(switches.take_until(60)), ["1 7 10-20 Runnable", "0 7 30-50 Blocked", "1 8 40-60 Running"]);
        switches.add(vec![record(70, 1, 8, What::Blocked)]);
        assert_eq!(words(switches.take_until(65)), ["1 8 40-65 Running"]);
        assert_eq!(words(switches.take_until(80)), ["1 8 40-70 Blocked"]);
    }

    #[test]
    fn a_stretch_whose_end_was_lost_is_dropped() {
        let mut switches = Switches::default();
        switches.add(vec![record(10, 0, 7, What::In), record(20, 0, 0, What::Lost(5)), record(30, 0, 8, What::In)]);
        switches.add(vec![record(40, 0, 8, What::Blocked), record(50, 0, 7, What::Blocked)]);
        assert_eq!(words(switches.take_until(60)), ["0 8 30-40 Blocked"]);
        assert_eq!(switches.lost, 5);
    }
}
