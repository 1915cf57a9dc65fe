//! The story of a run: what held it up, in one sentence with its names and figures, when there is such a thing to be told.
//!
//! Each story has conditions with a reason beside them, and a run to which none fits has no story: a wrong one is worse than none. What is
//! certain comes first (a deadlock, a death, updates that are lost), then the waits, the narrower before the wider. A run that goes on is
//! not told: what is half of one, an interpreter that starts, looks like another.

mod certain;
mod waits;

use forkyard_wire::timeline::{LaneKind, SegmentKind};

use crate::sentence::named;
use crate::sums::Sum;
use crate::tally::Tally;
use crate::totals::by_wait;
use crate::trace::Trace;
use crate::units::percent;

/// At most so many are called by their name.
const NAMED: usize = 3;
/// What took less of the program's own time than this did not make it long.
const MATTERS: f64 = 0.2;

/// What is to be told of a run that is over; none where nothing held it up that has a story.
pub fn story(trace: &Trace) -> Option<String> {
    let runs = Tally::of(trace, &|row| (row.kind == SegmentKind::Run).then_some(row.lane));
    let program_ns = runs.most()?.1;
    let run = Run { trace, runs, program_ns };
    run.deadlock()
        .or_else(|| run.death())
        .or_else(|| run.race())
        .or_else(|| run.ping_pong())
        .or_else(|| run.convoy())
        .or_else(|| run.straggler())
        .or_else(|| run.uneven())
        .or_else(|| run.birth())
        .or_else(|| run.in_turn())
        .or_else(|| run.backlog())
        .or_else(|| run.beside())
}

struct Run<'a> {
    trace: &'a Trace,
    /// How long each lane was in the program's code.
    runs: Tally,
    /// The longest of them: without the interpreter's own start and end, which say nothing of the program.
    program_ns: u64,
}

impl Run<'_> {
    fn tally(&self, owner: &dyn Fn(&Sum) -> Option<u32>) -> Tally {
        Tally::of(self.trace, owner)
    }

    /// The object of the longest waits of a kind.
    fn longest(&self, kind: SegmentKind) -> Option<u32> {
        by_wait(self.trace, (0, self.trace.end_ns())).iter().find(|wait| wait.kind == kind).map(|wait| wait.object)
    }

    fn matters(&self, ns: u64) -> bool {
        at_least(ns, self.program_ns, MATTERS)
    }

    fn run_of(&self, lane: u32) -> u64 {
        self.runs.get(lane)
    }

    fn run_of_all(&self, lanes: &Tally) -> u64 {
        lanes.ids().map(|lane| self.run_of(lane)).sum()
    }

    fn object(&self, id: u32) -> String {
        named(self.trace, id, "something without a name")
    }

    /// `Process-1, Process-2 and Process-3`, `4 processes`.
    fn names(&self, lanes: &Tally) -> String {
        if lanes.len() > NAMED {
            let is_thread = |lane: u32| self.trace.lane(lane).is_some_and(|lane| lane.kind == LaneKind::Thread);
            let what = if lanes.ids().any(is_thread) { "threads" } else { "processes" };
            return format!("{} {what}", lanes.len());
        }
        let mut text = String::new();
        for (place, lane) in lanes.ids().enumerate() {
            text.push_str(match place {
                0 => "",
                _ if place + 1 == lanes.len() => " and ",
                _ => ", ",
            });
            text.push_str(self.trace.lane(lane).map_or("another", |lane| lane.name.as_str()));
        }
        text
    }
}

fn at_least(ns: u64, whole: u64, part: f64) -> bool {
    ns > 0 && ns as f64 >= whole as f64 * part
}

fn share(ns: u64, whole: u64) -> String {
    percent(ns as f64 / whole.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Arrow, Chunk, Lane, Level, LostUpdates, Measure, Segment};

    use super::*;
    use crate::sample::{CORE_0, CORE_1, FIRST, LOCK, MAIN, MS, POOL, QUEUE, SECOND, THREAD, chunk, lane, lanes, segment};
    use SegmentKind::{BarrierWait, Boot, Gil, Hold, LockAcquire, OnCore, QueueGet, Sleep, Task};

    /// 100 ms of the program, its two workers and its thread, and these rows.
    fn run(rows: &[Segment]) -> Chunk {
        let code = [MAIN, FIRST, SECOND, THREAD].map(|lane| segment(lane, SegmentKind::Run, 0, 100));
        let segments = code.iter().chain(rows).copied().collect();
        Chunk {
            to_ns: 100 * MS,
            lanes: lanes(),
            objects: chunk().objects,
            strings: chunk().strings,
            segments,
            ..Chunk::default()
        }
    }

    fn told(chunk: &Chunk) -> Option<String> {
        let mut trace = Trace::new();
        trace.apply(chunk);
        story(&trace)
    }

    fn of(object: u32, row: Segment) -> Segment {
        Segment { object, ..row }
    }

    #[test]
    fn a_run_without_trouble_has_no_story() {
        assert_eq!(told(&run(&[])), None);
        assert_eq!(told(&chunk()), None);
        assert_eq!(story(&Trace::new()), None);
    }

    #[test]
    fn a_lock_that_is_hardly_free_is_a_convoy_and_one_that_is_often_free_is_none() {
        let rows = |wait_ms| {
            let hold = |lane, from, to| of(LOCK, segment(lane, Hold, from, to));
            let wait = |lane| of(LOCK, segment(lane, LockAcquire, 0, wait_ms));
            run(&[hold(FIRST, 0, 50), hold(SECOND, 50, 95), wait(FIRST), wait(SECOND)])
        };
        assert_eq!(
            told(&rows(40)).as_deref(),
            Some(
                "Process-1 and Process-2 went through `counter_lock` one behind the other: it was held 100 % of the time, \
                 and they waited 80 ms for it, 40 % of theirs."
            )
        );
        assert_eq!(told(&rows(10)), None);
    }

    #[test]
    fn who_is_always_last_at_a_barrier_is_named_and_turns_are_no_story() {
        let wait = |lane, late, from, to| Segment { released_by: late, ..of(LOCK, segment(lane, BarrierWait, from, to)) };
        let one = run(&[wait(FIRST, MAIN, 0, 40), wait(SECOND, MAIN, 0, 40)]);
        assert_eq!(
            told(&one).as_deref(),
            Some("MainProcess came last to `counter_lock`, and Process-1 and Process-2 waited 80 ms for it, 40 % of their time.")
        );
        let turns = run(&[wait(FIRST, SECOND, 0, 40), wait(SECOND, FIRST, 40, 80)]);
        assert_eq!(told(&turns), None);
    }

    #[test]
    fn processes_that_never_ran_beside_one_another_are_told_unless_they_did_little() {
        let run = |lives: [(u64, u64); 3]| {
            let worker = |(id, (from, to)): (u32, (u64, u64))| {
                let lane = lane(id, LaneKind::Process, &format!("Worker-{id}"), MAIN);
                (Lane { start_ns: from * MS, end_ns: Some(to * MS), ..lane }, segment(id, SegmentKind::Run, from, to))
            };
            let (mut lanes, mut segments): (Vec<_>, Vec<_>) = (31..).zip(lives).map(worker).unzip();
            lanes.push(lane(MAIN, LaneKind::Process, "MainProcess", 0));
            segments.push(segment(MAIN, SegmentKind::Run, 0, 100));
            Chunk { to_ns: 100 * MS, lanes, segments: segments.into_iter().collect(), ..Chunk::default() }
        };
        assert_eq!(
            told(&run([(10, 40), (40, 70), (70, 90)])).as_deref(),
            Some(
                "Worker-31, Worker-32 and Worker-33 ran one after the other, 80 ms in all: each had ended before the next one \
                 was started."
            )
        );
        assert_eq!(told(&run([(10, 40), (30, 70), (70, 90)])), None, "two ran at once");
        assert_eq!(told(&run([(10, 15), (20, 25), (30, 35)])), None, "the time went elsewhere");
    }

    #[test]
    fn a_worker_with_most_of_the_work_is_named() {
        let task = |lane, from, to| of(POOL, segment(lane, Task, from, to));
        let get = |lane, from, to| of(POOL, segment(lane, QueueGet, from, to));
        let rows = [task(FIRST, 0, 40), task(FIRST, 40, 80), task(SECOND, 0, 2), get(SECOND, 2, 80)];
        assert_eq!(
            told(&run(&rows)).as_deref(),
            Some("Process-1 did 98 % of the work of `pool` (2 tasks in 80 ms); 1 other worker had little to do.")
        );
        assert_eq!(told(&run(&[task(FIRST, 0, 50), task(SECOND, 0, 40)])), None, "a fair share");
        assert_eq!(told(&run(&[task(FIRST, 0, 50), get(SECOND, 0, 50)])), None, "one task cannot be shared out");
    }

    #[test]
    fn threads_that_compute_take_turns() {
        let gil = |lane, ms| segment(lane, Gil, 0, ms);
        let text = told(&run(&[gil(MAIN, 45), gil(THREAD, 35)])).unwrap();
        assert!(text.starts_with("MainProcess and Thread-1 took turns"), "{text}");
        assert!(text.ends_with("40 % of their time went into waiting for it."), "{text}");
        assert_eq!(told(&run(&[gil(MAIN, 45), gil(THREAD, 10)])), None);
    }

    #[test]
    fn threads_that_wait_beside_one_another_are_told_where_cores_are_idle() {
        let other = Lane { name: "Thread-2".to_owned(), ..lane(9, LaneKind::Thread, "", MAIN) };
        let ended = |lane: Lane| Lane { end_ns: Some(100 * MS), ..lane };
        let rows = |busy_ms| {
            let mut run = run(&[
                segment(9, SegmentKind::Run, 0, 100),
                segment(9, Sleep, 0, 100),
                segment(THREAD, Sleep, 0, 90),
                Segment { holder: MAIN, ..segment(CORE_0, OnCore, 0, busy_ms) },
                Segment { holder: FIRST, ..segment(CORE_1, OnCore, 0, busy_ms) },
            ]);
            run.lanes = run.lanes.into_iter().chain([other.clone()]).map(ended).collect();
            run
        };
        let text = told(&rows(10)).unwrap();
        assert!(text.starts_with("Thread-1 and Thread-2 waited beside one another: "), "{text}");
        assert!(text.ends_with(" in 100 ms, 2.0 at a time, on 0.2 cores."), "{text}");
        assert_eq!(told(&rows(90)), None);
    }

    #[test]
    fn a_start_that_takes_longer_than_the_work_is_told() {
        let rows = |work_ms: u64| {
            let mut run = run(&[segment(FIRST, Boot, 10, 60), segment(FIRST, SegmentKind::Run, 60, 60 + work_ms)]);
            run.segments = run.segments.iter().filter(|row| row.lane != FIRST || row.start > 0).collect();
            run
        };
        assert_eq!(
            told(&rows(2)).as_deref(),
            Some("Starting Process-1 took 50 ms, 50 ms of it for a new interpreter; the work took 2 ms.")
        );
        assert_eq!(told(&rows(40)), None);
    }

    #[test]
    fn a_queue_that_fills_up_is_told_unless_its_reader_waits() {
        let full = |wait_ms| {
            let mut run = run(&[of(QUEUE, segment(SECOND, QueueGet, 0, wait_ms))]);
            run.levels.push(Level { object: QUEUE, measure: Measure::Depth, at: 10 * MS, value: 20 });
            for place in 0..20_u64 {
                let (sent, received) = (place * MS / 10, 30 * MS + place * MS);
                let arrow =
                    Arrow { object: QUEUE, bytes: 5, from: FIRST, sent, to: SECOND, received, pickling: 0, unpickling: 0 };
                run.arrows.push(arrow);
            }
            run
        };
        let text = told(&full(1)).unwrap();
        assert!(
            text.starts_with("Process-1 put messages into `results` faster than Process-2 took them out: up to 20 lay"),
            "{text}"
        );
        assert_eq!(told(&full(40)), None);
    }

    #[test]
    fn a_death_and_a_race_come_before_any_wait() {
        let mut run = run(&[]);
        let lost = |count| LostUpdates {
            object: LOCK,
            element: 0,
            count,
            at_ns: 0,
            lane: FIRST,
            line: 7,
            other_lane: SECOND,
            other_line: 7,
        };
        run.lost_updates = vec![lost(3), lost(4)];
        assert_eq!(
            told(&run).as_deref(),
            Some("Updates of `counter_lock` were lost, 7 in all: Process-1 and Process-2 changed it at the same time (line 7).")
        );
        run.lanes[3].signal = Some("SIGTERM".to_owned());
        assert!(told(&run).unwrap().starts_with("Updates"), "pools end their workers so");
        run.lanes[3].signal = Some("SIGKILL".to_owned());
        run.lanes[3].end_ns = Some(90 * MS);
        run.segments.push(Segment { detail: 1, ..of(POOL, segment(FIRST, Task, 80, 90)) });
        assert_eq!(told(&run).as_deref(), Some("SIGKILL ended Process-1 while it ran `square` for `pool`."));
    }
}
