//! A list that grows without moving what it has: to copy fifty megabytes of rows to where there is more room stops a page for a moment,
//! and needs the room twice.

use std::ops::{Index, IndexMut};

/// So many values lie together; a power of two.
const BLOCK: usize = 1 << 14;

/// A list in blocks.
#[derive(Debug, Clone)]
pub(crate) struct Blocks<T>(Vec<Vec<T>>);

impl<T> Blocks<T> {
    /// Adds a value at the end.
    pub(crate) fn push(&mut self, value: T) {
        match self.0.last_mut().filter(|block| block.len() < BLOCK) {
            Some(block) => block.push(value),
            None => self.0.push(vec![value]),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * BLOCK + last.len())
    }

    /// A value.
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.0.get(index / BLOCK)?.get(index % BLOCK)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }
}

impl<T> Index<usize> for Blocks<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.0[index / BLOCK][index % BLOCK]
    }
}

impl<T> IndexMut<usize> for Blocks<T> {
    fn index_mut(&mut self, index: usize) -> &mut T {
        &mut self.0[index / BLOCK][index % BLOCK]
    }
}

impl<T> Default for Blocks<T> {
    fn default() -> Self {
        Blocks(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_where_they_were_put_over_many_blocks() {
        let mut blocks = Blocks::default();
        assert_eq!((blocks.len(), blocks.get(0)), (0, None));
        let many = BLOCK * 2 + 1;
        (0..many).for_each(|value| blocks.push(value));
        blocks[BLOCK] = 7;
        assert_eq!((blocks.len(), blocks[BLOCK], blocks.get(BLOCK - 1), blocks.get(many)), (many, 7, Some(&(BLOCK - 1)), None));
        assert_eq!(blocks.iter().copied().filter(|value| *value != 7).sum::<usize>(), (0..many).sum::<usize>() - BLOCK - 7);
    }
}
