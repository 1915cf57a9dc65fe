//! Search by name: lanes, objects, functions of tasks, what was printed, and `line 14` of the program. Capitals do not count.
//!
//! A hit is something that can be selected, so that who searches can step from one to the next.

use forkyard_wire::timeline::SegmentKind;

use crate::band::BandKind;
use crate::order::by_key;
use crate::spot::{Selection, Spot, nearest};
use crate::trace::{MarkId, SegmentId, Trace};

/// What of a run has these words in its name, in order of time. Nothing for no words.
pub fn search(trace: &Trace, panel: usize, words: &str) -> Vec<Selection> {
    let wanted = words.trim().to_ascii_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut hits: Vec<(u64, Selection)> = Vec::new();
    match wanted.strip_prefix("line ").and_then(|line| line.trim().parse().ok()) {
        Some(line) => trace.of_line(line).for_each(|id| add(&mut hits, trace, panel, id)),
        None => by_name(&mut hits, trace, panel, &wanted),
    }
    by_key(&mut hits, |(at_ns, _)| (*at_ns, 0));
    hits.into_iter().map(|(_, selection)| selection).collect()
}

fn by_name(hits: &mut Vec<(u64, Selection)>, trace: &Trace, panel: usize, wanted: &str) {
    let named = |name: &str| name.to_ascii_lowercase().contains(wanted);
    for lane in trace.lanes().iter().filter(|lane| named(&lane.name)) {
        let band = trace.bands(lane.id).find(|band| matches!(band, BandKind::Main | BandKind::Core));
        let first = band.and_then(|band| Some((band, nearest(trace.pieces(lane.id, band)?, 0)?)));
        if let Some((band, piece)) = first {
            hits.push((piece.start, Selection::Segment(Spot::of(&piece, panel, lane.id, band))));
        }
    }
    let objects: Vec<u32> = trace.objects().filter(|object| named(&object.name)).map(|object| object.id).collect();
    let functions: Vec<u32> =
        (1..).map_while(|id| Some((id, trace.string(id)?))).filter(|(_, text)| named(text)).map(|(id, _)| id).collect();
    for (id, row) in trace.segments() {
        let function = row.kind == SegmentKind::Task && functions.contains(&row.detail);
        if function || (row.object != 0 && objects.contains(&row.object)) {
            add(hits, trace, panel, id);
        }
    }
    for (place, mark) in trace.marks().iter().enumerate().filter(|(_, mark)| named(&mark.text)) {
        hits.push((mark.at_ns, Selection::Mark { panel, mark: MarkId(place as u32) }));
    }
}

fn add(hits: &mut Vec<(u64, Selection)>, trace: &Trace, panel: usize, id: SegmentId) {
    if let Some(spot) = Spot::of_segment(trace, panel, id) {
        hits.push((trace.segment(id).map_or(0, |row| row.start), Selection::Segment(spot)));
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, Mark, MarkKind};

    use super::*;
    use crate::sample::*;

    /// The kinds of the segments that were hit.
    fn kinds(words: &str) -> Vec<SegmentKind> {
        let trace = trace();
        let kind = |hit: &Selection| match hit {
            Selection::Segment(spot) => trace.segment(spot.segment).map(|row| row.kind),
            _ => None,
        };
        search(&trace, 0, words).iter().filter_map(kind).collect()
    }

    #[test]
    fn an_objects_holds_and_waits_are_found_in_order_of_time() {
        assert_eq!(kinds("Counter"), [SegmentKind::Hold, SegmentKind::LockAcquire, SegmentKind::Hold]);
    }

    #[test]
    fn a_function_and_a_line_are_found() {
        assert_eq!(kinds("square"), [SegmentKind::Task]);
        assert_eq!(kinds("line 20"), [SegmentKind::QueueGet]);
        assert_eq!(kinds(" LINE 14 ").len(), 3);
        assert!(kinds("line 2").is_empty(), "not line 20");
    }

    #[test]
    fn each_lane_of_a_name_is_one_hit() {
        let lanes = |words| {
            let lane = |hit: &Selection| if let Selection::Segment(spot) = hit { Some(spot.lane) } else { None };
            search(&trace(), 0, words).iter().filter_map(lane).collect::<Vec<_>>()
        };
        assert_eq!(lanes("process-"), [FIRST, SECOND]);
        assert_eq!(lanes("core 1"), [CORE_1]);
    }

    #[test]
    fn what_was_printed_is_found() {
        let mut trace = trace();
        let mark = Mark { lane: FIRST, at_ns: MS, kind: MarkKind::Stdout, text: "Hello\n".to_owned() };
        trace.apply(&Chunk { marks: vec![mark], ..Chunk::default() });
        assert_eq!(search(&trace, 1, "hello"), [Selection::Mark { panel: 1, mark: MarkId(0) }]);
    }

    #[test]
    fn no_words_find_nothing() {
        assert!(kinds("  ").is_empty());
        assert!(kinds("nowhere").is_empty());
    }
}
