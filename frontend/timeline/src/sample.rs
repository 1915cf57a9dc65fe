//! Small runs for the tests: two cores, a main process and two workers that share a lock, a queue and a pool.

use forkyard_wire::timeline::{Arrow, Chunk, Lane, LaneKind, Object, Segment, SegmentKind};

use crate::trace::Trace;

pub(crate) const CORE_0: u32 = 1;
pub(crate) const CORE_1: u32 = 2;
pub(crate) const MAIN: u32 = 3;
pub(crate) const FIRST: u32 = 4;
pub(crate) const SECOND: u32 = 5;
pub(crate) const THREAD: u32 = 6;

pub(crate) const LOCK: u32 = 1;
pub(crate) const QUEUE: u32 = 2;
pub(crate) const POOL: u32 = 3;

pub(crate) const MS: u64 = 1_000_000;

pub(crate) fn lane(id: u32, kind: LaneKind, name: &str, parent: u32) -> Lane {
    Lane {
        id,
        kind,
        name: name.to_owned(),
        parent,
        pid: id,
        tid: id,
        start_ns: 0,
        end_ns: None,
        exit_code: None,
        signal: None,
        cpu_ns: None,
    }
}

/// A segment in milliseconds.
pub(crate) fn segment(lane: u32, kind: SegmentKind, start_ms: u64, end_ms: u64) -> Segment {
    let (start, end) = (start_ms * MS, end_ms * MS);
    Segment { lane, kind, start, end, object: 0, line: 0, holder: 0, released_by: 0, detail: 0, index: 0 }
}

pub(crate) fn lanes() -> Vec<Lane> {
    vec![
        lane(CORE_0, LaneKind::Core, "Core 0", 0),
        lane(CORE_1, LaneKind::Core, "Core 1", 0),
        lane(MAIN, LaneKind::Process, "MainProcess", 0),
        lane(FIRST, LaneKind::Process, "Process-1", MAIN),
        lane(SECOND, LaneKind::Process, "Process-2", MAIN),
        lane(THREAD, LaneKind::Thread, "Thread-1", MAIN),
    ]
}

/// 100 ms: both workers are on a core from 10 on; from 40 to 50 the second waits for the first's lock; the main process
/// waits for their message until 90.
pub(crate) fn chunk() -> Chunk {
    use SegmentKind::*;
    let object = |id, kind: &str, name: &str, line| Object { id, kind: kind.to_owned(), name: name.to_owned(), line };
    let on = |core, lane, from, to| Segment { holder: lane, ..segment(core, OnCore, from, to) };
    let mut chunk = Chunk {
        to_ns: 100 * MS,
        lanes: lanes(),
        objects: vec![
            object(LOCK, "Lock", "counter_lock", 3),
            object(QUEUE, "Queue", "results", 4),
            object(POOL, "Pool", "pool", 5),
        ],
        strings: vec!["square".to_owned()],
        segments: [
            segment(MAIN, Run, 0, 100),
            segment(FIRST, Run, 10, 80),
            segment(SECOND, Run, 10, 80),
            Segment { object: LOCK, line: 14, ..segment(FIRST, Hold, 30, 50) },
            Segment { object: LOCK, line: 14, holder: FIRST, released_by: FIRST, ..segment(SECOND, LockAcquire, 40, 50) },
            Segment { object: LOCK, line: 14, ..segment(SECOND, Hold, 50, 55) },
            Segment { object: POOL, line: 9, detail: 1, index: 7, ..segment(FIRST, Task, 10, 80) },
            Segment { object: QUEUE, line: 20, released_by: FIRST, ..segment(MAIN, QueueGet, 10, 90) },
            on(CORE_0, MAIN, 0, 10),
            on(CORE_0, SECOND, 10, 40),
            on(CORE_0, SECOND, 50, 80),
            on(CORE_1, FIRST, 10, 80),
            on(CORE_1, 0, 80, 82),
        ]
        .into_iter()
        .collect(),
        ..Chunk::default()
    };
    chunk.arrows.push(Arrow {
        object: QUEUE,
        bytes: 512,
        from: FIRST,
        sent: 79 * MS,
        to: MAIN,
        received: 90 * MS,
        pickling: 0,
        unpickling: 0,
    });
    chunk
}

pub(crate) fn trace() -> Trace {
    let mut trace = Trace::new();
    trace.apply(&chunk());
    trace
}
