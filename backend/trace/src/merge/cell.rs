//! Shared values: whose update was lost.
//!
//! A thread's reading of a value is told after it, a writing before it. So when another's writing was told between a thread's reading
//! and its writing, it came after the value that was read, and one of the two updates is lost. Reading and writing in one line, nothing
//! else of this value in between, is taken for an update.
//!
//! How many are lost: a value is as many updates deep as it is made of. A write is one deeper than what it came of, and as many are
//! lost as the value that it overwrote was deeper than what it came of. Sometimes it was less deep, and lost updates come back: whoever
//! has read the deeper value writes what comes of it. As long as somebody may, losses are not told.

use std::collections::{BTreeMap, BTreeSet};

use super::table::Table;
use forkyard_wire::timeline::LostUpdates;

/// Elements that are remembered, at most.
const KEPT: usize = 1 << 16;

/// A value, or an element of an array.
type Cell = (u32, u32);

/// Whose update was lost to whom: the object, lane and line of who wrote last, and of the other.
type Loss = (u32, u32, u32, u32, u32);

/// Something done to a cell.
#[derive(Debug, Clone, Copy)]
struct Touch {
    lane: u32,
    line: u32,
    at: u64,
    /// How many updates the value is made of.
    depth: i64,
}

/// All shared values.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    /// What each lane read and has not written since.
    read: Table<(u32, Cell), Touch>,
    written: Table<Cell, Touch>,
    /// What was lost and has not been told.
    lost: BTreeMap<Loss, LostUpdates>,
    /// Updates of each object that were told as lost and came back.
    back: Table<u32, i64>,
}

impl Cells {
    /// A lane has read an element.
    pub(crate) fn read(&mut self, lane: u32, cell: Cell, line: u32, at: u64) {
        if self.read.len() < KEPT || self.read.contains_key(&(lane, cell)) {
            let depth = self.written.get(&cell).map_or(0, |last| last.depth);
            self.read.insert((lane, cell), Touch { lane, line, at, depth });
        }
    }

    /// A lane is about to write an element.
    pub(crate) fn written(&mut self, lane: u32, cell: Cell, line: u32, at: u64) {
        let read = self.read.remove(&(lane, cell)).filter(|read| read.line == line);
        let last = self.written.get(&cell).copied();
        if let (Some(read), Some(last)) = (read, last)
            && last.lane != lane
            && last.at > read.at
        {
            self.lose(cell, Touch { lane, line, at, depth: read.depth }, last);
        }
        let before = read.or(last).map_or(0, |before| before.depth);
        if last.is_some() || self.written.len() < KEPT {
            self.written.insert(cell, Touch { lane, line, at, depth: before.saturating_add(1) });
        }
    }

    /// What came of the value of `read` overwrites the value of `last`.
    fn lose(&mut self, cell: Cell, read: Touch, last: Touch) {
        let mut lost = last.depth.saturating_sub(read.depth);
        if lost < 0 {
            let overwritten = (cell.0, last.lane, last.line, read.lane, read.line);
            lost = lost.saturating_add(self.take_back(overwritten, lost.saturating_neg()));
        }
        let back = self.back.entry(cell.0).or_default();
        lost = lost.saturating_sub(*back);
        *back = lost.saturating_neg().max(0);
        if lost <= 0 {
            return;
        }
        let found = self.lost.entry((cell.0, read.lane, read.line, last.lane, last.line)).or_insert(LostUpdates {
            object: cell.0,
            element: cell.1,
            count: 0,
            at_ns: read.at,
            lane: read.lane,
            line: read.line,
            other_lane: last.lane,
            other_line: last.line,
        });
        found.count = found.count.saturating_add(u32::try_from(lost).unwrap_or(u32::MAX));
    }

    /// So many lost updates of an object came back, of those that this one wrote over first. Answers how many of them had not been told.
    fn take_back(&mut self, first: Loss, most: i64) -> i64 {
        let object = (first.0, 0, 0, 0, 0)..=(first.0, u32::MAX, u32::MAX, u32::MAX, u32::MAX);
        let others: Vec<Loss> = self.lost.range(object).map(|(&loss, _)| loss).filter(|&loss| loss != first).collect();
        let mut left = most;
        for loss in std::iter::once(first).chain(others) {
            let Some(found) = self.lost.get_mut(&loss) else { continue };
            let count = u32::try_from(left).unwrap_or(u32::MAX).min(found.count);
            found.count -= count;
            left -= i64::from(count);
            if found.count == 0 {
                self.lost.remove(&loss);
            }
            if left == 0 {
                break;
            }
        }
        most - left
    }

    /// A lane ended, or something of it was not seen: what it read is not what it will write.
    pub(crate) fn forget_lane(&mut self, lane: u32) {
        self.read.retain(|(reader, _), _| *reader != lane);
    }

    /// What was lost since the last call, and cannot come back.
    pub(crate) fn take_lost(&mut self) -> Vec<LostUpdates> {
        if self.lost.is_empty() {
            return Vec::new();
        }
        let depth = |cell: &Cell| self.written.get(cell).map_or(0, |last| last.depth);
        let deeper = self.read.iter().filter(|((_, cell), read)| read.depth > depth(cell));
        let open: BTreeSet<u32> = deeper.map(|((_, (object, _)), _)| *object).collect();
        let (kept, told) = std::mem::take(&mut self.lost).into_iter().partition(|(loss, _)| open.contains(&loss.0));
        self.lost = kept;
        let told: BTreeMap<Loss, LostUpdates> = told;
        told.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: Cell = (1, 0);

    #[test]
    fn a_write_of_what_was_read_before_anothers_writes_undoes_them() {
        let mut cells = Cells::default();
        for (lane, at) in [(1, 10), (2, 11)] {
            cells.read(lane, CELL, 5, at);
        }
        cells.written(1, CELL, 5, 12);
        cells.read(1, CELL, 5, 12);
        cells.written(1, CELL, 5, 12);
        cells.written(2, CELL, 5, 13);
        let lost = cells.take_lost();
        assert_eq!((lost.len(), lost[0].count, lost[0].lane, lost[0].other_lane, lost[0].at_ns), (1, 2, 2, 1, 13));
        assert_eq!(cells.take_lost(), []);
    }

    #[test]
    fn as_many_are_lost_as_the_value_is_short_of() {
        let mut cells = Cells::default();
        // Both read 0; 2 writes 1 and reads it; 1 writes 1, and loses that; 2 writes 2, and loses nothing more.
        cells.read(1, CELL, 5, 10);
        cells.read(2, CELL, 5, 11);
        cells.written(2, CELL, 5, 12);
        cells.read(2, CELL, 5, 13);
        cells.written(1, CELL, 5, 14);
        cells.written(2, CELL, 5, 15);
        assert_eq!(cells.take_lost().iter().map(|lost| lost.count).sum::<u32>(), 1);
    }

    #[test]
    fn what_may_come_back_is_not_told_and_what_has_come_back_never() {
        let mut cells = Cells::default();
        let update = |cells: &mut Cells, lane, at| {
            cells.read(lane, CELL, 5, at);
            cells.written(lane, CELL, 5, at + 1);
        };
        // 1 reads 0 and rests. 2 makes it 3 and reads that. 1 writes 1, over three updates; 2 writes 4, and two of them are back.
        cells.read(1, CELL, 5, 10);
        [11, 13, 15].into_iter().for_each(|at| update(&mut cells, 2, at));
        cells.read(2, CELL, 5, 17);
        cells.written(1, CELL, 5, 18);
        assert_eq!(cells.take_lost(), [], "2 still has the 3");
        cells.written(2, CELL, 5, 19);
        let lost = cells.take_lost();
        assert_eq!(lost.iter().map(|lost| lost.count).sum::<u32>(), 1, "five updates made a 4: {lost:?}");
    }

    #[test]
    fn who_ends_brings_nothing_back() {
        let mut cells = Cells::default();
        cells.read(1, CELL, 5, 10);
        for at in [11, 13] {
            cells.read(2, CELL, 5, at);
            cells.written(2, CELL, 5, at + 1);
        }
        cells.read(2, CELL, 5, 15);
        cells.written(1, CELL, 5, 16);
        assert_eq!(cells.take_lost().len(), 0);
        cells.forget_lane(2);
        assert_eq!(cells.take_lost().len(), 1);
    }

    #[test]
    fn updates_one_after_the_other_lose_nothing_and_neither_do_plain_writes() {
        let mut cells = Cells::default();
        for (lane, at) in [(1, 10), (2, 20), (1, 30)] {
            cells.read(lane, CELL, 5, at);
            cells.written(lane, CELL, 5, at + 1);
        }
        cells.read(1, CELL, 7, 40);
        cells.written(2, CELL, 8, 41);
        cells.written(1, CELL, 9, 42);
        assert_eq!(cells.take_lost(), [], "line 9 does not write what line 7 read");
    }
}
