//! What the merge makes of a run.

mod scene;

use forkyard_trace::event::{Kind, pack};
use forkyard_trace::merge::Ending;
use forkyard_trace::names::Name;
use forkyard_wire::run::Stream;
use forkyard_wire::timeline::{Chunk, LaneKind, MarkKind, SegmentKind};

use crate::scene::{Scene, ZERO, lane, name, of_kind};

/// Every segment as words: `lane kind start-end`, in order of start.
fn words(chunk: &Chunk, kinds: &[SegmentKind]) -> Vec<String> {
    let mut rows: Vec<_> = kinds.iter().flat_map(|&kind| of_kind(chunk, kind)).collect();
    rows.sort_by_key(|segment| (segment.start, segment.lane));
    let word = |segment: &forkyard_wire::timeline::Segment| {
        format!("{} {} {}-{}", name(chunk, segment.lane), segment.kind.name(), segment.start, segment.end)
    };
    rows.iter().map(word).collect()
}

/// Every wait as words: who waited, held by whom, released by whom.
fn waits(chunk: &Chunk, kind: SegmentKind) -> Vec<String> {
    let word = |segment: forkyard_wire::timeline::Segment| {
        let [who, holder, by] = [segment.lane, segment.holder, segment.released_by].map(|lane| name(chunk, lane));
        format!("{who} {}-{} held by {holder} ended by {by}", segment.start, segment.end)
    };
    of_kind(chunk, kind).into_iter().map(word).collect()
}

const LIFE: [SegmentKind; 8] = {
    use SegmentKind::*;
    [Fork, Exec, Boot, Import, Unpickle, Run, Exit, Zombie]
};

#[test]
fn a_forked_child_lives_from_its_start_to_its_join() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.at(300, 11, Kind::Phase(SegmentKind::Exit), 0, 0);
    scene.feed();
    scene.merge.death(11, ZERO + 320, Ending::Unknown);
    scene.at(400, 10, Kind::Reaped, 25, pack(11, 3));
    scene.feed();
    scene.merge.charged(10, 70_000);
    let chunk = scene.finish(500);
    let expected = [
        "MainProcess boot 0-100",
        "MainProcess run 100-500",
        "Process-1 fork 200-220",
        "Process-1 run 220-300",
        "Process-1 exit 300-320",
        "Process-1 zombie 320-400",
    ];
    assert_eq!(words(&chunk, &LIFE), expected);
    let child = lane(&chunk, "Process-1");
    assert_eq!((lane(&chunk, "MainProcess").cpu_ns, child.cpu_ns), (Some(70_000), Some(25_000)), "as the kernel charged them");
    assert_eq!(
        (child.parent, child.start_ns, child.end_ns, child.exit_code),
        (lane(&chunk, "MainProcess").id, 200, Some(320), Some(3))
    );
    assert_eq!(of_kind(&chunk, SegmentKind::Fork)[0].line, 7);
}

#[test]
fn a_spawned_child_shows_its_interpreter_starting() {
    let mut scene = Scene::new();
    scene.at(200, 10, Kind::StartBegin, 0, pack(1, 9));
    scene.at(230, 10, Kind::StartEnd, 0, pack(11, 0));
    for (t, kind) in [(500, SegmentKind::Boot), (600, SegmentKind::Import), (700, SegmentKind::Unpickle), (710, SegmentKind::Run)]
    {
        if t == 500 {
            scene.at(490, 11, Kind::Born, 0, pack(10, 1));
        }
        scene.at(t, 11, Kind::Phase(kind), 0, 0);
    }
    scene.name(11, Name::Process { name: "Process-1".into() });
    let chunk = scene.finish(800);
    let expected = [
        "Process-1 exec 200-230",
        "Process-1 boot 230-600",
        "Process-1 import 600-700",
        "Process-1 unpickle 700-710",
        "Process-1 run 710-800",
    ];
    assert_eq!(words(&chunk, &LIFE)[2..], expected);
}

#[test]
fn a_spawned_child_that_was_copied_from_a_booted_interpreter_shows_a_fork_and_no_boot() {
    for born_first in [true, false] {
        let mut scene = Scene::new();
        scene.at(200, 10, Kind::StartBegin, 0, pack(1, 9));
        scene.at(if born_first { 240 } else { 220 }, 10, Kind::StartEnd, 0, pack(11, 4));
        scene.at(230, 11, Kind::Born, 0, pack(10, 4));
        scene.at(230, 11, Kind::Phase(SegmentKind::Fork), 0, 0);
        scene.at(300, 11, Kind::Phase(SegmentKind::Import), 0, 0);
        scene.at(400, 11, Kind::Phase(SegmentKind::Run), 0, 0);
        scene.name(11, Name::Process { name: "Process-1".into() });
        let chunk = scene.finish(800);
        let expected = ["Process-1 fork 200-300", "Process-1 import 300-400", "Process-1 run 400-800"];
        assert_eq!(words(&chunk, &LIFE)[2..], expected);
        assert_eq!(name(&chunk, lane(&chunk, "Process-1").parent), "MainProcess");
    }
}

#[test]
fn a_child_that_is_killed_before_it_can_tell_of_itself_is_told_by_its_parent() {
    let mut scene = Scene::new();
    scene.at(200, 10, Kind::StartBegin, 0, pack(1, 9));
    scene.at(230, 10, Kind::StartEnd, 0, pack(11, 0));
    scene.at(400, 10, Kind::Reaped, 0, pack(11, -9_i32 as u32));
    let chunk = scene.finish(500);
    assert_eq!(words(&chunk, &LIFE)[1..], ["MainProcess run 100-500", "pid 11 exec 200-230", "pid 11 boot 230-400"]);
    assert_eq!(lane(&chunk, "pid 11").signal.as_deref(), Some("SIGKILL"));
}

#[test]
fn a_child_whose_death_is_known_before_its_start_is_handled_has_one_lane() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.feed();
    // Nothing has been handled yet.
    scene.merge.death(11, ZERO + 212, Ending::Exited(0));
    let chunk = scene.finish(500);
    assert_eq!(chunk.lanes.iter().map(|lane| (lane.pid, lane.end_ns)).collect::<Vec<_>>(), [(10, Some(500)), (11, Some(212))]);
}

#[test]
fn a_child_that_a_server_forked_belongs_to_the_process_that_asked() {
    let mut scene = Scene::new();
    scene.merge.hello(10, ZERO);
    // The server is no process of the program's: it does not say that it was born.
    scene.merge.hello(12, ZERO + 150);
    scene.at(200, 10, Kind::StartBegin, 0, pack(2, 9));
    scene.at(230, 13, Kind::Born, 0, pack(12, 2));
    scene.at(250, 10, Kind::StartEnd, 0, pack(13, 0));
    scene.at(260, 13, Kind::Phase(SegmentKind::Import), 0, 0);
    scene.at(700, 12, Kind::Phase(SegmentKind::Exit), 0, 0);
    scene.name(13, Name::Process { name: "Process-1".into() });
    scene.feed();
    scene.merge.death(12, ZERO + 750, Ending::Signalled(9));
    let chunk = scene.finish(800);
    let child = lane(&chunk, "Process-1");
    assert_eq!((name(&chunk, child.parent), child.start_ns), ("MainProcess", 200));
    assert_eq!(words(&chunk, &LIFE)[2..], ["Process-1 fork 200-260", "Process-1 import 260-800"]);
    assert_eq!((chunk.lanes.len(), chunk.marks.len()), (2, 0), "the server has no row");
}

#[test]
fn a_parent_that_joins_before_the_runner_notices_ends_the_child() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.at(400, 10, Kind::Reaped, 0, pack(11, -9_i32 as u32));
    scene.feed();
    scene.merge.death(11, ZERO + 450, Ending::Unknown);
    let chunk = scene.finish(500);
    let child = lane(&chunk, "Process-1");
    assert_eq!((child.end_ns, child.signal.as_deref(), child.exit_code), (Some(400), Some("SIGKILL"), None));
    assert_eq!(of_kind(&chunk, SegmentKind::Zombie), []);
    let marks: Vec<_> =
        chunk.marks.iter().map(|mark| (name(&chunk, mark.lane), mark.at_ns, mark.kind, mark.text.as_str())).collect();
    assert_eq!(marks, [("Process-1", 400, MarkKind::Signal, "SIGKILL")]);
}

#[test]
fn a_wait_for_a_lock_ends_when_the_lock_is_had() {
    let mut scene = Scene::new();
    scene.object(1, "Lock", "lock");
    scene.at(200, 10, Kind::WaitBegin(SegmentKind::LockAcquire), 1, pack(0, 9));
    scene.at(300, 10, Kind::HoldBegin, 1, pack(0, 9));
    scene.at(340, 10, Kind::WaitEnd(SegmentKind::LockAcquire), 1, 1);
    scene.at(400, 10, Kind::HoldEnd, 1, 0);
    let chunk = scene.finish(500);
    let rows = words(&chunk, &[SegmentKind::LockAcquire, SegmentKind::Hold]);
    assert_eq!(rows, ["MainProcess Lock.acquire 200-300", "MainProcess hold 300-400"]);
}

#[test]
fn a_lock_wait_tells_who_had_it_and_who_let_it_go() {
    let mut scene = Scene::new();
    scene.object(1, "Lock", "counter_lock");
    scene.fork(200, 11, "Process-1");
    scene.at(300, 10, Kind::HoldBegin, 1, pack(0, 14));
    scene.at(310, 11, Kind::WaitBegin(SegmentKind::LockAcquire), 1, pack(0, 20));
    scene.at(400, 10, Kind::HoldEnd, 1, 0);
    scene.at(410, 11, Kind::WaitEnd(SegmentKind::LockAcquire), 1, 1);
    scene.at(411, 11, Kind::HoldBegin, 1, pack(0, 20));
    // This one gives up.
    scene.at(420, 10, Kind::WaitBegin(SegmentKind::LockAcquire), 1, pack(0, 15));
    scene.at(430, 10, Kind::WaitEnd(SegmentKind::LockAcquire), 1, 0);
    let chunk = scene.finish(500);
    let expected =
        ["Process-1 310-410 held by MainProcess ended by MainProcess", "MainProcess 420-430 held by Process-1 ended by -"];
    assert_eq!(waits(&chunk, SegmentKind::LockAcquire), expected);
    assert_eq!(of_kind(&chunk, SegmentKind::LockAcquire)[0].line, 20);
    assert_eq!(words(&chunk, &[SegmentKind::Hold]), ["MainProcess hold 300-400", "Process-1 hold 411-500"]);
    let object = &chunk.objects[0];
    assert_eq!((object.id, object.kind.as_str(), object.name.as_str(), object.line), (1, "Lock", "counter_lock", 1));
}

#[test]
fn a_release_that_is_told_after_the_waiter_went_on_is_the_holders() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.at(300, 10, Kind::HoldBegin, 1, 0);
    scene.at(310, 11, Kind::WaitBegin(SegmentKind::LockAcquire), 1, 0);
    scene.at(399, 11, Kind::WaitEnd(SegmentKind::LockAcquire), 1, 1);
    scene.at(400, 10, Kind::HoldEnd, 1, 0);
    let chunk = scene.finish(500);
    assert_eq!(waits(&chunk, SegmentKind::LockAcquire), ["Process-1 310-399 held by MainProcess ended by MainProcess"]);
}

#[test]
fn a_message_makes_one_arrow_and_signs_the_wait_for_it() {
    let mut scene = Scene::new();
    scene.object(5, "Queue", "q");
    scene.fork(200, 11, "Process-1");
    scene.at(300, 11, Kind::WaitBegin(SegmentKind::QueueGet), 5, pack(0, 3));
    scene.at(350, 10, Kind::Sent, 5, pack(1, 100));
    scene.at(360, 10, Kind::Sent, 5, pack(2, 200));
    scene.at(370, 11, Kind::WaitEnd(SegmentKind::QueueGet), 5, 1);
    scene.at(371, 11, Kind::Received, 5, pack(1, 100));
    scene.at(380, 11, Kind::Received, 5, pack(2, 200));
    scene.at(390, 11, Kind::Sent, 5, pack(3, 300));
    let chunk = scene.finish(500);
    assert_eq!(waits(&chunk, SegmentKind::QueueGet), ["Process-1 300-370 held by - ended by MainProcess"]);
    let arrows: Vec<_> = chunk.arrows.iter().map(|arrow| (arrow.bytes, arrow.sent, arrow.received)).collect();
    assert_eq!(arrows, [(99, 350, 371), (199, 360, 380)], "one byte of each says what it is");
}

#[test]
fn a_message_received_within_the_wait_signs_it_too() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.at(300, 11, Kind::WaitBegin(SegmentKind::ConnectionRecv), 5, 0);
    scene.at(350, 10, Kind::Sent, 5, pack(1, 100));
    scene.at(360, 11, Kind::Received, 5, pack(1, 100));
    scene.at(370, 11, Kind::WaitEnd(SegmentKind::ConnectionRecv), 5, 1);
    let chunk = scene.finish(500);
    assert_eq!(waits(&chunk, SegmentKind::ConnectionRecv), ["Process-1 300-370 held by - ended by MainProcess"]);
}

#[test]
fn a_receipt_that_is_read_long_before_its_sending_still_makes_one_arrow() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.at(360, 11, Kind::Received, 5, pack(1, 100));
    scene.feed();
    let early = scene.merge.chunk(ZERO + 100_000_000);
    scene.at(350, 10, Kind::Sent, 5, pack(1, 100));
    let late = scene.finish(200_000_000);
    assert_eq!((early.arrows.len(), late.arrows.len()), (0, 1));
}

#[test]
fn every_kind_of_wait_knows_who_ended_it() {
    let cases = [
        (SegmentKind::EventWait, Kind::Wake, 0),
        (SegmentKind::ConditionWait, Kind::Wake, 0),
        (SegmentKind::BarrierWait, Kind::Wake, 0),
        (SegmentKind::SemaphoreAcquire, Kind::Wake, 0),
        (SegmentKind::SemaphoreAcquire, Kind::HoldEnd, 0),
        (SegmentKind::AsyncResultGet, Kind::TaskEnd, 1),
        (SegmentKind::QueuePut, Kind::Received, pack(1, 5)),
        (SegmentKind::ConnectionSend, Kind::Received, pack(1, 5)),
    ];
    for (wait, act, argument) in cases {
        let mut scene = Scene::new();
        scene.fork(200, 11, "Process-1");
        scene.at(250, 11, act, 5, argument);
        scene.at(300, 10, Kind::WaitBegin(wait), 5, 0);
        scene.at(310, 10, Kind::WaitEnd(wait), 5, 1);
        scene.at(320, 10, Kind::WaitBegin(wait), 5, 0);
        scene.at(330, 11, act, 5, argument);
        scene.at(340, 10, Kind::WaitEnd(wait), 5, 1);
        let chunk = scene.finish(500);
        let expected = ["MainProcess 300-310 held by - ended by -", "MainProcess 320-340 held by - ended by Process-1"];
        assert_eq!(waits(&chunk, wait), expected, "{wait:?} ended by {act:?}");
    }
}

#[test]
fn a_future_is_an_executors_whose_tasks_have_no_object() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.at(300, 10, Kind::WaitBegin(SegmentKind::AsyncResultGet), 0, 0);
    scene.at(310, 11, Kind::TaskBegin, 0, pack(0, 0));
    scene.at(320, 11, Kind::TaskEnd, 0, 1);
    scene.at(330, 10, Kind::WaitEnd(SegmentKind::AsyncResultGet), 0, 1);
    let chunk = scene.finish(500);
    assert_eq!(waits(&chunk, SegmentKind::AsyncResultGet), ["MainProcess 300-330 held by - ended by Process-1"]);
}

#[test]
fn a_barrier_is_opened_by_whoever_comes_last() {
    let (begin, end) = (Kind::WaitBegin(SegmentKind::BarrierWait), Kind::WaitEnd(SegmentKind::BarrierWait));
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.fork(230, 12, "Process-2");
    for (t, pid, kind) in [
        (300, 10, begin),
        (310, 11, begin),
        (320, 12, begin),
        (330, 10, end),
        // Round again, before the others have gone on.
        (335, 10, begin),
        (340, 11, end),
        (350, 12, end),
    ] {
        scene.at(t, pid, kind, 5, u64::from(kind == end));
    }
    let chunk = scene.finish(500);
    let expected = [
        "MainProcess 300-330 held by - ended by Process-2",
        "Process-1 310-340 held by - ended by Process-2",
        "Process-2 320-350 held by - ended by -",
        "MainProcess 335-500 held by - ended by -",
    ];
    assert_eq!(waits(&chunk, SegmentKind::BarrierWait), expected);
}

#[test]
fn joins_end_by_whom_they_wait_for() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.name(10, Name::Thread { tid: 77, name: "Thread-1".into() });
    scene.thread_at(250, (10, 77), Kind::ThreadBorn, 0, pack(10, 5));
    scene.at(300, 10, Kind::WaitBegin(SegmentKind::ThreadJoin), 0, pack(77, 8));
    scene.thread_at(350, (10, 77), Kind::ThreadDied, 0, 0);
    scene.at(360, 10, Kind::WaitEnd(SegmentKind::ThreadJoin), 0, 1);
    scene.at(370, 10, Kind::WaitBegin(SegmentKind::ProcessJoin), 0, pack(11, 9));
    scene.at(380, 10, Kind::WaitEnd(SegmentKind::ProcessJoin), 0, 1);
    let chunk = scene.finish(500);
    assert_eq!(waits(&chunk, SegmentKind::ThreadJoin), ["MainProcess 300-360 held by Thread-1 ended by Thread-1"]);
    assert_eq!(waits(&chunk, SegmentKind::ProcessJoin), ["MainProcess 370-380 held by Process-1 ended by Process-1"]);
    let thread = lane(&chunk, "Thread-1");
    assert_eq!((thread.kind, thread.tid, thread.start_ns, thread.end_ns), (LaneKind::Thread, 77, 250, Some(350)));
    assert!(words(&chunk, &LIFE).contains(&"Thread-1 run 250-350".to_owned()));
}

#[test]
fn death_ends_everything_that_had_begun() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.at(300, 11, Kind::HoldBegin, 1, 0);
    scene.at(310, 11, Kind::TaskBegin, 2, pack(4, 1));
    scene.at(320, 11, Kind::WaitBegin(SegmentKind::EventWait), 3, 0);
    scene.thread_at(330, (11, 78), Kind::WaitBegin(SegmentKind::Sleep), 0, 0);
    scene.feed();
    scene.merge.death(11, ZERO + 400, Ending::Signalled(11));
    let chunk = scene.merge.chunk(ZERO + 100_000_000);
    let kinds = [SegmentKind::Hold, SegmentKind::Task, SegmentKind::EventWait, SegmentKind::Sleep];
    let expected =
        ["Process-1 hold 300-400", "Process-1 task 310-400", "Process-1 Event.wait 320-400", "Thread 78 sleep 330-400"];
    assert_eq!(words(&chunk, &kinds), expected);
    assert_eq!(lane(&chunk, "Thread 78").end_ns, Some(400));
    assert_eq!(lane(&chunk, "Process-1").signal.as_deref(), Some("SIGSEGV"));
    // Whoever waits for the lock now is not told that a dead process has it.
    scene.at(500, 10, Kind::WaitBegin(SegmentKind::LockAcquire), 1, 0);
    let chunk = scene.finish(100_000_100);
    assert_eq!(of_kind(&chunk, SegmentKind::LockAcquire)[0].holder, 0);
}

#[test]
fn what_has_not_ended_is_open_until_it_has() {
    let mut scene = Scene::new();
    scene.at(300, 10, Kind::WaitBegin(SegmentKind::Sleep), 0, pack(0, 4));
    scene.feed();
    let chunk = scene.merge.chunk(ZERO + 60_000_000);
    assert_eq!(chunk.to_ns, 10_000_000);
    let open: Vec<_> = chunk.open.iter().map(|segment| (segment.kind, segment.start, segment.end)).collect();
    assert_eq!(open, [(SegmentKind::Run, 100, 10_000_000), (SegmentKind::Sleep, 300, 10_000_000)]);
    scene.at(11_000_000, 10, Kind::WaitEnd(SegmentKind::Sleep), 0, 1);
    scene.feed();
    let chunk = scene.merge.chunk(ZERO + 70_000_000);
    assert_eq!(words(&chunk, &[SegmentKind::Sleep])[0], "- sleep 300-11000000", "the lane was told before");
    assert_eq!(chunk.open.len(), 1);
}

#[test]
fn what_is_new_is_held_back_until_all_rings_were_read() {
    let mut scene = Scene::new();
    scene.object(1, "Lock", "");
    scene.at(60_000_000, 10, Kind::HoldEnd, 1, 0);
    scene.feed();
    assert_eq!(scene.merge.chunk(ZERO + 100_000_000).segments.iter().filter(|row| row.kind == SegmentKind::Hold).count(), 0);
    // Read later, happened earlier.
    scene.at(55_000_000, 10, Kind::HoldBegin, 1, 0);
    let chunk = scene.finish(200_000_000);
    assert_eq!(
        of_kind(&chunk, SegmentKind::Hold).iter().map(|row| (row.start, row.end)).collect::<Vec<_>>(),
        [(55_000_000, 60_000_000)]
    );
}

#[test]
fn tasks_carry_their_function_and_index() {
    let mut scene = Scene::new();
    scene.name(10, Name::String { id: 1, text: "square".into() });
    scene.name(10, Name::String { id: 2, text: "cube\x0017".into() });
    for (index, function) in [(0, 1), (1, 2), (2, 1), (3, 99)] {
        let t = 300 + u64::from(index) * 10;
        scene.at(t, 10, Kind::TaskBegin, 6, pack(index, function));
        scene.at(t + 5, 10, Kind::TaskEnd, 6, 1);
    }
    let chunk = scene.finish(500);
    let tasks: Vec<_> = of_kind(&chunk, SegmentKind::Task)
        .iter()
        .map(|row| (row.index, (row.detail as usize).checked_sub(1).map(|index| chunk.strings[index].as_str()), row.line))
        .collect();
    assert_eq!(tasks, [(0, Some("square"), 0), (1, Some("cube"), 17), (2, Some("square"), 0), (3, None, 0)]);
    assert_eq!(chunk.strings, ["square", "cube"]);
}

#[test]
fn output_stands_in_the_lane_of_its_process() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.feed();
    assert_eq!(scene.merge.output(11, ZERO + 300, Stream::Stderr, "oh\n"), (2, "Process-1".to_owned()));
    assert_eq!(scene.merge.output(99, ZERO + 310, Stream::Stdout, "x"), (3, "pid 99".to_owned()));
    let chunk = scene.finish(500);
    let marks: Vec<_> = chunk.marks.iter().map(|mark| (mark.lane, mark.at_ns, mark.kind, mark.text.as_str())).collect();
    assert_eq!(marks, [(2, 300, MarkKind::Stderr, "oh\n"), (3, 310, MarkKind::Stdout, "x")]);
}

#[test]
fn a_gap_forgets_what_may_have_ended_in_it() {
    let mut scene = Scene::new();
    scene.at(200, 10, Kind::WaitBegin(SegmentKind::Sleep), 0, 0);
    scene.at(210, 10, Kind::HoldBegin, 1, 0);
    scene.feed();
    scene.batch(10).lost = 3;
    scene.at(300, 10, Kind::HoldEnd, 1, 0);
    let chunk = scene.finish(400);
    assert_eq!(words(&chunk, &[SegmentKind::Sleep, SegmentKind::Hold]), [] as [String; 0]);
    assert_eq!(chunk.lost, 3);
}

#[test]
fn a_pid_that_comes_back_is_another_process() {
    let mut scene = Scene::new();
    scene.fork(200, 11, "Process-1");
    scene.feed();
    scene.merge.death(11, ZERO + 300, Ending::Exited(0));
    scene.fork(400, 11, "Process-2");
    scene.feed();
    scene.merge.death(11, ZERO + 500, Ending::Exited(1));
    let chunk = scene.finish(600);
    let ends = |name: &str| (lane(&chunk, name).start_ns, lane(&chunk, name).end_ns, lane(&chunk, name).exit_code);
    assert_eq!((ends("Process-1"), ends("Process-2")), ((200, Some(300), Some(0)), (400, Some(500), Some(1))));
}
