//! What the rows of a run add up to, kept as they come: whoever tells the story of a million rows asks for sums many times over.

use forkyard_wire::timeline::{Segment, SegmentKind};

/// For so many sums there is room at first; a power of two.
const ROOM: usize = 256;
/// Nothing is there.
const FREE: u32 = u32::MAX;

/// Rows that have kind, lane, object and who ended them in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sum {
    /// What they are.
    pub(crate) kind: SegmentKind,
    /// Whose they are.
    pub(crate) lane: u32,
    /// What they are about.
    pub(crate) object: u32,
    /// The lane whose act ended them.
    pub(crate) released_by: u32,
    /// How long they are together, in nanoseconds.
    pub(crate) ns: u64,
    /// How many they are.
    pub(crate) rows: usize,
    /// When the first one begins.
    pub(crate) from_ns: u64,
    /// When the last one ends.
    pub(crate) to_ns: u64,
}

impl Sum {
    /// Of one row, as far as it lies in a stretch; none where nothing of it does.
    pub(crate) fn of(row: &Segment, range: (u64, u64)) -> Option<Self> {
        let (from_ns, to_ns) = (row.start.max(range.0), row.end.min(range.1));
        let Segment { kind, lane, object, released_by, .. } = *row;
        (to_ns > from_ns).then(|| Sum { kind, lane, object, released_by, ns: to_ns - from_ns, rows: 1, from_ns, to_ns })
    }

    fn key(&self) -> (u64, u64) {
        (u64::from(self.lane) << 32 | u64::from(self.object), u64::from(self.released_by) << 32 | self.kind as u64)
    }
}

/// The sums.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    all: Vec<Sum>,
    /// The place of each sum in `all`, from where its key is mixed to onwards; at most half full. Each row has to find its sum, and this is
    /// smaller and quicker than the standard library's map.
    table: Vec<u32>,
}

impl Sums {
    /// Adds a row. One that takes no time adds nothing.
    pub(crate) fn add(&mut self, row: &Segment) {
        let Some(one) = Sum::of(row, (0, u64::MAX)) else { return };
        if self.all.len() * 2 >= self.table.len() {
            self.table = vec![FREE; (self.table.len() * 2).max(ROOM)];
            for place in 0..self.all.len() {
                let slot = self.slot(self.all[place].key());
                self.table[slot] = place as u32;
            }
        }
        let slot = self.slot(one.key());
        match self.all.get_mut(self.table[slot] as usize) {
            Some(sum) => {
                sum.ns += one.ns;
                sum.rows += 1;
                sum.from_ns = sum.from_ns.min(one.from_ns);
                sum.to_ns = sum.to_ns.max(one.to_ns);
            }
            None => {
                self.table[slot] = self.all.len() as u32;
                self.all.push(one);
            }
        }
    }

    /// Where in the table a key is, or would be.
    fn slot(&self, key: (u64, u64)) -> usize {
        let mixed = (key.0 ^ key.1.rotate_left(20)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let mut slot = mixed as usize % self.table.len();
        while self.all.get(self.table[slot] as usize).is_some_and(|sum| sum.key() != key) {
            slot = (slot + 1) % self.table.len();
        }
        slot
    }

    /// All of them, in the order of their first rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Sum> + '_ {
        self.all.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sample::{MS, segment};

    proptest! {
        #[test]
        fn each_row_is_in_the_sum_of_its_like(rows in prop::collection::vec((0_u32..40, 0_u32..3, 0_u32..3, 0_u64..50, 0_u64..5), 0..300)) {
            let kinds = [SegmentKind::Run, SegmentKind::LockAcquire, SegmentKind::Hold];
            let rows: Vec<Segment> = rows.into_iter().map(|(lane, object, by, start, length)| Segment {
                object,
                released_by: by,
                ..segment(lane, kinds[by as usize], start, start + length)
            }).collect();
            let mut sums = Sums::default();
            rows.iter().for_each(|row| sums.add(row));
            for sum in sums.iter() {
                let like = || rows.iter().filter(|row| Sum::of(row, (0, u64::MAX)).is_some_and(|one| one.key() == sum.key()));
                prop_assert_eq!(sum.ns, like().map(|row| row.end - row.start).sum::<u64>());
                prop_assert_eq!(sum.rows, like().count());
                prop_assert_eq!(Some(sum.from_ns), like().map(|row| row.start).min());
                prop_assert_eq!(Some(sum.to_ns), like().map(|row| row.end).max());
            }
            prop_assert_eq!(sums.iter().map(|sum| sum.rows).sum::<usize>(), rows.iter().filter(|row| row.end > row.start).count());
        }
    }

    #[test]
    fn a_stretch_cuts_a_row_and_leaves_out_what_lies_beside_it() {
        let row = segment(1, SegmentKind::Run, 10, 20);
        assert_eq!(Sum::of(&row, (15 * MS, 40 * MS)).map(|sum| sum.ns), Some(5 * MS));
        assert_eq!(Sum::of(&row, (20 * MS, 40 * MS)), None);
    }
}
