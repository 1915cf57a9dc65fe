//! Sampled: what each thread's own account says, every few milliseconds.
//!
//! `/proc/PID/task/TID/schedstat` gives the exact time a thread has had a core, `stat` the core it was on last. So a thread's
//! total is exact up to its last look, and where a stretch begins and ends is known to within the time between two looks.
//! What a thread did after the last look at it, before it ended, is not known.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use forkyard_wire::cores::{AfterCore, CoreInterval};
use forkyard_wire::run::OnCore;

use crate::{OnCpu, OnCpuError, now_ns};

const PERIOD: Duration = Duration::from_millis(4);
/// The place of the core in `stat`, counted after the thread's name: `processor` is field 39, and the state, first there, is 3.
const CORE_FIELD: usize = 39 - 3;

/// Watches by looking.
#[derive(Debug, Default)]
pub struct Sampled {
    pids: Vec<u32>,
    /// By pid and tid.
    threads: BTreeMap<(u32, u32), Thread>,
}

/// What is known of a thread.
#[derive(Debug)]
struct Thread {
    /// Time on a core at the last look.
    ran_ns: u64,
    /// Time on a core that no stretch had room for yet.
    owed_ns: u64,
    /// When it was looked at last.
    looked_ns: u64,
    /// Its last stretch, as long as the next may go on from there.
    stretch: Option<CoreInterval>,
}

/// One look at a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    core: u32,
    ran_ns: u64,
}

impl Sampled {
    /// Watches nobody yet.
    pub fn new() -> Self {
        Sampled::default()
    }

    /// Looks at every thread of a process; `false` when it is gone.
    fn look_at(&mut self, pid: u32, now_ns: u64, ended: &mut Vec<CoreInterval>) -> Option<()> {
        for entry in fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten() {
            let Some(tid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let Some(look) = look(pid, tid) else { continue };
            // A thread that is new has run since it began, which was after the last look.
            let new = Thread { ran_ns: 0, owed_ns: 0, looked_ns: now_ns.saturating_sub(look.ran_ns), stretch: None };
            let thread = self.threads.entry((pid, tid)).or_insert(new);
            ended.extend(thread.add(look, now_ns, (pid, tid)));
        }
        Some(())
    }
}

impl OnCpu for Sampled {
    fn attach(&mut self, pid: u32) -> Result<(), OnCpuError> {
        let look = look(pid, pid).ok_or(OnCpuError::NoProcess(pid))?;
        let thread = Thread { ran_ns: look.ran_ns, owed_ns: 0, looked_ns: now_ns(), stretch: None };
        self.threads.insert((pid, pid), thread);
        self.born(pid);
        Ok(())
    }

    fn born(&mut self, pid: u32) {
        if !self.pids.contains(&pid) {
            self.pids.push(pid);
        }
    }

    fn drain(&mut self) -> Vec<CoreInterval> {
        let now = now_ns();
        let mut intervals = Vec::new();
        for pid in std::mem::take(&mut self.pids) {
            if self.look_at(pid, now, &mut intervals).is_some() {
                self.pids.push(pid);
            }
        }
        self.threads.retain(|_, thread| {
            let gone = thread.looked_ns < now;
            intervals.extend(thread.stretch.take_if(|_| gone));
            !gone
        });
        let last = |thread: &Thread| thread.stretch.map(|stretch| CoreInterval { after: AfterCore::Running, ..stretch });
        intervals.extend(self.threads.values().filter_map(last));
        intervals
    }

    fn mode(&self) -> OnCore {
        OnCore::Sampled
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    fn lost(&self) -> u64 {
        0
    }
}

impl Thread {
    /// Adds a look; tells the stretch that ended by it. Time on a core is taken to be the end of the time between the looks.
    fn add(&mut self, look: Look, now_ns: u64, (pid, tid): (u32, u32)) -> Option<CoreInterval> {
        let ran = look.ran_ns.saturating_sub(self.ran_ns) + self.owed_ns;
        let room = now_ns.saturating_sub(self.looked_ns);
        let told = ran.min(room);
        (self.ran_ns, self.owed_ns, self.looked_ns) = (look.ran_ns, ran - told, now_ns);
        if told == 0 {
            return self.stretch.take();
        }
        let (start_ns, core) = (now_ns - told, look.core);
        let next = CoreInterval { core, pid, tid, start_ns, end_ns: now_ns, after: AfterCore::Unknown };
        match &mut self.stretch {
            Some(stretch) if stretch.core == core && stretch.end_ns == start_ns => {
                stretch.end_ns = now_ns;
                None
            }
            stretch => stretch.replace(next),
        }
    }
}

fn look(pid: u32, tid: u32) -> Option<Look> {
    let of = |what: &str| fs::read_to_string(format!("/proc/{pid}/task/{tid}/{what}")).ok();
    parse(&of("schedstat")?, &of("stat")?)
}

fn parse(schedstat: &str, stat: &str) -> Option<Look> {
    let ran_ns = schedstat.split_ascii_whitespace().next()?.parse().ok()?;
    // The name, in parentheses, may hold anything, parentheses and spaces as well.
    let (_, rest) = stat.rsplit_once(')')?;
    let core = rest.split_ascii_whitespace().nth(CORE_FIELD)?.parse().ok()?;
    Some(Look { core, ran_ns })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_confuse() {
        let fields: Vec<String> = (3..=52).map(|field| field.to_string()).collect();
        let stat = format!("12 (a) b (c) {}", fields.join(" "));
        assert_eq!(parse("1234 5 6\n", &stat), Some(Look { core: 39, ran_ns: 1234 }));
        assert_eq!(parse("", "12 (a"), None);
    }

    #[test]
    fn the_total_is_exact_and_nothing_overlaps() {
        let mut thread = Thread { ran_ns: 0, owed_ns: 0, looked_ns: 0, stretch: None };
        let mut rows = Vec::new();
        // The account may run ahead of the clock between two looks; it may not be told twice.
        for (core, ran_ns, now) in [(0, 10, 10), (0, 22, 20), (0, 30, 30), (1, 35, 40), (1, 35, 50)] {
            rows.extend(thread.add(Look { core, ran_ns }, now, (1, 1)));
        }
        rows.extend(thread.stretch);
        let words: Vec<_> = rows.iter().map(|row| (row.core, row.start_ns, row.end_ns)).collect();
        assert_eq!(words, [(0, 0, 30), (1, 35, 40)]);
        assert_eq!(thread.owed_ns, 0);
    }
}
