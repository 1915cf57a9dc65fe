//! A deadlock: threads that wait for each other, and nobody is left to let go. The merge finds it; here it is only found again.

use forkyard_wire::timeline::Blocked;

use crate::trace::{SegmentId, Trace};

/// What is to be said of the run's first deadlock, in a sentence.
pub fn sentence(trace: &Trace) -> Option<String> {
    trace.findings().deadlocks.first().map(|deadlock| deadlock.text.clone())
}

/// The waits of the run's first deadlock, each for what the next one has to do; none if nobody is in one.
pub fn deadlock(trace: &Trace) -> Option<Vec<SegmentId>> {
    let waits = &trace.findings().deadlocks.first()?.waits;
    Some(waits.iter().filter_map(|wait| segment_of(trace, wait)).collect())
}

fn segment_of(trace: &Trace, wait: &Blocked) -> Option<SegmentId> {
    let same = |lane: u32, start: u64| lane == wait.lane && start == wait.since_ns;
    trace.segments().find(|(_, row)| same(row.lane, row.start) && row.kind == wait.kind).map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, Deadlock, Segment, SegmentKind};

    use super::*;
    use crate::sample::{FIRST, LOCK, MS, SECOND, lanes, segment, trace};

    #[test]
    fn a_deadlock_is_said_and_its_waits_are_found() {
        let mut trace = trace();
        assert_eq!((sentence(&trace), deadlock(&trace)), (None, None));
        let wait = |lane, waits_for| Blocked {
            lane,
            kind: SegmentKind::LockAcquire,
            object: LOCK,
            line: 14,
            since_ns: 100 * MS,
            waits_for,
        };
        let waits = vec![wait(FIRST, SECOND), wait(SECOND, FIRST)];
        let open = waits.iter().map(|wait| Segment { object: LOCK, ..segment(wait.lane, SegmentKind::LockAcquire, 100, 200) });
        let open = open.collect();
        let deadlocks = vec![Deadlock { at_ns: 100 * MS, text: "Deadlock: both wait.".into(), waits }];
        trace.apply(&Chunk { to_ns: 200 * MS, lanes: lanes(), open, deadlocks, ..Chunk::default() });
        assert_eq!(sentence(&trace).as_deref(), Some("Deadlock: both wait."));
        let found = deadlock(&trace).unwrap();
        assert_eq!(found.iter().map(|id| trace.segment(*id).unwrap().lane).collect::<Vec<_>>(), [FIRST, SECOND]);
    }
}
