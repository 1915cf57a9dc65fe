//! Which rows belong to which line of the program.

/// Programs are shorter than this; what claims to be of a later line has its place too.
const NEAR: u32 = 1 << 16;

/// The rows of each line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    near: Vec<Vec<u32>>,
    far: Vec<(u32, Vec<u32>)>,
}

impl Lines {
    /// Adds a row of a line.
    pub(crate) fn add(&mut self, line: u32, row: u32) {
        if line >= NEAR {
            match self.far.iter_mut().find(|far| far.0 == line) {
                Some(far) => far.1.push(row),
                None => self.far.push((line, vec![row])),
            }
            return;
        }
        if self.near.len() <= line as usize {
            self.near.resize(line as usize + 1, Vec::new());
        }
        self.near[line as usize].push(row);
    }

    /// The rows of a line, in the order in which they were added.
    pub(crate) fn of(&self, line: u32) -> &[u32] {
        let far = self.far.iter().find(|far| far.0 == line).map(|far| &far.1);
        let found = if line < NEAR { self.near.get(line as usize) } else { far };
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
