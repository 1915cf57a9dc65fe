//! Which waits are a deadlock, and which only look like one.

#[expect(dead_code, reason = "the other tests use the rest of it")]
mod scene;

use forkyard_trace::event::{BOUNDED, Kind, pack};
use forkyard_trace::names::Name;
use forkyard_wire::timeline::{Deadlock, SegmentKind};

use crate::scene::{Scene, ZERO};

const MS: u64 = 1_000_000;

/// Two locks, a queue and two children.
fn scene() -> Scene {
    let mut scene = Scene::new();
    scene.object(1, "Lock", "a");
    scene.object(2, "Lock", "b");
    scene.object(3, "Queue", "q");
    scene.fork(200, 11, "Process-1");
    scene.fork(300, 12, "Process-2");
    scene
}

fn wait(scene: &mut Scene, t: u64, pid: u32, kind: SegmentKind, object: u32, what: u32) {
    scene.at(t, pid, Kind::WaitBegin(kind), object, pack(what, pid));
}

/// Each child holds one lock and waits for the other's.
fn cross(scene: &mut Scene) {
    scene.at(MS, 11, Kind::HoldBegin, 1, 0);
    scene.at(MS, 12, Kind::HoldBegin, 2, 0);
    wait(scene, 2 * MS, 11, SegmentKind::LockAcquire, 2, 0);
    wait(scene, 3 * MS, 12, SegmentKind::LockAcquire, 1, 0);
}

/// What is told by `t`.
fn told(scene: &mut Scene, t: u64) -> Vec<Deadlock> {
    scene.feed();
    scene.merge.chunk(ZERO + t + 50 * MS).deadlocks
}

fn texts(scene: &mut Scene, t: u64) -> Vec<String> {
    told(scene, t).into_iter().map(|deadlock| deadlock.text).collect()
}

#[test]
fn two_locks_taken_in_opposite_order() {
    let mut scene = scene();
    cross(&mut scene);
    assert_eq!(told(&mut scene, 502 * MS), [], "not before it has lasted");
    let found = told(&mut scene, 504 * MS);
    assert_eq!(
        found[0].text,
        "Deadlock: Process-1 waits in line 11 for `b`, held by Process-2; Process-2 waits in line 12 for `a`, held by Process-1."
    );
    assert_eq!((found.len(), found[0].at_ns, found[0].waits[0].waits_for), (1, 3 * MS, found[0].waits[1].lane));
    assert_eq!(told(&mut scene, 900 * MS), [], "once");
}

#[test]
fn a_wait_with_a_time_out_is_none() {
    let mut scene = scene();
    scene.at(MS, 11, Kind::HoldBegin, 1, 0);
    scene.at(MS, 12, Kind::HoldBegin, 2, 0);
    wait(&mut scene, 2 * MS, 11, SegmentKind::LockAcquire, 2, BOUNDED);
    wait(&mut scene, 3 * MS, 12, SegmentKind::LockAcquire, 1, 0);
    assert_eq!(told(&mut scene, 900 * MS), []);
}

#[test]
fn a_lock_that_others_release_may_be_released_by_who_is_at_work() {
    let mut scene = scene();
    scene.at(MS, 11, Kind::HoldBegin, 1, 0);
    scene.at(MS + 1, 10, Kind::HoldEnd, 1, 0);
    cross(&mut scene);
    assert_eq!(told(&mut scene, 900 * MS), []);
    wait(&mut scene, 901 * MS, 10, SegmentKind::ProcessJoin, 0, 11);
    assert_eq!(told(&mut scene, 1500 * MS).len(), 1, "nobody is at work any more");
}

#[test]
fn a_join_on_a_process_that_waits_for_its_parent() {
    let mut scene = scene();
    scene.at(MS, 10, Kind::HoldBegin, 1, 0);
    wait(&mut scene, 2 * MS, 11, SegmentKind::LockAcquire, 1, 0);
    wait(&mut scene, 3 * MS, 10, SegmentKind::ProcessJoin, 0, 11);
    assert_eq!(
        texts(&mut scene, 900 * MS),
        ["Deadlock: MainProcess waits in line 10 for Process-1 to end; Process-1 waits in line 11 for `a`, held by MainProcess."]
    );
}

#[test]
fn a_get_on_a_queue_that_nobody_will_fill() {
    let mut scene = scene();
    wait(&mut scene, 2 * MS, 11, SegmentKind::QueueGet, 3, 0);
    wait(&mut scene, 3 * MS, 10, SegmentKind::ProcessJoin, 0, 11);
    assert_eq!(told(&mut scene, 900 * MS), [], "Process-2 could put something");
    scene.feed();
    scene.merge.death(12, ZERO + 1000 * MS, forkyard_trace::merge::Ending::Exited(0));
    assert_eq!(
        texts(&mut scene, 1100 * MS),
        ["Deadlock: MainProcess waits in line 10 for Process-1 to end; Process-1 waits in line 11 for a message from `q`, and \
             nobody is left to put one."]
    );
}

#[test]
fn a_get_on_a_queue_with_something_in_it_is_none() {
    let mut scene = scene();
    scene.at(MS, 10, Kind::Sent, 3, pack(1, 4));
    wait(&mut scene, 2 * MS, 11, SegmentKind::QueueGet, 3, 0);
    wait(&mut scene, 2 * MS, 12, SegmentKind::QueueGet, 3, 0);
    wait(&mut scene, 3 * MS, 10, SegmentKind::ProcessJoin, 0, 11);
    assert_eq!(told(&mut scene, 900 * MS), []);
}

#[test]
fn somebody_who_computes_or_sleeps_or_is_not_seen_may_help() {
    let mut scene = scene();
    wait(&mut scene, 2 * MS, 11, SegmentKind::QueueGet, 3, 0);
    wait(&mut scene, 2 * MS, 12, SegmentKind::Sleep, 0, 0);
    wait(&mut scene, 3 * MS, 10, SegmentKind::ProcessJoin, 0, 11);
    assert_eq!(told(&mut scene, 900 * MS), []);
    scene.at(901 * MS, 12, Kind::WaitEnd(SegmentKind::Sleep), 0, 1);
    wait(&mut scene, 902 * MS, 12, SegmentKind::QueueGet, 3, 0);
    scene.merge.unseen(1);
    assert_eq!(told(&mut scene, 1600 * MS), []);
    scene.merge.unseen(0);
    assert_eq!(told(&mut scene, 1700 * MS).len(), 1);
}

#[test]
fn a_lock_taken_twice_by_one_thread() {
    let mut scene = scene();
    scene.at(MS, 11, Kind::HoldBegin, 1, 0);
    wait(&mut scene, 2 * MS, 11, SegmentKind::LockAcquire, 1, 0);
    assert_eq!(told(&mut scene, 900 * MS), [], "Process-2 may be about to release it: locks serve as signals");
    wait(&mut scene, 901 * MS, 12, SegmentKind::ProcessJoin, 0, 11);
    wait(&mut scene, 901 * MS, 10, SegmentKind::ProcessJoin, 0, 11);
    assert_eq!(texts(&mut scene, 1500 * MS), ["Deadlock: Process-1 waits in line 11 for `a`, which it holds itself."]);
}

#[test]
fn workers_that_wait_for_results_of_their_own_pool() {
    let mut scene = scene();
    scene.name(10, Name::Object { id: 4, kind: "Pool".into(), name: "pool".into(), line: 4 });
    for worker in [11, 12] {
        scene.at(MS, worker, Kind::TaskBegin, 4, 0);
        wait(&mut scene, 2 * MS, worker, SegmentKind::AsyncResultGet, 4, 0);
    }
    assert_eq!(
        texts(&mut scene, 900 * MS),
        [
            "Deadlock: Process-1 waits in line 11 for a result from `pool`, where Process-2 is at a task; Process-2 waits in line 12 \
             for a result from `pool`, where Process-1 is at a task."
        ]
    );
}

#[test]
fn a_queue_whose_tasks_are_never_said_to_be_done() {
    let mut scene = Scene::new();
    scene.object(3, "JoinableQueue", "q");
    wait(&mut scene, 2 * MS, 10, SegmentKind::ConditionWait, 3, 0);
    assert_eq!(
        texts(&mut scene, 900 * MS),
        ["Deadlock: MainProcess waits in line 10 for all tasks of `q` to be done, and nobody is left to call task_done."]
    );
}

#[test]
fn a_task_that_waits_for_who_waits_for_its_result() {
    let mut scene = scene();
    scene.name(10, Name::Object { id: 4, kind: "Pool".into(), name: "pool".into(), line: 4 });
    scene.at(MS, 10, Kind::HoldBegin, 1, 0);
    scene.at(MS, 11, Kind::TaskBegin, 4, 0);
    wait(&mut scene, 2 * MS, 11, SegmentKind::LockAcquire, 1, 0);
    wait(&mut scene, 2 * MS, 10, SegmentKind::AsyncResultGet, 4, 0);
    let found = texts(&mut scene, 900 * MS);
    assert_eq!(
        found,
        ["Deadlock: MainProcess waits in line 10 for a result from `pool`, where Process-1 is at a task; Process-1 waits in \
             line 11 for `a`, held by MainProcess."]
    );
}

#[test]
fn a_task_that_waits_may_be_for_a_worker_that_is_just_starting() {
    let mut scene = scene();
    scene.name(10, Name::Object { id: 4, kind: "Pool".into(), name: "pool".into(), line: 4 });
    scene.at(MS, 10, Kind::HoldBegin, 1, 0);
    scene.at(MS, 10, Kind::TasksPut, 4, pack(0, 2));
    scene.at(MS, 11, Kind::TaskBegin, 4, 0);
    wait(&mut scene, 2 * MS, 11, SegmentKind::LockAcquire, 1, 0);
    wait(&mut scene, 2 * MS, 10, SegmentKind::AsyncResultGet, 4, 0);
    assert_eq!(told(&mut scene, 900 * MS), []);
    scene.at(901 * MS, 12, Kind::TaskBegin, 4, 0);
    wait(&mut scene, 902 * MS, 12, SegmentKind::LockAcquire, 1, 0);
    assert!(!told(&mut scene, 1600 * MS).is_empty());
}
