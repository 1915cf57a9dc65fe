//! What the merge finds beyond rows: levels, gaps, the interpreter's lock, lost updates, parts of messages.

mod scene;

use forkyard_trace::event::{Kind, pack};
use forkyard_trace::merge::Merge;
use forkyard_trace::names::Name;
use forkyard_wire::timeline::{Chunk, Measure, SegmentKind};

use crate::scene::{Scene, ZERO, lane, name, of_kind};

const MS: u64 = 1_000_000;

fn levels(chunk: &Chunk, measure: Measure) -> Vec<(u32, u64, u32)> {
    let rows = chunk.levels.iter().filter(|level| level.measure == measure);
    rows.map(|level| (level.object, level.at, level.value)).collect()
}

#[test]
fn a_lock_knows_how_many_wait_for_it() {
    let mut scene = Scene::new();
    scene.object(1, "Lock", "lock");
    scene.fork(200, 11, "Process-1");
    scene.fork(300, 12, "Process-2");
    scene.at(MS, 11, Kind::WaitBegin(SegmentKind::LockAcquire), 1, 0);
    scene.at(2 * MS, 12, Kind::WaitBegin(SegmentKind::LockAcquire), 1, 0);
    scene.at(3 * MS, 11, Kind::WaitEnd(SegmentKind::LockAcquire), 1, 1);
    scene.at(4 * MS, 12, Kind::WaitEnd(SegmentKind::LockAcquire), 1, 0);
    let chunk = scene.finish(5 * MS);
    assert_eq!(levels(&chunk, Measure::Waiters), [(1, MS, 1), (1, 2 * MS, 2), (1, 3 * MS, 1), (1, 4 * MS, 0)]);
}

#[test]
fn a_queue_and_both_ways_of_a_pipe_know_how_full_they_are() {
    let other_way = 1 << 31;
    let mut scene = Scene::new();
    scene.at(MS, 10, Kind::Sent, 1, pack(1, 5));
    scene.at(2 * MS, 10, Kind::Sent, 1, pack(2, 5));
    scene.at(3 * MS, 10, Kind::Received, 1, pack(1, 5));
    scene.at(4 * MS, 10, Kind::Sent, 2, pack(1, 5));
    scene.at(5 * MS, 10, Kind::Sent, 2, pack(other_way | 1, 5));
    scene.at(6 * MS, 10, Kind::Received, 2, pack(other_way | 1, 5));
    let chunk = scene.finish(7 * MS);
    let expected = [(1, MS, 1), (1, 2 * MS, 2), (1, 3 * MS, 1), (2, 4 * MS, 1), (2, 5 * MS, 2), (2, 6 * MS, 1)];
    assert_eq!(levels(&chunk, Measure::Depth), expected);
}

#[test]
fn a_queue_that_gives_the_newest_first_is_counted_right() {
    let mut scene = Scene::new();
    for (t, number) in [(1, 1), (2, 2), (3, 3)] {
        scene.at(t * MS, 10, Kind::Sent, 1, pack(number, 5));
    }
    scene.at(4 * MS, 10, Kind::Received, 1, pack(3, 5));
    assert_eq!(levels(&scene.finish(5 * MS), Measure::Depth).last(), Some(&(1, 4 * MS, 2)));
}

#[test]
fn a_pool_knows_how_many_tasks_wait() {
    let mut scene = Scene::new();
    scene.at(MS, 10, Kind::TasksPut, 1, pack(0, 3));
    scene.at(2 * MS, 10, Kind::TaskBegin, 1, pack(0, 0));
    scene.at(3 * MS, 10, Kind::TaskEnd, 1, 1);
    scene.at(4 * MS, 10, Kind::TaskBegin, 1, pack(1, 0));
    let chunk = scene.finish(5 * MS);
    assert_eq!(levels(&chunk, Measure::Tasks), [(1, MS, 3), (1, 2 * MS, 2), (1, 4 * MS, 1)]);
}

#[test]
fn a_message_has_its_parts() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.at(1000, 10, Kind::Sent, 1, pack(1, 5));
    scene.at(990, 10, Kind::Pickled, 1, pack(1, 700));
    scene.at(2000, 11, Kind::Received, 1, pack(1, 5));
    scene.at(2900, 11, Kind::Unpickled, 1, pack(1, 800));
    scene.at(3000, 10, Kind::Sent, 1, pack(2, 5));
    scene.at(3000, 10, Kind::Pickled, 1, pack(2, 600));
    scene.at(4000, 11, Kind::Received, 1, pack(2, 5));
    let chunk = scene.finish(5000);
    let parts: Vec<_> =
        chunk.arrows.iter().map(|arrow| (arrow.pickling, arrow.received - arrow.sent, arrow.unpickling)).collect();
    assert_eq!(parts, [(700, 1000, 800), (600, 1000, 0)]);
}

#[test]
fn a_message_that_is_long_unpickled_is_told_with_it_while_the_run_goes_on() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.at(100 * MS, 10, Kind::Pickled, 1, pack(1, 90 * MS as u32));
    scene.at(100 * MS, 10, Kind::Sent, 1, pack(1, 5));
    scene.at(110 * MS, 11, Kind::Received, 1, pack(1, 5));
    scene.feed();
    assert!(scene.merge.chunk(900 * MS).arrows.is_empty(), "not told without its last part");
    scene.at(1000 * MS, 11, Kind::Unpickled, 1, pack(1, 800 * MS as u32));
    let chunk = scene.finish(1100 * MS);
    assert_eq!(chunk.arrows.iter().map(|arrow| arrow.unpickling).collect::<Vec<_>>(), [800 * MS as u32]);
}

#[test]
fn a_gap_is_told_with_its_lane_and_its_length() {
    let mut scene = Scene::new();
    scene.at(200, 10, Kind::WaitBegin(SegmentKind::Sleep), 0, 0);
    scene.feed();
    scene.batch(10).lost = 7;
    scene.at(900, 10, Kind::Wake, 1, 0);
    let chunk = scene.finish(1000);
    let gaps: Vec<_> = chunk.gaps.iter().map(|gap| (gap.lane, gap.from_ns, gap.to_ns, gap.events)).collect();
    assert_eq!((gaps, chunk.lost), (vec![(lane(&chunk, "MainProcess").id, 200, 900, 7)], 7));
    assert_eq!(of_kind(&chunk, SegmentKind::Sleep), []);
}

#[test]
fn threads_hand_the_interpreters_lock_over() {
    let mut scene = Scene::new();
    scene.name(10, Name::Thread { tid: 12, name: "Thread-1".into() });
    scene.name(10, Name::String { id: 1, text: "too old".into() });
    scene.thread_at(200, (10, 12), Kind::ThreadBorn, 0, pack(10, 3));
    scene.at(210, 10, Kind::GilWatch, 0, pack(1, 0));
    scene.thread_at(300, (10, 12), Kind::GilTaken, 0, 10);
    scene.thread_at(300, (10, 12), Kind::WaitBegin(SegmentKind::Gil), 0, 0);
    scene.at(400, 10, Kind::GilDropped, 0, pack(10, 1));
    scene.thread_at(410, (10, 12), Kind::WaitEnd(SegmentKind::Gil), 0, 1);
    scene.thread_at(420, (10, 12), Kind::GilTaken, 0, 12);
    scene.thread_at(500, (10, 12), Kind::GilDropped, 0, pack(12, 0));
    // A thread of the machinery's, which has no row.
    scene.thread_at(510, (10, 77), Kind::GilTaken, 0, 77);
    let chunk = scene.finish(1000);
    let holds: Vec<_> = of_kind(&chunk, SegmentKind::GilHold)
        .iter()
        .map(|row| (name(&chunk, row.lane).to_owned(), row.start, row.end, row.detail))
        .collect();
    assert_eq!(holds, [("MainProcess".to_owned(), 300, 400, 1), ("Thread-1".to_owned(), 420, 500, 0)]);
    let wait = of_kind(&chunk, SegmentKind::Gil)[0];
    assert_eq!(
        [wait.lane, wait.holder, wait.released_by].map(|lane| name(&chunk, lane)),
        ["Thread-1", "MainProcess", "MainProcess"]
    );
    assert!(chunk.gil.is_some_and(|gil| gil.watched && gil.reason.is_none()));
}

#[test]
fn who_makes_way_for_another_waits_until_that_one_has_the_interpreters_lock() {
    let mut scene = Scene::new();
    scene.name(10, Name::Thread { tid: 12, name: "Thread-1".into() });
    scene.thread_at(200, (10, 12), Kind::ThreadBorn, 0, pack(10, 3));
    scene.thread_at(300, (10, 12), Kind::GilTaken, 0, 10);
    scene.thread_at(300, (10, 12), Kind::WaitBegin(SegmentKind::Gil), 0, 0);
    scene.at(400, 10, Kind::GilDropped, 0, pack(10, 1));
    scene.at(401, 10, Kind::WaitBegin(SegmentKind::Gil), 0, 0);
    scene.thread_at(700, (10, 12), Kind::WaitEnd(SegmentKind::Gil), 0, 1);
    scene.thread_at(701, (10, 12), Kind::GilTaken, 0, 12);
    scene.at(710, 10, Kind::WaitEnd(SegmentKind::Gil), 0, 1);
    let chunk = scene.finish(1000);
    let waits: Vec<_> = of_kind(&chunk, SegmentKind::Gil)
        .iter()
        .map(|wait| (wait.start, wait.end, [wait.lane, wait.holder, wait.released_by].map(|lane| name(&chunk, lane))))
        .collect();
    let (main, thread) = ("MainProcess", "Thread-1");
    assert_eq!(waits, [(300, 700, [thread, main, main]), (401, 710, [main, "-", thread])]);
}

#[test]
fn an_interpreters_lock_that_is_not_watched_has_a_reason() {
    let mut scene = Scene::new();
    scene.name(10, Name::String { id: 1, text: "too old".into() });
    scene.at(210, 10, Kind::GilWatch, 0, pack(0, 1));
    let chunk = scene.finish(1000);
    assert_eq!(chunk.gil.map(|gil| (gil.watched, gil.reason)), Some((false, Some("too old".to_owned()))));
}

#[test]
fn an_update_between_reading_and_writing_is_lost() {
    let mut scene = Scene::new();
    scene.object(1, "RLock", "counter");
    scene.fork(200, 11, "Process-1");
    for (t, pid, kind) in [
        (300, 10, Kind::CellRead),
        (310, 11, Kind::CellRead),
        (320, 11, Kind::CellWrite),
        (330, 10, Kind::CellWrite),
        (340, 11, Kind::CellRead),
        (350, 11, Kind::CellWrite),
    ] {
        scene.at(t, pid, kind, 1, pack(0, 8));
    }
    let chunk = scene.finish(1000);
    let lost: Vec<_> = chunk.lost_updates.iter().map(|lost| (lost.object, lost.count, lost.line, lost.other_line)).collect();
    assert_eq!(lost, [(1, 1, 8, 8)]);
    assert_eq!(name(&chunk, chunk.lost_updates[0].other_lane), "Process-1");
}

#[test]
fn a_run_of_very_many_processes_keeps_the_first_and_counts_the_rest() {
    let mut merge = Merge::new(ZERO);
    for pid in 1..10_000 {
        merge.hello(pid, ZERO);
    }
    let chunk = merge.finish(ZERO + 1);
    assert_eq!(chunk.left_out.lanes, 9_999 - 8_192);
}
