//! Rows of a band in order of their start, with the latest end so far beside each: which rows reach past a moment is one
//! search, although rows may overlap and may arrive in any order.

use crate::order::by_key;
use crate::state::Class;

/// A row that is put in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Nanoseconds.
    pub(crate) start: u64,
    /// Nanoseconds; [`OPEN`] while it is open.
    pub(crate) end: u64,
    /// Row of the trace's table of segments.
    pub(crate) row: u32,
    /// Of rows at one moment the highest is seen.
    pub(crate) rank: u8,
    /// What it counts as.
    pub(crate) class: Class,
}

/// The end of a row that has none yet.
pub(crate) const OPEN: u64 = u64::MAX;

impl Entry {
    /// Whether it has no end yet.
    pub(crate) fn is_open(&self) -> bool {
        self.end == OPEN
    }
}

/// The rows in order of (start, row), once they are [settled](Sorted::settle).
#[derive(Debug, Clone, Default)]
pub(crate) struct Sorted {
    entries: Vec<Entry>,
    /// The latest end of all entries up to this one.
    reach: Vec<u64>,
    /// How many of them are in order while others wait to be put among them, and before which of them the first belongs.
    loose: Option<(usize, (u64, u32))>,
}

impl Sorted {
    /// Puts a row in. Cheap also where a chunk brings the rows of one lane after those of another that they lie between.
    pub(crate) fn insert(&mut self, entry: Entry) {
        let key = (entry.start, entry.row);
        if self.entries.last().is_some_and(|last| key <= (last.start, last.row)) {
            let (sorted, first) = self.loose.unwrap_or((self.entries.len(), key));
            self.loose = Some((sorted, first.min(key)));
        }
        let reach = self.reach.last().copied().unwrap_or(0);
        self.entries.push(entry);
        self.reach.push(reach.max(entry.end));
    }

    /// Puts what was put in late where it belongs: to be called before rows are asked for.
    pub(crate) fn settle(&mut self) {
        let Some((sorted, first)) = self.loose.take() else { return };
        let from = self.entries[..sorted].partition_point(|entry| (entry.start, entry.row) < first);
        let mut late = self.entries.split_off(from);
        by_key(&mut late, |entry| (entry.start, entry.row));
        self.reach.truncate(from);
        late.into_iter().for_each(|entry| self.insert(entry));
    }

    /// Gives a row that is in its final end.
    pub(crate) fn close(&mut self, entry: Entry) {
        self.settle();
        let at = self.entries.partition_point(|other| (other.start, other.row) < (entry.start, entry.row));
        if let Some(found) = self.entries.get_mut(at).filter(|found| found.row == entry.row) {
            found.end = entry.end;
            self.refresh(at);
        }
    }

    /// The rows that end after `t_ns`, in order of their start.
    pub(crate) fn past(&self, t_ns: u64) -> impl Iterator<Item = Entry> + '_ {
        let first = self.reach.partition_point(|reach| *reach <= t_ns);
        self.entries[first..].iter().copied().filter(move |entry| entry.end > t_ns)
    }

    /// Counts the rows as something else, each by its number in the trace.
    pub(crate) fn recount(&mut self, class: impl Fn(u32) -> Class) {
        self.entries.iter_mut().for_each(|entry| entry.class = class(entry.row));
    }

    fn refresh(&mut self, from: usize) {
        let mut reach = from.checked_sub(1).map_or(0, |before| self.reach[before]);
        for at in from..self.entries.len() {
            reach = reach.max(self.entries[at].end);
            // What follows depends on this alone.
            if self.reach[at] == reach && at > from {
                break;
            }
            self.reach[at] = reach;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(start: u64, end: u64, row: usize) -> Entry {
        Entry { start, end, row: row as u32, rank: 0, class: Class(0) }
    }

    proptest! {
        #[test]
        fn rows_past_a_moment_are_those_a_full_look_finds(
            rows in prop::collection::vec((0_u64..200, 0_u64..80, any::<bool>()), 0..60), t in 0_u64..300
        ) {
            let mut sorted = Sorted::default();
            for (row, (start, length, open)) in rows.iter().enumerate() {
                let end = if *open { OPEN } else { start + length };
                sorted.insert(entry(*start, end, row));
            }
            for (row, (start, length, open)) in rows.iter().enumerate() {
                if *open {
                    sorted.close(entry(*start, start + length, row));
                }
            }
            sorted.settle();
            let mut found: Vec<u32> = sorted.past(t).map(|entry| entry.row).collect();
            found.sort_unstable();
            let expected: Vec<u32> =
                (0..rows.len() as u32).filter(|row| { let (s, l, _) = rows[*row as usize]; s + l > t }).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
