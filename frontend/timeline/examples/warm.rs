//! Writes `frontend/app/static/warm.json`: a run that nobody made, with every sort of row, for the page to read, draw and tell before a
//! run of its user's comes.
//!
//! `cargo run -p forkyard-timeline --example warm > frontend/app/static/warm.json`. Each round takes as long as the next, so that the rows'
//! times are told by a few letters: what is downloaded is a list of shapes, which compresses to nothing.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use forkyard_wire::timeline::{
    Arrow, Chunk, GilWatch, Lane, LaneKind, Level, Mark, MarkKind, Measure, Object, Segment, SegmentKind,
};

/// Lanes: a core, the main process with a thread, a worker.
const CORE: u32 = 1;
const MAIN: u32 = 2;
const THREAD: u32 = 3;
const WORKER: u32 = 4;
/// Objects.
const LOCK: u32 = 1;
const QUEUE: u32 = 2;
const POOL: u32 = 3;
/// So many that rows are painted as images are: hardly two pixels alike.
const ROUNDS: u64 = 500;
/// In nanoseconds.
const ROUND_NS: u64 = 10_000;
/// Before the rounds, the interpreter starts.
const START_NS: u64 = 100_000;
const END_NS: u64 = START_NS + ROUNDS * ROUND_NS;

fn main() -> Result<(), Box<dyn Error>> {
    let mut chunk = first();
    let blank = |lane, kind, (start, end)| Segment {
        lane,
        kind,
        start,
        end,
        object: 0,
        line: 0,
        holder: 0,
        released_by: 0,
        detail: 0,
        index: 0,
    };
    let round = |turn: u64, from: u64, to: u64| (START_NS + turn * ROUND_NS + from, START_NS + turn * ROUND_NS + to);
    chunk
        .segments
        .extend((0..ROUNDS).map(|turn| Segment { holder: WORKER, ..blank(CORE, SegmentKind::OnCore, round(turn, 0, 8_000)) }));
    for lane in [MAIN, WORKER] {
        chunk.segments.extend([
            blank(lane, SegmentKind::Boot, (0, START_NS)),
            Segment { line: 9, ..blank(lane, SegmentKind::Run, (START_NS, END_NS)) },
        ]);
    }
    chunk.segments.push(Segment { line: 10, released_by: WORKER, ..blank(MAIN, SegmentKind::ProcessJoin, (START_NS, END_NS)) });
    for turn in 0..ROUNDS {
        let wait =
            |kind, object, line, span| Segment { object, line, holder: MAIN, released_by: MAIN, ..blank(WORKER, kind, span) };
        chunk.segments.extend([
            wait(SegmentKind::QueueGet, QUEUE, 4, round(turn, 0, 1_000)),
            Segment {
                object: POOL,
                line: 8,
                detail: 1,
                index: turn as u32,
                ..blank(WORKER, SegmentKind::Task, round(turn, 1_000, 9_000))
            },
            blank(WORKER, SegmentKind::Runnable, round(turn, 2_000, 3_000)),
            wait(SegmentKind::LockAcquire, LOCK, 5, round(turn, 4_000, 6_000)),
            Segment { object: LOCK, line: 5, ..blank(WORKER, SegmentKind::Hold, round(turn, 6_000, 8_000)) },
            wait(SegmentKind::Gil, 0, 0, round(turn, 8_000, 8_500)),
        ]);
    }
    for turn in 0..ROUNDS / 50 {
        let (sent, received) = (round(turn * 50, 9_000, 0).0, round(turn * 50, 9_500, 0).0);
        chunk.segments.push(blank(THREAD, SegmentKind::GilHold, (sent, received)));
        let at = sent;
        chunk.arrows.push(Arrow {
            object: QUEUE,
            bytes: 80,
            from: WORKER,
            sent,
            to: THREAD,
            received,
            pickling: 900,
            unpickling: 700,
        });
        let level = |object, measure| Level { object, measure, at, value: turn as u32 % 2 };
        chunk.levels.extend([level(LOCK, Measure::Waiters), level(QUEUE, Measure::Depth), level(POOL, Measure::Tasks)]);
    }
    // What is null goes without saying.
    let text = ["exit_code", "signal", "cpu_ns", "end_ns", "reason"]
        .iter()
        .fold(serde_json::to_string(&chunk)?, |text, field| text.replace(&format!(",\"{field}\":null"), ""));
    println!("{text}");
    Ok(())
}

/// Who there is, and what.
fn first() -> Chunk {
    let lane = |id, kind, name: &str, parent| Lane {
        id,
        kind,
        name: name.to_owned(),
        parent,
        pid: id,
        tid: id,
        start_ns: 0,
        end_ns: (kind == LaneKind::Process).then_some(END_NS),
        exit_code: (kind == LaneKind::Process).then_some(0),
        signal: None,
        cpu_ns: None,
    };
    let object = |id, kind: &str| Object { id, kind: kind.to_owned(), name: kind.to_owned(), line: id };
    Chunk {
        to_ns: END_NS,
        lanes: vec![
            lane(CORE, LaneKind::Core, "Core 0", 0),
            lane(MAIN, LaneKind::Process, "MainProcess", 0),
            lane(THREAD, LaneKind::Thread, "Thread-1", MAIN),
            lane(WORKER, LaneKind::Process, "Process-1", MAIN),
        ],
        objects: vec![object(LOCK, "Lock"), object(QUEUE, "Queue"), object(POOL, "Pool")],
        strings: vec!["run".to_owned()],
        marks: vec![Mark { lane: MAIN, at_ns: END_NS, kind: MarkKind::Stdout, text: "done".to_owned() }],
        gil: Some(GilWatch { watched: true, reason: None }),
        ..Chunk::default()
    }
}
