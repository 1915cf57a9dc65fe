//! Where a picture opens: at the run's beginning, or past one in which the interpreter started and nothing else was there yet.

use forkyard_wire::timeline::{Category, LaneKind};

use crate::trace::Trace;

/// A beginning that takes a larger part of the run is passed over.
const LONG: f64 = 0.3;
/// A longer one, in nanoseconds, is more than a start and what is imported: it may be what the run is about.
const LONGEST_NS: u64 = 200_000_000;
/// Of what is shown so much lies before the first birth.
const BEFORE: f64 = 0.1;

/// From when on a run is shown at first, in nanoseconds since its zero; none where it is shown from its beginning.
pub fn opening(trace: &Trace) -> Option<u64> {
    let children = trace.lanes().iter().filter(|lane| lane.kind != LaneKind::Core && lane.parent != 0);
    let born = children.map(|lane| lane.start_ns).min()?;
    let end = trace.end_ns();
    if born as f64 <= end as f64 * LONG || born > LONGEST_NS || trace.marks().iter().any(|mark| mark.at_ns < born) {
        return None;
    }
    // A wait of the program's own says that it had begun.
    let at_work = trace.segments().any(|(_, row)| row.start < born && row.line != 0 && row.kind.category() == Category::Wait);
    (!at_work).then(|| born.saturating_sub((end.saturating_sub(born) as f64 * BEFORE) as u64))
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, Lane, Mark, MarkKind, Segment, SegmentKind};

    use super::*;
    use crate::sample::*;

    /// A run of 100 ms, its first child born then.
    fn run(born_ms: u64, more: Chunk) -> Trace {
        let mut trace = Trace::new();
        let child = Lane { start_ns: born_ms * MS, ..lane(FIRST, LaneKind::Process, "Process-1", MAIN) };
        let lanes = vec![lane(MAIN, LaneKind::Process, "MainProcess", 0), child];
        trace.apply(&Chunk { to_ns: 100 * MS, lanes, ..more });
        trace
    }

    #[test]
    fn a_long_start_is_passed_over_and_a_short_one_is_not() {
        assert_eq!(opening(&run(60, Chunk::default())), Some(56 * MS));
        assert_eq!(opening(&run(20, Chunk::default())), None);
        assert_eq!(opening(&run(0, Chunk::default())), None);
        assert_eq!(opening(&Trace::new()), None);
    }

    #[test]
    fn what_the_program_did_before_is_not_passed_over() {
        let print = Mark { lane: MAIN, at_ns: 30 * MS, kind: MarkKind::Stdout, text: "first".to_owned() };
        assert_eq!(opening(&run(60, Chunk { marks: vec![print], ..Chunk::default() })), None);
        let sleep = Segment { line: 3, ..segment(MAIN, SegmentKind::Sleep, 10, 50) };
        assert_eq!(opening(&run(60, Chunk { segments: [sleep].into_iter().collect(), ..Chunk::default() })), None);
        let mut long = run(210, Chunk::default());
        long.apply(&Chunk { to_ns: 300 * MS, ..Chunk::default() });
        assert_eq!(opening(&long), None, "the interpreter does not take so long to start");
    }
}
