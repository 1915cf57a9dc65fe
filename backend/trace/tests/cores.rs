//! Time on cores as the merge tells it: whose it was, and when a thread had to wait for one.

#[expect(dead_code, reason = "the other tests use the rest of it")]
mod scene;

use forkyard_trace::event::Kind;
use forkyard_wire::cores::{AfterCore, CoreInterval};
use forkyard_wire::timeline::{LaneKind, SegmentKind};

use crate::scene::{Scene, ZERO, lane, name, of_kind};

#[test]
fn time_on_cores_belongs_to_lanes() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.thread_at(250, (11, 78), Kind::ThreadBorn, 0, 0);
    let interval =
        |core, pid, tid, start, end, after| CoreInterval { core, pid, tid, start_ns: ZERO + start, end_ns: ZERO + end, after };
    scene.merge.on_core(&[
        interval(0, 10, 10, 0, 300, AfterCore::Runnable),
        interval(1, 11, 78, 250, 280, AfterCore::Blocked),
        interval(0, 10, 10, 320, 400, AfterCore::Blocked),
        // A thread that says nothing counts for its process; a helper that is in no lane had the core and has no name.
        interval(1, 11, 79, 290, 295, AfterCore::Runnable),
        interval(1, 500, 500, 300, 310, AfterCore::Blocked),
        interval(1, 11, 11, 450, 460, AfterCore::Running),
        // Held before its start.
        CoreInterval { start_ns: ZERO - 20, ..interval(0, 10, 10, 0, 0, AfterCore::Blocked) },
    ]);
    let chunk = scene.finish(500);
    let on_core: Vec<_> = of_kind(&chunk, SegmentKind::OnCore)
        .into_iter()
        .map(|row| format!("{} {} {}-{}", name(&chunk, row.lane), name(&chunk, row.holder), row.start, row.end))
        .collect();
    let expected = [
        "Core 0 MainProcess 0-300",
        "Core 1 Thread 78 250-280",
        "Core 1 Process-1 290-295",
        "Core 1 - 300-310",
        "Core 0 MainProcess 320-400",
        "Core 1 Process-1 450-500",
    ];
    assert_eq!(on_core, expected);
    let ready: Vec<_> = of_kind(&chunk, SegmentKind::Runnable).iter().map(|row| (row.lane, row.start, row.end)).collect();
    assert_eq!(ready, [(lane(&chunk, "MainProcess").id, 300, 320)]);
    assert_eq!((lane(&chunk, "Core 1").kind, lane(&chunk, "Core 1").pid), (LaneKind::Core, 1));
}

#[test]
fn time_on_a_core_before_a_process_says_who_it_is_is_not_forgotten() {
    let mut scene = Scene::new();
    scene.feed();
    let early = CoreInterval { core: 0, pid: 11, tid: 11, start_ns: ZERO + 210, end_ns: ZERO + 290, after: AfterCore::Blocked };
    scene.merge.on_core(&[early]);
    let chunk = scene.merge.chunk(ZERO + 100_000_000);
    assert_eq!(of_kind(&chunk, SegmentKind::OnCore), []);
    scene.fork(100_000_000, 11, "Process-1");
    let chunk = scene.finish(200_000_000);
    assert_eq!(of_kind(&chunk, SegmentKind::OnCore).len(), 1);
}
