//! A small run, told by hand, and the very chunk and trace that come of it: `tests/golden/`.
//!
//! After a change that is meant, `GOLDEN=write cargo test -p forkyard-trace --test golden` writes them anew; read the difference.

mod perfetto;
mod scene;

use std::path::Path;

use forkyard_trace::chrome;
use forkyard_trace::event::{BOUNDED, Kind, pack};
use forkyard_trace::merge::Ending;
use forkyard_trace::names::Name;
use forkyard_wire::cores::{AfterCore, CoreInterval};
use forkyard_wire::run::Stream;
use forkyard_wire::timeline::{Chunk, SegmentKind};

use crate::perfetto::misread;
use crate::scene::{Scene, ZERO, lane, name, of_kind};

/// The main process holds a lock that its child waits for; then it sends the child a number, which the child prints. It joins
/// the child, for a while.
fn run() -> [Chunk; 2] {
    let mut scene = Scene::new();
    scene.object(1, "Lock", "counter_lock");
    scene.object(2, "Queue", "");
    scene.fork(1_000, 11, "Process-1");
    scene.at(1_000, 10, Kind::HoldBegin, 1, pack(0, 5));
    scene.at(2_000, 11, Kind::WaitBegin(SegmentKind::LockAcquire), 1, pack(0, 9));
    scene.at(4_000, 10, Kind::HoldEnd, 1, 0);
    scene.at(4_500, 11, Kind::WaitEnd(SegmentKind::LockAcquire), 1, 1);
    scene.name(10, Name::Thread { tid: 12, name: "Thread-1".into() });
    scene.thread_at(5_000, (10, 12), Kind::ThreadBorn, 0, pack(10, 6));
    scene.thread_at(6_000, (10, 12), Kind::Sent, 2, pack(1, 77));
    scene.thread_at(7_000, (10, 12), Kind::ThreadDied, 0, 0);
    scene.at(8_000, 11, Kind::Received, 2, pack(1, 77));
    scene.at(8_100, 10, Kind::WaitBegin(SegmentKind::ProcessJoin), 0, pack(11 | BOUNDED, 8));
    scene.at(8_200, 10, Kind::WaitEnd(SegmentKind::ProcessJoin), 0, 0);
    scene.feed();
    let interval = |core, pid, start, end| CoreInterval {
        core,
        pid,
        tid: pid,
        start_ns: ZERO + start,
        end_ns: ZERO + end,
        after: AfterCore::Runnable,
    };
    scene.merge.on_core(&[interval(0, 10, 0, 4_100), interval(1, 11, 4_400, 9_000), interval(1, 11, 9_500, 9_900)]);
    let first = scene.merge.chunk(ZERO + 50_000_000 + 4_200);
    scene.name(11, Name::String { id: 1, text: "square\x009".into() });
    scene.at(8_500, 11, Kind::TaskBegin, 2, pack(0, 1));
    scene.at(8_700, 11, Kind::TaskEnd, 2, 1);
    scene.feed();
    scene.merge.output(11, ZERO + 8_600, Stream::Stdout, "49\n");
    scene.at(9_900, 11, Kind::Phase(SegmentKind::Exit), 0, 0);
    scene.feed();
    scene.merge.death(11, ZERO + 10_000, Ending::Signalled(15));
    scene.at(11_000, 10, Kind::Reaped, 0, pack(11, -15_i32 as u32));
    scene.feed();
    scene.merge.death(10, ZERO + 12_000, Ending::Exited(0));
    [first, scene.finish(13_000)]
}

/// The main process and its child add to one value at the same time, and then take two locks in opposite order.
fn troubled_run() -> [Chunk; 2] {
    let mut scene = Scene::new();
    scene.object(1, "RLock", "counter");
    scene.object(2, "Lock", "left");
    scene.object(3, "Lock", "right");
    scene.fork(1_000, 11, "Process-1");
    scene.at(2_000, 10, Kind::CellRead, 1, pack(0, 5));
    scene.at(2_100, 11, Kind::CellRead, 1, pack(0, 8));
    scene.at(2_200, 11, Kind::CellWrite, 1, pack(0, 8));
    scene.at(2_300, 10, Kind::CellWrite, 1, pack(0, 5));
    scene.at(3_000, 10, Kind::HoldBegin, 2, pack(0, 11));
    scene.at(3_100, 11, Kind::HoldBegin, 3, pack(0, 21));
    scene.at(3_500, 10, Kind::WaitBegin(SegmentKind::LockAcquire), 3, pack(0, 12));
    scene.at(3_600, 11, Kind::WaitBegin(SegmentKind::LockAcquire), 2, pack(0, 22));
    scene.feed();
    let first = scene.merge.chunk(ZERO + 2_000_000_000);
    [first, scene.finish(2_000_000_000)]
}

/// Holds `found` against the file, or writes it.
fn check(file: &str, found: &serde_json::Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    if std::env::var_os("GOLDEN").is_some_and(|value| value == "write") {
        let text = serde_json::to_string_pretty(found).expect("a value is always written");
        std::fs::write(&path, text + "\n").expect("the golden file can be written");
    }
    let text = std::fs::read_to_string(&path).expect("the golden file is there");
    let expected: serde_json::Value = serde_json::from_str(&text).expect("the golden file is JSON");
    assert_eq!(*found, expected, "{file}: see the module's documentation");
}

#[test]
fn the_chunks_of_a_small_run_are_known() {
    let chunks = run();
    check("chunks.json", &serde_json::to_value(&chunks).unwrap());
    let waits = of_kind(&chunks[1], SegmentKind::LockAcquire);
    assert_eq!((waits.len(), name(&chunks[0], waits[0].holder)), (1, "MainProcess"));
    assert_eq!(lane(&chunks[1], "Process-1").signal.as_deref(), Some("SIGTERM"));
}

#[test]
fn the_trace_of_a_small_run_is_known() {
    let trace = serde_json::to_value(chrome::export(&run())).unwrap();
    check("trace.json", &trace);
    assert_eq!(misread(&trace), Vec::<String>::new());
}

#[test]
fn the_trace_survives_the_wire() {
    let chunks = run();
    let text = serde_json::to_string(&chunks).unwrap();
    let back: Vec<Chunk> = serde_json::from_str(&text).unwrap();
    assert_eq!(chrome::export(&back).get(), chrome::export(&chunks).get());
}

#[test]
fn what_is_found_in_a_troubled_run_is_known() {
    let chunks = troubled_run();
    check("found_chunks.json", &serde_json::to_value(&chunks).unwrap());
    let trace = serde_json::to_value(chrome::export(&chunks)).unwrap();
    check("found_trace.json", &trace);
    assert_eq!(misread(&trace), Vec::<String>::new());
    let found = &trace["otherData"];
    let waits = found["deadlocks"][0]["args"]["waits"].as_array().map(Vec::len);
    assert_eq!((waits, found["lost_updates"][0]["args"]["count"].as_u64()), (Some(2), Some(1)));
}
