//! Stories of waiting: for the interpreter's lock, a lock, a late one, the busiest worker, a slow reader; and of waiting that costs nothing.

use forkyard_wire::timeline::{LaneKind, Measure, SegmentKind};

use super::{MATTERS, Run, at_least, share};
use crate::level::Levels;
use crate::sentence::who;
use crate::state::State;
use crate::sums::Sum;
use crate::tally::Tally;
use crate::totals::{by_state, cores_used};
use crate::units::{cores, count, duration, fixed};

impl Run<'_> {
    /// Threads that take turns with the interpreter's lock. Two that compute all the time wait half of it each, so who waits a quarter
    /// competes half of the time. Time without a core says nothing of the lock.
    pub(super) fn ping_pong(&self) -> Option<String> {
        let mut waits = self.tally(&|row| (row.kind == SegmentKind::Gil).then_some(row.lane));
        let ready = self.tally(&|row| (row.kind == SegmentKind::Runnable).then_some(row.lane));
        waits.keep(&|lane, ns| ns >= self.run_of(lane).saturating_sub(ready.get(lane)) / 4);
        let home = |lane: u32| self.trace.process_of(lane).map(|process| process.id);
        let most = home(waits.most()?.0);
        waits.keep(&|lane, _| home(lane) == most);
        let (waited, ran) = (waits.sum(), self.run_of_all(&waits));
        (waits.len() >= 2 && self.matters(waited)).then(|| {
            format!(
                "{} took turns: only one thread at a time has the interpreter's lock (GIL), and {} of their time went into waiting for it.",
                self.names(&waits),
                share(waited, ran)
            )
        })
    }

    /// A lock that is hardly ever free. It must be held for half of the time from its first use to its last, and its users wait for it a
    /// fifth of theirs: below that, more of them would still get through.
    pub(super) fn convoy(&self) -> Option<String> {
        let lock = self.longest(SegmentKind::LockAcquire)?;
        let held = |row: &Sum| row.kind == SegmentKind::Hold && row.object == lock;
        let holds = self.tally(&|row| held(row).then_some(row.lane));
        let waits = self.tally(&|row| (row.kind == SegmentKind::LockAcquire && row.object == lock).then_some(row.lane));
        let sums = || self.trace.sums().filter(held);
        let from = sums().map(|sum| sum.from_ns).min()?;
        let used = sums().map(|sum| sum.to_ns).max()?.saturating_sub(from);
        let (waited, ran) = (waits.sum(), self.run_of_all(&holds));
        let crowded = waits.len() >= 2 && at_least(holds.sum(), used, 0.5) && at_least(waited, ran, MATTERS);
        (crowded && self.matters(waited)).then(|| {
            format!(
                "{} went through {} one behind the other: it was held {} of the time, and they waited {} for it, {} of theirs.",
                self.names(&holds),
                self.object(lock),
                share(holds.sum(), used),
                duration(waited),
                share(waited, ran)
            )
        })
    }

    /// One that lets the others wait at a barrier. Two thirds of their waiting must be for the same one: else they take turns at being late.
    pub(super) fn straggler(&self) -> Option<String> {
        let barrier = self.longest(SegmentKind::BarrierWait)?;
        let waited = |row: &Sum| {
            row.kind == SegmentKind::BarrierWait && row.object == barrier && row.released_by != 0 && row.released_by != row.lane
        };
        let (late, for_it) = self.tally(&|row| waited(row).then_some(row.released_by)).most()?;
        let waits = self.tally(&|row| waited(row).then_some(row.lane));
        let mut others = waits.clone();
        others.keep(&|lane, _| lane != late);
        let ran = self.run_of_all(&others);
        let told = at_least(for_it, waits.sum(), 2.0 / 3.0) && at_least(for_it, ran, MATTERS) && self.matters(for_it);
        told.then(|| {
            format!(
                "{} came last to {}, and {} waited {} for it, {} of their time.",
                who(self.trace, late),
                self.object(barrier),
                self.names(&others),
                duration(for_it),
                share(for_it, ran)
            )
        })
    }

    /// One worker of a pool that has most of the work. Until it is done the others must have been idle for a third of their time, and there
    /// must have been a task for each.
    pub(super) fn uneven(&self) -> Option<String> {
        let is_task = |row: &Sum| row.kind == SegmentKind::Task;
        let pool = self.tally(&|row| is_task(row).then_some(row.object)).most()?.0;
        let busy = self.tally(&|row| (is_task(row) && row.object == pool).then_some(row.lane));
        let workers = self.tally(&|row| {
            let member = is_task(row) || row.kind == SegmentKind::QueueGet;
            (member && row.object == pool).then_some(row.lane)
        });
        let (busiest, most) = busy.most()?;
        let (work, others) = (busy.sum(), workers.len() as u64 - 1);
        let tasks = |lane: u32| {
            let sums = self.trace.sums().filter(|sum| is_task(sum) && sum.object == pool);
            sums.filter(|sum| lane == 0 || sum.lane == lane).map(|sum| sum.rows).sum::<usize>()
        };
        let idle = (most * (others + 1)).saturating_sub(work);
        let told = others > 0 && tasks(0) > others as usize && at_least(idle, most * (others + 1), 1.0 / 3.0);
        (told && self.matters(most)).then(|| {
            format!(
                "{} did {} of the work of {} ({} in {}); {} had little to do.",
                who(self.trace, busiest),
                share(most, work),
                self.object(pool),
                count(tasks(busiest), "task", "tasks"),
                duration(most),
                count(others as usize, "other worker", "other workers")
            )
        })
    }

    /// A queue that fills up. At its fullest it holds ten messages and a quarter of all, more than a burst leaves; and who takes them out
    /// hardly waits for any.
    pub(super) fn backlog(&self) -> Option<String> {
        let depth = |object: u32| self.trace.findings().levels(object, Measure::Depth).map_or(0, Levels::most);
        let (object, fullest) =
            self.trace.objects().map(|object| (object.id, depth(object.id))).max_by_key(|(_, depth)| *depth)?;
        let arrows = || self.trace.arrows().iter().filter(|arrow| arrow.object == object);
        let (from, to) = (arrows().map(|arrow| arrow.sent).min()?, arrows().map(|arrow| arrow.received).max()?);
        let (mut senders, mut receivers, mut in_it) = (Tally::default(), Tally::default(), 0);
        for arrow in arrows() {
            senders.add(arrow.from, 1);
            receivers.add(arrow.to, 1);
            in_it += arrow.received - arrow.sent;
        }
        let messages = arrows().count();
        let gets = |row: &Sum| matches!(row.kind, SegmentKind::QueueGet | SegmentKind::ConnectionRecv);
        let waited = self.tally(&|row| (gets(row) && row.object == object).then_some(row.lane)).sum();
        let full = fullest >= 10 && fullest as usize * 4 >= messages;
        let busy = !at_least(waited, (to - from) * receivers.len() as u64, 0.5);
        (full && busy && self.matters(to - from)).then(|| {
            format!(
                "{} put messages into {} faster than {} took them out: up to {} lay in it, each for {} on average.",
                self.names(&senders),
                self.object(object),
                self.names(&receivers),
                fullest,
                duration(in_it / messages.max(1) as u64)
            )
        })
    }

    /// Threads that wait beside one another. Each waits at least half of its time, for nobody of this run, one and a half at a time, and half a
    /// core lies idle at least. A thread that Python gave no name is a library's own, and waits for work.
    pub(super) fn beside(&self) -> Option<String> {
        let threads = self.trace.lanes().iter().filter(|lane| lane.kind == LaneKind::Thread && !lane.name.starts_with("Thread "));
        let mut waits: Tally = self.tally(&|row| matches!(row.kind, SegmentKind::Sleep | SegmentKind::Input).then_some(row.lane));
        let (mut idle, mut range) = (Tally::default(), (u64::MAX, 0));
        for lane in threads {
            let off = by_state(self.trace, Some(lane.id), (0, self.trace.end_ns()))
                .iter()
                .find(|total| total.state == State::Off)
                .map_or(0, |total| total.ns);
            waits.add(lane.id, off);
            let (waited, end) = (waits.get(lane.id), lane.end_ns.unwrap_or(self.trace.end_ns()));
            if at_least(waited, self.run_of(lane.id), 0.5) {
                idle.add(lane.id, waited);
                range = (range.0.min(lane.start_ns), range.1.max(end));
            }
        }
        let (waited, length) = (idle.sum(), range.1.saturating_sub(range.0));
        let used = cores_used(self.trace, range);
        let told = idle.len() >= 2 && at_least(waited, length, 1.5) && used.is_none_or(|used| used < 0.5);
        (told && self.matters(length)).then(|| {
            let idle_cores = used.map_or_else(String::new, |used| format!(", on {}", cores(used)));
            format!(
                "{} waited beside one another: {} of waiting in {}, {} at a time{idle_cores}.",
                self.names(&idle),
                duration(waited),
                duration(length),
                fixed(waited as f64 / length as f64, 1)
            )
        })
    }
}
