//! Locks held. A lock may be released by another lane than took it.

use std::collections::BTreeMap;

use forkyard_wire::timeline::{Segment, SegmentKind};

/// Holders of one object at once that are believed.
const HOLDERS: usize = 1024;

/// Who takes a lock tells it up to so much before the other tells that it is free, in nanoseconds: a processor may read its clock early.
const EARLY_NS: u64 = 1000;

/// A lock that is held.
#[derive(Debug, Clone, Copy)]
struct Hold {
    lane: u32,
    start: u64,
    line: u32,
}

/// Who holds what, by object.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    open: BTreeMap<u32, Vec<Hold>>,
}

impl Holds {
    /// A lane took an object.
    pub(crate) fn begin(&mut self, object: u32, lane: u32, t: u64, line: u32) {
        let holders = self.open.entry(object).or_default();
        if holders.len() < HOLDERS {
            holders.push(Hold { lane, start: t, line });
        }
    }

    /// A lane released an object: the end of its own hold, or, if it has none, of the oldest.
    pub(crate) fn end(&mut self, object: u32, lane: u32, t: u64) -> Option<Segment> {
        // An emptied list stays: the object will be held again.
        let holders = self.open.get_mut(&object).filter(|holders| !holders.is_empty())?;
        let place = holders.iter().rposition(|hold| hold.lane == lane).unwrap_or(0);
        let hold = holders.remove(place);
        let begun = holders.iter().map(|next| next.start).filter(|start| (hold.start..t).contains(start) && t - start < EARLY_NS);
        let end = begun.min().unwrap_or(t);
        Some(segment(object, hold, end))
    }

    /// The lane that has held an object longest, other than `but`; 0 when there is none.
    pub(crate) fn holder(&self, object: u32, but: u32) -> u32 {
        let holders = self.open.get(&object).map_or(&[][..], Vec::as_slice);
        holders.iter().map(|hold| hold.lane).find(|&lane| lane != but).unwrap_or(0)
    }

    /// When a lane took the object that it holds, if that was after `t`.
    pub(crate) fn taken_since(&self, object: u32, lane: u32, t: u64) -> Option<u64> {
        let holders = self.open.get(&object)?;
        holders.iter().rfind(|hold| hold.lane == lane && hold.start >= t).map(|hold| hold.start)
    }

    /// Whether a lane holds an object.
    pub(crate) fn is_held_by(&self, object: u32, lane: u32) -> bool {
        self.open.get(&object).is_some_and(|holders| holders.iter().any(|hold| hold.lane == lane))
    }

    /// Everything that these lanes hold is theirs no more.
    pub(crate) fn take(&mut self, lanes: &[u32], t: u64) -> Vec<Segment> {
        let mut ended = Vec::new();
        self.open.retain(|&object, holders| {
            holders.retain(|hold| {
                let keep = !lanes.contains(&hold.lane);
                if !keep {
                    ended.push(segment(object, *hold, t));
                }
                keep
            });
            !holders.is_empty()
        });
        ended
    }

    /// All holds that have not ended, as if they did at `t`.
    pub(crate) fn open(&self, t: u64) -> impl Iterator<Item = Segment> + '_ {
        let holds = self.open.iter().flat_map(|(&object, holders)| holders.iter().map(move |&hold| (object, hold)));
        holds.map(move |(object, hold)| segment(object, hold, t))
    }
}

fn segment(object: u32, hold: Hold, end: u64) -> Segment {
    Segment { object, line: hold.line, ..super::segment(hold.lane, SegmentKind::Hold, hold.start, end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_seems_to_be_taken_before_it_is_free_is_held_by_one_at_a_time() {
        let mut holds = Holds::default();
        holds.begin(7, 1, 1_000, 3);
        holds.begin(7, 2, 5_000, 4);
        let end = holds.end(7, 1, 5_080).map(|hold| (hold.lane, hold.start, hold.end));
        assert_eq!(end, Some((1, 1_000, 5_000)));
        assert_eq!(holds.end(7, 2, 9_000).map(|hold| hold.start), Some(5_000));
    }

    #[test]
    fn holders_for_longer_hold_it_together() {
        let mut holds = Holds::default();
        holds.begin(7, 1, 1_000, 3);
        holds.begin(7, 2, 5_000, 4);
        assert_eq!(holds.end(7, 1, 5_000 + EARLY_NS).map(|hold| hold.end), Some(5_000 + EARLY_NS));
    }
}
