//! A deadlock: processes that wait for each other in a circle, and nobody is left to let go.
//!
//! Read from the waits alone: each names who held the object when it began, and a wait that somebody ended names them too.
//! A circle of waits that nobody ended, all going on at one time, cannot come undone by itself.

use forkyard_wire::timeline::{Category, LaneKind, Segment};

use crate::band::BandKind;
use crate::sentence::who;
use crate::trace::{SegmentId, Trace};

/// A process that is killed in its wait may still show its exit and its time as a zombie behind it.
const PIECES_BEHIND: usize = 4;

/// The waits of a deadlock, each for what the next one's process holds; none if nobody is in one.
pub fn deadlock(trace: &Trace) -> Option<Vec<SegmentId>> {
    let lanes = trace.lanes();
    let waits: Vec<(SegmentId, &Segment)> =
        lanes.iter().filter(|lane| lane.kind != LaneKind::Core).filter_map(|lane| last_wait(trace, lane.id)).collect();
    let next = |from: &Segment| waits.iter().find(|(_, row)| row.lane == from.holder && overlap(row, from));
    for start in &waits {
        let mut circle = vec![*start];
        while let Some(wait) = circle.last().and_then(|(_, row)| next(row)) {
            if wait.0 == start.0 {
                return Some(circle.into_iter().map(|(id, _)| id).collect());
            }
            if circle.iter().any(|(id, _)| *id == wait.0) {
                // A circle further on, which begins elsewhere.
                break;
            }
            circle.push(*wait);
        }
    }
    None
}

/// `Deadlock: Process-1 waits for b, held by Process-2; Process-2 waits for a, held by Process-1.`
pub fn sentence(trace: &Trace) -> Option<String> {
    let circle = deadlock(trace)?;
    let waits = circle.iter().filter_map(|id| trace.segment(*id)).map(|row| {
        let object = trace.object(row.object).map_or("a lock", |object| object.name.as_str());
        format!("{} waits for {object}, held by {}", who(trace, row.lane), who(trace, row.holder))
    });
    Some(format!("Deadlock: {}.", waits.collect::<Vec<_>>().join("; ")))
}

/// What a lane waited for at its end, if somebody held it and nobody let go.
fn last_wait(trace: &Trace, lane: u32) -> Option<(SegmentId, &Segment)> {
    let pieces = trace.pieces(lane, BandKind::Main)?;
    let mut before = u64::MAX;
    for _ in 0..PIECES_BEHIND {
        let piece = pieces.before(before)?;
        let row = trace.segment(SegmentId(piece.row))?;
        if row.kind.category() == Category::Wait {
            return (row.holder != 0 && row.released_by == 0).then_some((SegmentId(piece.row), row));
        }
        if row.kind.category() == Category::Core {
            return None;
        }
        before = piece.start;
    }
    None
}

fn overlap(one: &Segment, other: &Segment) -> bool {
    one.start.max(other.start) < one.end.min(other.end)
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, SegmentKind};

    use super::*;
    use crate::sample::{FIRST, LOCK, MAIN, MS, QUEUE, SECOND, lanes, segment, trace};

    fn waits(rows: &[(u32, u32, u32, u64)]) -> Trace {
        let mut trace = trace();
        let open = rows.iter().map(|(lane, object, holder, start)| Segment {
            object: *object,
            holder: *holder,
            ..segment(*lane, SegmentKind::LockAcquire, *start, 200)
        });
        trace.apply(&Chunk { to_ns: 200 * MS, lanes: lanes(), open: open.collect(), ..Chunk::default() });
        trace
    }

    #[test]
    fn two_who_wait_for_each_other_are_named() {
        let trace = waits(&[(FIRST, LOCK, SECOND, 100), (SECOND, QUEUE, FIRST, 110)]);
        assert_eq!(
            sentence(&trace).as_deref(),
            Some(
                "Deadlock: Process-1 waits for counter_lock, held by Process-2; Process-2 waits for results, held by Process-1."
            )
        );
    }

    #[test]
    fn who_waits_for_the_circle_is_not_part_of_it() {
        let trace = waits(&[(MAIN, LOCK, FIRST, 100), (FIRST, LOCK, SECOND, 100), (SECOND, QUEUE, FIRST, 110)]);
        assert_eq!(deadlock(&trace).map(|circle| circle.len()), Some(2));
    }

    #[test]
    fn waiting_for_somebody_who_is_at_work_is_no_deadlock() {
        assert_eq!(sentence(&waits(&[(FIRST, LOCK, SECOND, 100)])), None);
        assert_eq!(sentence(&trace()), None);
    }

    #[test]
    fn a_wait_that_somebody_ended_was_no_deadlock() {
        let mut trace = waits(&[(FIRST, LOCK, SECOND, 100), (SECOND, QUEUE, FIRST, 110)]);
        let ended =
            Segment { object: LOCK, holder: SECOND, released_by: SECOND, ..segment(FIRST, SegmentKind::LockAcquire, 100, 210) };
        trace.apply(&Chunk { to_ns: 210 * MS, segments: [ended].into_iter().collect(), ..Chunk::default() });
        assert_eq!(sentence(&trace), None);
    }
}
