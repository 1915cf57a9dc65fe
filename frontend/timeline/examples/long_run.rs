//! Writes a long run as the server would tell it, one chunk a line: every sort of row and as many of them as wanted.
//!
//! `cargo run --release -p forkyard-timeline --example long_run -- ROWS CHUNKS > chunks.jsonl`; `cargo xtask scale` has the page draw
//! it. Nothing in it is random, so that two measurements have the same to do.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::env;
use std::error::Error;

use forkyard_wire::timeline::{
    Arrow, Chunk, GilWatch, Lane, LaneKind, Level, Mark, MarkKind, Measure, Object, Segment, SegmentKind,
};

/// Lanes: the cores, the main process, its threads, its workers.
const CORES: u32 = 2;
const MAIN: u32 = CORES + 1;
const THREADS: u32 = 4;
const WORKERS: u32 = 24;
const FIRST_WORKER: u32 = MAIN + THREADS + 1;
/// Objects.
const LOCK: u32 = 1;
const QUEUE: u32 = 2;
const POOL: u32 = 3;
/// Segments and messages of one round.
const ROWS_A_ROUND: u64 = 11;
/// How long a worker takes for one round, and how much later than its neighbour it begins, in nanoseconds.
const ROUND_NS: u64 = 240_000;
const STEP_NS: u64 = ROUND_NS / WORKERS as u64;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut number = |name: &str| {
        arguments.next().ok_or(format!("{name} is missing"))?.parse::<u64>().map_err(|_| format!("{name} is no number"))
    };
    let (rows, chunks) = (number("ROWS")?, number("CHUNKS")?);
    let mut told = first();
    let (mut written, mut made) = (0, 0);
    for turn in 0.. {
        if made >= rows {
            break;
        }
        made += round(&mut told, turn);
        told.to_ns = turn * STEP_NS;
        if made >= rows * (written + 1) / chunks.max(1) {
            println!("{}", serde_json::to_string(&std::mem::take(&mut told))?);
            written += 1;
        }
    }
    Ok(())
}

/// What is known from the beginning.
fn first() -> Chunk {
    let lane = |id, kind, name: String, parent| Lane {
        id,
        kind,
        name,
        parent,
        pid: if kind == LaneKind::Core { id - 1 } else { 100 + id },
        tid: 100 + id,
        start_ns: u64::from(id),
        end_ns: None,
        exit_code: None,
        signal: None,
        cpu_ns: None,
    };
    let mut lanes: Vec<Lane> = (1..=CORES).map(|id| lane(id, LaneKind::Core, format!("Core {}", id - 1), 0)).collect();
    lanes.push(lane(MAIN, LaneKind::Process, "MainProcess".to_owned(), 0));
    lanes.extend((1..=THREADS).map(|id| lane(MAIN + id, LaneKind::Thread, format!("Thread-{id}"), MAIN)));
    lanes.extend((0..WORKERS).map(|id| lane(FIRST_WORKER + id, LaneKind::Process, format!("Process-{}", id + 1), MAIN)));
    let object = |id, kind: &str, name: &str| Object { id, kind: kind.to_owned(), name: name.to_owned(), line: id };
    Chunk {
        lanes,
        objects: vec![object(LOCK, "Lock", "counter_lock"), object(QUEUE, "Queue", "results"), object(POOL, "Pool", "pool")],
        strings: vec!["square".to_owned()],
        gil: Some(GilWatch { watched: true, reason: None }),
        ..Chunk::default()
    }
}

/// What one worker does in one round: it gets a task, computes, waits for the lock, holds it, and sends its result, which a thread
/// of the main process takes. Gives how many rows that made.
fn round(chunk: &mut Chunk, turn: u64) -> u64 {
    let worker = FIRST_WORKER + (turn % u64::from(WORKERS)) as u32;
    let thread = MAIN + 1 + (turn % u64::from(THREADS)) as u32;
    let core = 1 + (turn % u64::from(CORES)) as u32;
    let before = if worker == FIRST_WORKER { FIRST_WORKER + WORKERS - 1 } else { worker - 1 };
    let at = turn * STEP_NS;
    // Not every round is as long as the next.
    let late = turn * 7_919 % 9_000;
    let segment = |lane, kind, from: u64, to: u64| Segment {
        lane,
        kind,
        start: at + from,
        end: at + to,
        object: 0,
        line: 0,
        holder: 0,
        released_by: 0,
        detail: 0,
        index: 0,
    };
    chunk.segments.extend([
        Segment { line: 20, ..segment(worker, SegmentKind::Run, 0, ROUND_NS) },
        Segment { object: QUEUE, line: 12, released_by: MAIN, ..segment(worker, SegmentKind::QueueGet, 2_000, 20_000 + late) },
        Segment { object: POOL, line: 8, detail: 1, index: turn as u32, ..segment(worker, SegmentKind::Task, 30_000, 200_000) },
        segment(worker, SegmentKind::Runnable, 30_000, 32_000 + late),
        Segment { holder: worker, ..segment(core, SegmentKind::OnCore, 0, STEP_NS) },
        Segment {
            object: LOCK,
            line: 14,
            holder: before,
            released_by: before,
            ..segment(worker, SegmentKind::LockAcquire, 90_000, 120_000 + late)
        },
        Segment { object: LOCK, line: 14, ..segment(worker, SegmentKind::Hold, 120_000 + late, 120_000 + late + STEP_NS / 2) },
        Segment { line: 30, ..segment(thread, SegmentKind::Run, 0, STEP_NS * u64::from(THREADS)) },
        Segment { holder: MAIN, ..segment(thread, SegmentKind::Gil, 0, late) },
        Segment { detail: turn.is_multiple_of(3).into(), ..segment(thread, SegmentKind::GilHold, late, STEP_NS) },
    ]);
    let (sent, received) = (at + 205_000, at + 205_000 + late);
    chunk.arrows.push(Arrow {
        object: QUEUE,
        bytes: 80,
        from: worker,
        sent,
        to: thread,
        received,
        pickling: 900,
        unpickling: 700,
    });
    let level = |object, measure, value: u64| Level { object, measure, at, value: value as u32 };
    chunk.levels.extend([
        level(LOCK, Measure::Waiters, turn % 5),
        level(QUEUE, Measure::Depth, turn * 31 % 17),
        level(POOL, Measure::Tasks, turn % 40),
    ]);
    if turn.is_multiple_of(500) {
        chunk.marks.push(Mark { lane: worker, at_ns: at, kind: MarkKind::Stdout, text: format!("round {turn}") });
    }
    ROWS_A_ROUND
}
