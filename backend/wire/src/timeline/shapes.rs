//! What many rows have in common is told once: their *shape*, a few numbers. A row is then the number of its shape and what is its own.

use std::collections::HashMap;

use super::digits;

/// Rows that a reader takes from one table; more are not believed.
const BELIEVED: usize = 1 << 24;

/// The shapes of some rows, each of `N` numbers, in the order of first use.
#[derive(Debug, Default)]
pub(super) struct Shapes<const N: usize> {
    ids: HashMap<[u32; N], u64>,
    all: Vec<[u32; N]>,
}

impl<const N: usize> Shapes<N> {
    /// The number of a shape, from 0.
    pub(super) fn id(&mut self, shape: [u32; N]) -> u64 {
        let all = &mut self.all;
        *self.ids.entry(shape).or_insert_with(|| {
            all.push(shape);
            all.len() as u64 - 1
        })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The shapes as a column: the numbers of the first, of the second, …
    pub(super) fn write(&self) -> String {
        digits::write(self.all.iter().flatten().map(|&number| u64::from(number)))
    }

    /// The shapes of a column.
    pub(super) fn read(text: &str) -> Vec<[u32; N]> {
        let mut numbers = digits::read(text).take(BELIEVED).map(|number| u32::try_from(number).unwrap_or(0));
        let mut all = Vec::new();
        loop {
            let mut shape = [0; N];
            for place in &mut shape {
                match numbers.next() {
                    Some(number) => *place = number,
                    None => return all,
                }
            }
            all.push(shape);
        }
    }
}

/// So many rows are read of a table that says that it has so many.
pub(super) fn believed(rows: usize) -> usize {
    rows.min(BELIEVED)
}
