//! What is seen where rows overlap: at each moment the row of the highest rank, and of those the one that began last.

use std::collections::BinaryHeap;

use crate::sorted::Entry;
use crate::state::Class;
use forkyard_pixels::{Piece, Pieces};

/// Appends to `pieces` what is seen from `from_ns` on of rows in the order of (start, row). The pieces must end at or before it.
pub(crate) fn draw(pieces: &mut Pieces, from_ns: u64, rows: impl Iterator<Item = Entry>) {
    let mut rows = rows.peekable();
    // Ordered by rank, then start, then row, of which there are no two; the rest is carried along.
    let mut alive: BinaryHeap<(u8, u64, u32, u64, Class)> = BinaryHeap::new();
    let mut t = from_ns;
    loop {
        if alive.is_empty() {
            let Some(first) = rows.next() else { return };
            t = t.max(first.start);
            let alone = rows.peek().is_none_or(|next| next.start >= first.end);
            if alone && first.end > t {
                pieces.push(Piece { start: t, end: first.end, class: first.class, row: first.row });
                t = first.end;
            } else if !alone {
                alive.push(place(&first));
            }
            continue;
        }
        while let Some(row) = rows.next_if(|row| row.start <= t) {
            alive.push(place(&row));
        }
        while alive.peek().is_some_and(|top| top.3 <= t) {
            alive.pop();
        }
        if let Some((_, _, row, end, class)) = alive.peek() {
            let end = rows.peek().map_or(*end, |next| next.start.min(*end));
            pieces.push(Piece { start: t, end, class: *class, row: *row });
            t = end;
        }
    }
}

fn place(entry: &Entry) -> (u8, u64, u32, u64, Class) {
    (entry.rank, entry.start, entry.row, entry.end, entry.class)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(row: usize, rank: u8, start: u64, end: u64) -> Entry {
        Entry { rank, start, end, class: Class(rank), row: row as u32 }
    }

    proptest! {
        #[test]
        fn at_every_moment_the_highest_and_latest_row_is_seen(
            rows in prop::collection::vec((0_u8..4, 0_u64..60, 0_u64..40), 0..30), from in 0_u64..50
        ) {
            let mut all: Vec<_> = rows.iter().enumerate()
                .map(|(row, (rank, start, length))| entry(row, *rank, *start, start + length)).collect();
            all.sort_by_key(|entry| (entry.start, entry.row));
            let mut pieces = Pieces::default();
            draw(&mut pieces, from, all.iter().copied());
            for t in from..120 {
                let expected = all.iter().filter(|row| row.start <= t && t < row.end)
                    .max_by_key(|row| (row.rank, row.start, row.row)).map(|row| row.row);
                prop_assert_eq!(pieces.at(t).map(|piece| piece.row), expected, "at {}", t);
            }
        }
    }
}
