//! Whatever is in the rings, the merge answers with rows that can be drawn, and exported.

mod perfetto;

use std::collections::HashSet;
use std::sync::LazyLock;

use forkyard_trace::chrome;
use forkyard_trace::event::{Event, Kind, pack};
use forkyard_trace::merge::{Ending, Merge};
use forkyard_trace::names::Name;
use forkyard_trace::reader::RawBatch;
use forkyard_wire::cores::{AfterCore, CoreInterval};
use forkyard_wire::timeline::Chunk;
use proptest::prelude::*;
use serde_json::Value;

use crate::perfetto::misread;

/// A number that is small, so that numbers meet, or anything.
fn number() -> impl Strategy<Value = u32> {
    prop_oneof![9 => 0_u32..6, 1 => any::<u32>()]
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![18 => 0_u64..1_000, 1 => any::<u64>(), 1 => 0_u64..1_000_000_000]
}

fn event() -> impl Strategy<Value = Event> {
    let kind = prop_oneof![9 => (0_usize..128).prop_map(known_kind), 1 => any::<u16>()];
    let argument =
        prop_oneof![9 => (number(), number()).prop_map(|(high, low)| pack(high, low)), 1 => any::<u64>(), 3 => Just(1)];
    (time(), number(), kind, number(), argument).prop_map(|(t_ns, tid, kind, object, argument)| Event {
        t_ns,
        tid,
        kind,
        core: 0,
        object,
        sequence: 0,
        argument,
    })
}

/// One of the numbers that mean something.
fn known_kind(index: usize) -> u16 {
    static KNOWN: LazyLock<Vec<u16>> =
        LazyLock::new(|| (0..=u16::MAX).filter(|&number| Kind::unpack(number).is_some()).collect());
    KNOWN[index % KNOWN.len()]
}

fn name() -> impl Strategy<Value = Name> {
    let text = "[a-c]{0,2}";
    prop_oneof![
        (number(), text).prop_map(|(id, text)| Name::String { id, text }),
        (number(), text, text, number()).prop_map(|(id, kind, name, line)| Name::Object { id, kind, name, line }),
        text.prop_map(|name| Name::Process { name }),
        (number(), text).prop_map(|(tid, name)| Name::Thread { tid, name }),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Feed(RawBatch),
    Death(u32, u64, i32),
    OnCore(Vec<CoreInterval>),
    Chunk(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let batch = (
        0_usize..4,
        number(),
        prop::collection::vec(event(), 0..40),
        prop::collection::vec(name(), 0..4),
        0_u64..2,
        any::<bool>(),
    );
    let after =
        prop_oneof![Just(AfterCore::Blocked), Just(AfterCore::Runnable), Just(AfterCore::Running), Just(AfterCore::Unknown)];
    let interval = (number(), number(), number(), time(), time(), after)
        .prop_map(|(core, pid, tid, start_ns, end_ns, after)| CoreInterval { core, pid, tid, start_ns, end_ns, after });
    prop_oneof![
        4 => batch.prop_map(|(slot, pid, events, names, lost, last)| Step::Feed(RawBatch { slot, pid, events, names, lost, last })),
        1 => (number(), time(), any::<i32>()).prop_map(|(pid, t_ns, signal)| Step::Death(pid, t_ns, signal)),
        1 => prop::collection::vec(interval, 0..6).prop_map(Step::OnCore),
        1 => (50_000_000_u64..50_002_000).prop_map(Step::Chunk),
    ]
}

/// Everything that a reader of chunks relies on.
fn check(chunk: &Chunk, lanes: &mut HashSet<u32>) {
    lanes.extend(chunk.lanes.iter().map(|lane| lane.id));
    let exists = |lane: u32| lane == 0 || lanes.contains(&lane);
    for row in chunk.segments.iter().chain(chunk.open.iter()) {
        assert!(row.end >= row.start, "{row:?}");
        assert!(row.lane != 0 && [row.lane, row.holder, row.released_by].into_iter().all(exists), "{row:?}");
    }
    assert_eq!(chunk.segments.iter().count(), chunk.segments.len(), "a row has an unknown kind");
    for arrow in chunk.arrows.iter() {
        assert!(arrow.received >= arrow.sent && arrow.from != 0 && arrow.to != 0 && exists(arrow.from) && exists(arrow.to));
    }
    assert!(chunk.gaps.iter().all(|gap| gap.lane != 0 && exists(gap.lane) && gap.from_ns <= gap.to_ns));
    assert!(chunk.levels.iter().all(|level| level.object != 0));
    for deadlock in &chunk.deadlocks {
        assert!(!deadlock.waits.is_empty());
        assert!(deadlock.waits.iter().all(|wait| wait.lane != 0 && exists(wait.lane) && exists(wait.waits_for)));
    }
    assert!(chunk.lost_updates.iter().all(|lost| exists(lost.lane) && exists(lost.other_lane) && lost.count > 0));
    assert!(chunk.marks.iter().all(|mark| mark.lane != 0 && exists(mark.lane)));
    assert!(chunk.lanes.iter().all(|lane| exists(lane.parent) && lane.end_ns.is_none_or(|end| end >= lane.start_ns)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn any_soup_of_events_makes_rows_that_can_be_drawn(zero in 0_u64..100, steps in prop::collection::vec(step(), 0..12)) {
        let mut merge = Merge::new(zero);
        let mut chunks = Vec::new();
        let mut lanes = HashSet::new();
        for step in steps {
            match step {
                Step::Feed(batch) => merge.feed(&batch),
                Step::Death(pid, t_ns, signal) => merge.death(pid, t_ns, Ending::Signalled(signal)),
                Step::OnCore(intervals) => merge.on_core(&intervals),
                Step::Chunk(now_ns) => chunks.push(merge.chunk(now_ns)),
            }
        }
        chunks.push(merge.finish(60_000_000));
        chunks.iter().for_each(|chunk| check(chunk, &mut lanes));
        prop_assert!(chunks.windows(2).all(|pair| pair[0].to_ns <= pair[1].to_ns));
        prop_assert!(chunks[chunks.len() - 1].open.is_empty());
        let mut trace: Value = serde_json::from_str(chrome::export(&chunks).get()).unwrap();
        // Cores are told anything here, threads on two of them at once among it.
        trace["traceEvents"].as_array_mut().unwrap().retain(|event| event["pid"].as_u64() < Some(1_000_000_000));
        prop_assert_eq!(misread(&trace), Vec::<String>::new());
    }
}
