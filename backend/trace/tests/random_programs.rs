//! Random programs, told in any order in which their rings may be read: every message is one arrow, every hold and wait one row, time on
//! cores adds up, and all of it survives the wire.

use std::collections::BTreeMap;

use forkyard_trace::event::{Event, Kind, pack};
use forkyard_trace::merge::Merge;
use forkyard_trace::names::Name;
use forkyard_trace::reader::RawBatch;
use forkyard_wire::cores::{AfterCore, CoreInterval};
use forkyard_wire::timeline::{Chunk, SegmentKind};
use proptest::prelude::*;

const ZERO: u64 = 1_000_000_000;
/// Between two steps of a program, in nanoseconds.
const STEP: u64 = 1_000_000;

/// What one process does at one step.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Puts a message into this queue.
    Send(u32),
    /// Takes one out of it, if there is any.
    Receive(u32),
    /// Takes a lock for the length of a step, having waited.
    Lock(u32),
    /// Computes for so long.
    Compute(u64),
}

/// A program: who does what, step by step.
fn program() -> impl Strategy<Value = Vec<(u32, Act)>> {
    let act = prop_oneof![
        3 => (1_u32..4).prop_map(Act::Send),
        3 => (1_u32..4).prop_map(Act::Receive),
        1 => (5_u32..7).prop_map(Act::Lock),
        1 => (1_u64..STEP).prop_map(Act::Compute),
    ];
    prop::collection::vec((10_u32..15, act), 0..200)
}

/// What the program is known to do.
#[derive(Debug, Default, PartialEq)]
struct Facts {
    /// Object, size, pid of the sender and of the receiver, when sent and received.
    messages: Vec<(u32, u32, u32, u32, u64, u64)>,
    holds: usize,
    on_core: u64,
}

/// A queue: the last message's number, and those that wait.
type Line = (u32, Vec<(u32, u32, u64)>);

/// The events of a program, by process, and what it does.
fn play(program: &[(u32, Act)]) -> (BTreeMap<u32, Vec<Event>>, Vec<CoreInterval>, Facts) {
    let (mut events, mut cores, mut facts) = (BTreeMap::<u32, Vec<Event>>::new(), Vec::new(), Facts::default());
    let mut queues: BTreeMap<u32, Line> = BTreeMap::new();
    let mut put = |t: u64, pid: u32, kind: Kind, object: u32, argument: u64| {
        let event = Event { t_ns: ZERO + t, tid: pid, kind: kind.pack(), core: 0, object, sequence: 0, argument };
        events.entry(pid).or_default().push(event);
    };
    for pid in 10..15 {
        put(u64::from(pid), pid, Kind::Born, 0, pack(if pid == 10 { 0 } else { 10 }, if pid == 10 { 3 } else { 0 }));
    }
    for (step, &(pid, act)) in program.iter().enumerate() {
        let t = (step as u64 + 1) * STEP;
        match act {
            Act::Send(object) => {
                let (number, waiting) = queues.entry(object).or_default();
                *number += 1;
                put(t, pid, Kind::Sent, object, pack(*number, step as u32));
                waiting.push((*number, pid, t));
            }
            Act::Receive(object) => {
                let (_, waiting) = queues.entry(object).or_default();
                if !waiting.is_empty() {
                    let (number, sender, sent) = waiting.remove(0);
                    put(t, pid, Kind::Received, object, pack(number, 0));
                    let bytes = (sent / STEP - 1).saturating_sub(1) as u32;
                    facts.messages.push((object, bytes, sender, pid, sent, t));
                }
            }
            Act::Lock(object) => {
                put(t, pid, Kind::WaitBegin(SegmentKind::LockAcquire), object, 0);
                put(t + 10, pid, Kind::WaitEnd(SegmentKind::LockAcquire), object, 1);
                put(t + 20, pid, Kind::HoldBegin, object, 0);
                put(t + 30, pid, Kind::HoldEnd, object, 0);
                facts.holds += 1;
            }
            Act::Compute(length) => {
                let (start_ns, end_ns) = (ZERO + t, ZERO + t + length);
                cores.push(CoreInterval { core: pid % 2, pid, tid: pid, start_ns, end_ns, after: AfterCore::Blocked });
                facts.on_core += length;
            }
        }
    }
    facts.messages.sort_unstable();
    (events, cores, facts)
}

/// What the chunks say that it did.
fn told(chunks: &[Chunk]) -> Facts {
    let pids: BTreeMap<u32, u32> = chunks.iter().flat_map(|chunk| &chunk.lanes).map(|lane| (lane.id, lane.pid)).collect();
    let arrows = chunks.iter().flat_map(|chunk| chunk.arrows.iter());
    let message = |arrow: forkyard_wire::timeline::Arrow| {
        (arrow.object, arrow.bytes, pids[&arrow.from], pids[&arrow.to], arrow.sent, arrow.received)
    };
    let mut messages: Vec<_> = arrows.map(message).collect();
    messages.sort_unstable();
    let rows = |kind| chunks.iter().flat_map(|chunk| chunk.segments.iter()).filter(move |row| row.kind == kind);
    assert_eq!(rows(SegmentKind::Hold).count(), rows(SegmentKind::LockAcquire).count());
    let on_core = rows(SegmentKind::OnCore).map(|row| row.end - row.start).sum();
    Facts { messages, holds: rows(SegmentKind::Hold).count(), on_core }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn what_a_program_does_is_told_once_and_wholly(
        program in program(),
        looks in prop::collection::vec((10_u32..15, 1_usize..40), 0..60),
    ) {
        let (mut events, cores, facts) = play(&program);
        let mut merge = Merge::new(ZERO);
        merge.hello(10, ZERO);
        let mut chunks = Vec::new();
        let end = ZERO + (program.len() as u64 + 2) * STEP;
        let mut feed = |merge: &mut Merge, pid: u32, count: usize| {
            let ring = events.entry(pid).or_default();
            let new: Vec<Event> = ring.drain(..count.min(ring.len())).collect();
            let newest = new.last().map(|event| event.t_ns);
            let names = vec![Name::Process { name: format!("P{pid}") }];
            merge.feed(&RawBatch { slot: pid as usize, pid, events: new, names, lost: 0, last: false });
            newest
        };
        // Rings are read in any order, but nothing is told that is younger than the oldest not read: the hold-back's promise.
        let mut read: BTreeMap<u32, u64> = (10..15).map(|pid| (pid, ZERO)).collect();
        for (pid, count) in looks {
            if let Some(newest) = feed(&mut merge, pid, count) {
                read.insert(pid, newest);
            }
            let known = read.values().copied().min().unwrap_or(ZERO);
            let now = known + 50_000_000 - 1;
            // Sometimes all of it, sometimes a part.
            merge.advance(now, count);
            chunks.push(merge.chunk(now));
        }
        for pid in 10..15 {
            feed(&mut merge, pid, usize::MAX);
        }
        merge.on_core(&cores);
        chunks.push(merge.finish(end));
        prop_assert_eq!(&told(&chunks), &facts);

        let text = serde_json::to_string(&chunks).unwrap();
        let back: Vec<Chunk> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back, chunks);
    }
}
