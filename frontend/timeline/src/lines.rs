//! Which rows belong to which line of the program.

use std::collections::BTreeMap;

/// Programs are shorter than this; what claims to be of a later line has its place too.
const NEAR: u32 = 1 << 16;

/// The rows of each line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    near: Vec<Vec<u32>>,
    far: BTreeMap<u32, Vec<u32>>,
}

impl Lines {
    /// Adds a row of a line.
    pub(crate) fn add(&mut self, line: u32, row: u32) {
        if line >= NEAR {
            self.far.entry(line).or_default().push(row);
            return;
        }
        if self.near.len() <= line as usize {
            self.near.resize(line as usize + 1, Vec::new());
        }
        self.near[line as usize].push(row);
    }

    /// The rows of a line, in the order in which they were added.
    pub(crate) fn of(&self, line: u32) -> &[u32] {
        let found = if line < NEAR { self.near.get(line as usize) } else { self.far.get(&line) };
        found.map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_far_lines_keep_their_rows() {
        let mut lines = Lines::default();
        for (row, line) in [7, u32::MAX, 7, NEAR, NEAR - 1].into_iter().enumerate() {
            lines.add(line, row as u32);
        }
        assert_eq!((lines.of(7), lines.of(u32::MAX), lines.of(8)), (&[0, 2][..], &[1][..], &[][..]));
        assert_eq!((lines.of(NEAR), lines.of(NEAR - 1)), (&[3][..], &[4][..]));
    }
}
