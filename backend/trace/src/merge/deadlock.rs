//! Deadlocks, found as they close: threads whose waits cannot end, because whoever could end them waits too.
//!
//! Begins with every thread that has waited for [`LASTED_NS`] without a time-out, and takes away whose wait somebody could still end,
//! until nobody is taken away any more. Who is left is stuck. A lock can be let go by its holder, a join ended by who is
//! joined; a queue, an event or a semaphore can be served by anybody in the run, so such a wait is stuck only when everybody is.
//! What is not known counts against a deadlock: a thread without a recorded wait is at work.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use forkyard_wire::timeline::{Blocked, Deadlock, Measure, SegmentKind};

use super::Merge;
use super::wait::Wait;

/// How long nothing must have changed, in nanoseconds.
const LASTED_NS: u64 = 500_000_000;

/// Deadlocks that are told of one run.
const TOLD: usize = 16;

/// Threads that were on cores for longer than this since then, in nanoseconds, may be at work unseen.
const IDLE_NS: u64 = 50_000_000;

/// The waits that cannot end, by lane.
type Stuck = BTreeMap<u32, Wait>;

/// The deadlocks that were told, by who waits since when.
pub(crate) type Told = HashSet<Vec<(u32, u64)>>;

impl Merge {
    /// The deadlocks that have become certain by now.
    pub(super) fn closed_deadlocks(&mut self) -> Vec<Deadlock> {
        let stuck = self.stuck();
        let mut found = Vec::new();
        let circles = circles(&stuck, |lane, wait| self.waits_for(lane, wait));
        let members = if circles.is_empty() { Vec::from([self.nobody_left(&stuck)]) } else { circles };
        for lanes in members.into_iter().filter(|lanes| !lanes.is_empty()) {
            let mut key: Vec<(u32, u64)> = lanes.iter().map(|lane| (*lane, stuck[lane].start)).collect();
            key.sort_unstable();
            if self.deadlocks.len() < TOLD && self.deadlocks.insert(key) {
                found.push(self.deadlock(&lanes, &stuck));
            }
        }
        found
    }

    fn stuck(&self) -> Stuck {
        let Some(since) = self.to_ns.checked_sub(LASTED_NS) else { return Stuck::new() };
        let mut stuck: Stuck = self.waits.innermost().filter(|(_, wait)| !wait.bounded && wait.start <= since).collect();
        if stuck.is_empty() {
            return stuck;
        }
        let living = self.lanes.living();
        let idle = self.unseen == 0 && self.cores.busy_since(self.zero_ns.saturating_add(since)) < IDLE_NS;
        loop {
            let everybody = idle && living.iter().all(|lane| stuck.contains_key(lane));
            let ends: Vec<u32> = stuck
                .iter()
                .filter(|(lane, wait)| self.can_end(**lane, wait, &stuck, everybody))
                .map(|(lane, _)| *lane)
                .collect();
            if ends.is_empty() {
                return stuck;
            }
            stuck.retain(|lane, _| !ends.contains(lane));
        }
    }

    /// Whether somebody who is not stuck could end a wait.
    fn can_end(&self, lane: u32, wait: &Wait, stuck: &Stuck, everybody: bool) -> bool {
        use SegmentKind::*;
        let count = |measure| self.counts.value(wait.object, measure);
        match wait.kind {
            LockAcquire => {
                let holder = self.waits_for(lane, wait);
                // Who takes a lock twice may want another to release it: locks serve as signals.
                let by_others = holder == lane || self.objects.is_released_by_others(wait.object);
                !stuck.contains_key(&holder) || !everybody && by_others
            }
            ProcessJoin | ThreadJoin => !stuck.contains_key(&wait.target),
            // Of an executor's manager, which rests until something comes.
            AsyncResultGet if wait.line == 0 => !everybody || wait.object == 0,
            AsyncResultGet => {
                let workers = self.tasks.lanes_in(wait.object);
                let idle = stuck.values().any(|other| other.kind == QueueGet && other.object == wait.object);
                // A worker that has just been started, or is between two tasks.
                let may_come = || self.lanes.living_processes().any(|lane| !stuck.contains_key(&lane));
                wait.object == 0
                    || workers.is_empty()
                    || !workers.iter().all(|worker| stuck.contains_key(worker))
                    || count(Measure::Tasks) > 0 && (idle || may_come())
            }
            QueueGet | ConnectionRecv => !everybody || wait.object == 0 || count(Measure::Depth) > 0 || count(Measure::Tasks) > 0,
            QueuePut | ConnectionSend | EventWait | ConditionWait | BarrierWait | SemaphoreAcquire => {
                !everybody || wait.object == 0
            }
            _ => true,
        }
    }

    /// The lane that would have to act for a wait to end; 0 for nobody in particular.
    fn waits_for(&self, lane: u32, wait: &Wait) -> u32 {
        match wait.kind {
            // A plain lock is waited for even by who holds it.
            SegmentKind::LockAcquire => match self.holds.holder(wait.object, lane) {
                0 if self.holds.holder(wait.object, 0) == lane => lane,
                holder => holder,
            },
            SegmentKind::ProcessJoin | SegmentKind::ThreadJoin => wait.target,
            // The next worker after this one, so that workers that wait for one another make one circle.
            SegmentKind::AsyncResultGet => {
                let workers = self.tasks.lanes_in(wait.object);
                workers.iter().find(|&&worker| worker > lane).or(workers.first()).copied().unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// Everybody, when nobody waits in a circle; but not the workers of a pool that have nothing to do, nor who manages an executor.
    fn nobody_left(&self, stuck: &Stuck) -> Vec<u32> {
        let serves = |wait: &Wait| matches!(wait.kind, SegmentKind::QueueGet | SegmentKind::AsyncResultGet) && wait.object != 0;
        let of_the_program = stuck.iter().filter(|(_, wait)| wait.line != 0 || !serves(wait));
        of_the_program.map(|(lane, _)| *lane).collect()
    }

    fn deadlock(&self, lanes: &[u32], stuck: &Stuck) -> Deadlock {
        let waits: Vec<Blocked> = lanes
            .iter()
            .map(|&lane| {
                let Wait { kind, object, line, start, .. } = stuck[&lane];
                Blocked { lane, kind, object, line, since_ns: start, waits_for: self.waits_for(lane, &stuck[&lane]) }
            })
            .collect();
        let told: Vec<String> = waits.iter().map(|wait| self.told(wait)).collect();
        let at_ns = waits.iter().map(|wait| wait.since_ns).max().unwrap_or(0);
        Deadlock { at_ns, text: format!("Deadlock: {}.", told.join("; ")), waits }
    }

    fn told(&self, wait: &Blocked) -> String {
        use SegmentKind::*;
        let who = self.lanes.full_name_of(wait.lane);
        let place = if wait.line == 0 { String::new() } else { format!(" in line {}", wait.line) };
        let object = format!("`{}`", self.objects.name_of(wait.object));
        let other = self.lanes.full_name_of(wait.waits_for);
        let what = match wait.kind {
            LockAcquire if wait.waits_for == wait.lane => format!("for {object}, which it holds itself"),
            LockAcquire => format!("for {object}, held by {other}"),
            ProcessJoin | ThreadJoin => format!("for {other} to end"),
            AsyncResultGet if wait.waits_for == wait.lane => format!("for a result from {object}, where it is itself at a task"),
            AsyncResultGet => format!("for a result from {object}, where {other} is at a task"),
            QueueGet => format!("for a message from {object}, and nobody is left to put one"),
            ConnectionRecv => format!("for a message on {object}, and nobody is left to send one"),
            QueuePut => format!("for room in {object}, and nobody is left to get anything"),
            ConnectionSend => format!("for room in {object}, and nobody is left to receive anything"),
            EventWait => format!("for {object} to be set, and nobody is left to set it"),
            ConditionWait if self.objects.type_of(wait.object).ends_with("Queue") => {
                format!("for all tasks of {object} to be done, and nobody is left to call task_done")
            }
            ConditionWait => format!("to be notified through {object}, and nobody is left to do it"),
            BarrierWait => format!("at {object}, and nobody is left to come"),
            SemaphoreAcquire => format!("for {object}, and nobody is left to release it"),
            _ => format!("for {object}"),
        };
        format!("{who} waits{place} {what}")
    }
}

/// The circles among those who are stuck, each once, from its lowest lane on.
fn circles(stuck: &Stuck, next: impl Fn(u32, &Wait) -> u32) -> Vec<Vec<u32>> {
    let mut circles: BTreeSet<Vec<u32>> = BTreeSet::new();
    for &start in stuck.keys() {
        let mut path = vec![start];
        while let Some(wait) = path.last().and_then(|lane| stuck.get(lane)) {
            let to = next(path[path.len() - 1], wait);
            if let Some(place) = path.iter().position(|&lane| lane == to) {
                let mut circle = path.split_off(place);
                let lowest = (0..circle.len()).min_by_key(|&place| circle[place]).unwrap_or(0);
                circle.rotate_left(lowest);
                circles.insert(circle);
                break;
            }
            path.push(to);
        }
    }
    circles.into_iter().collect()
}
