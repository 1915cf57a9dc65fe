//! In which row of its thread a slice stands.
//!
//! The format draws the slices of a row into each other: one that begins within another and outlasts it has no place there, and
//! Perfetto drops it. Locks can be taken and released crosswise, and a lock can outlast the task that took it; such a slice stands
//! in a row beside its thread's. What nests, and that is nearly everything, stays in the thread's own.

use std::collections::{BTreeMap, HashMap};

use forkyard_wire::timeline::{Category, Segment};

/// When it begins and ends, and its place in the order in which slices are told.
type Slice = (u64, u64, usize);

/// The rows beside those of the threads.
#[derive(Default)]
pub(super) struct Rows {
    /// The lane of each.
    lanes: Vec<u32>,
    /// Which of them a slice stands in, by its place in the order in which slices are told.
    slices: HashMap<usize, u32>,
}

impl Rows {
    /// Finds a row for each of a run's slices; `place` tells where a lane's row is, for lanes of one pid may share it.
    pub(super) fn of(segments: impl Iterator<Item = Segment>, place: impl Fn(u32) -> Option<(u32, u32)>) -> Self {
        let mut places: BTreeMap<(u32, u32), (u32, Vec<Slice>)> = BTreeMap::new();
        for (index, segment) in segments.enumerate() {
            if let Some(place) = place(segment.lane)
                && !matches!(segment.kind.category(), Category::Core | Category::Gil)
            {
                let (_, slices) = places.entry(place).or_insert_with(|| (segment.lane, Vec::new()));
                slices.push((segment.start, segment.end, index));
            }
        }
        let mut rows = Rows::default();
        for (lane, mut slices) in places.into_values() {
            // Of those that begin together, the longest encloses the others.
            slices.sort_unstable_by_key(|&(start, end, index)| (start, u64::MAX - end, index));
            rows.place(lane, &slices);
        }
        rows
    }

    /// The same for those of one place, in order.
    fn place(&mut self, lane: u32, slices: &[Slice]) {
        let mut own = Vec::new();
        let mut beside: Vec<(u32, Vec<u64>)> = Vec::new();
        for &(start, end, index) in slices {
            if nests(&mut own, start, end) {
                continue;
            }
            let found = beside.iter_mut().find_map(|(row, open)| nests(open, start, end).then_some(*row));
            let row = found.unwrap_or_else(|| {
                let row = self.lanes.len() as u32;
                self.lanes.push(lane);
                beside.push((row, vec![end]));
                row
            });
            self.slices.insert(index, row);
        }
    }

    /// The row beside its thread's that a slice stands in, if it does not stand in its thread's own.
    pub(super) fn row(&self, index: usize) -> Option<u32> {
        self.slices.get(&index).copied()
    }

    /// These rows and whose they are.
    pub(super) fn beside(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..).zip(self.lanes.iter().copied())
    }
}

/// Puts a slice among those of a row that have not ended, if it lies wholly within the innermost.
fn nests(ends: &mut Vec<u64>, start: u64, end: u64) -> bool {
    while ends.last().is_some_and(|&last| last <= start) {
        ends.pop();
    }
    let fits = ends.last().is_none_or(|&last| end <= last);
    if fits {
        ends.push(end);
    }
    fits
}
