//! The rows that have begun and not ended, by what makes an open row and the final row the same one.
//!
//! A sorted list: there are few, and a map of them would be a kilobyte of the page.

use forkyard_wire::timeline::Segment;

/// What an open row and the final one have in common, and no two rows at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    lane: u32,
    start: u64,
    object: u32,
    kind: u8,
}

impl Key {
    /// A row's.
    pub(crate) fn of(segment: &Segment) -> Self {
        Self { lane: segment.lane, start: segment.start, object: segment.object, kind: segment.kind as u8 }
    }
}

/// The numbers of the open rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Open(Vec<(Key, u32)>);

impl Open {
    /// Puts a row in, or another one in its place.
    pub(crate) fn insert(&mut self, key: Key, row: u32) {
        match self.place(&key) {
            Ok(place) => self.0[place].1 = row,
            Err(place) => self.0.insert(place, (key, row)),
        }
    }

    /// Takes a row out.
    pub(crate) fn remove(&mut self, key: &Key) -> Option<u32> {
        self.place(key).ok().map(|place| self.0.remove(place).1)
    }

    /// A row's number.
    pub(crate) fn get(&self, key: &Key) -> Option<u32> {
        self.place(key).ok().map(|place| self.0[place].1)
    }

    /// All of them.
    pub(crate) fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().map(|(_, row)| *row)
    }

    fn place(&self, key: &Key) -> Result<usize, usize> {
        self.0.binary_search_by_key(key, |(known, _)| *known)
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::SegmentKind;

    use super::*;
    use crate::sample::{FIRST, MAIN, segment};

    #[test]
    fn a_row_is_found_until_it_is_taken_out() {
        let keys = [(MAIN, 5), (FIRST, 3), (MAIN, 3)].map(|(lane, ms)| Key::of(&segment(lane, SegmentKind::Sleep, ms, 9)));
        let mut open = Open::default();
        for (row, key) in (0..).zip(keys) {
            open.insert(key, row);
        }
        assert_eq!(open.rows().collect::<Vec<_>>(), [2, 0, 1]);
        assert_eq!((open.remove(&keys[2]), open.remove(&keys[2]), open.get(&keys[0])), (Some(2), None, Some(0)));
        open.insert(keys[0], 7);
        assert_eq!(open.get(&keys[0]), Some(7));
    }
}
