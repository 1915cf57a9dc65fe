//! What is seen where rows overlap: at each moment the row of the highest rank, and of those the one that began last.

use std::collections::BinaryHeap;

use crate::order::by_key;
use crate::pieces::{Piece, Pieces};
use crate::state::Class;

/// A row that competes to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Higher wins.
    pub(crate) rank: u8,
    /// Nanoseconds.
    pub(crate) start: u64,
    /// Nanoseconds.
    pub(crate) end: u64,
    /// What it counts as.
    pub(crate) class: Class,
    /// Row of the trace's table of segments.
    pub(crate) row: u32,
}

/// Appends to `pieces` what is seen from `from_ns` on. The pieces must end at or before it.
pub(crate) fn draw(pieces: &mut Pieces, from_ns: u64, mut candidates: Vec<Candidate>) {
    by_key(&mut candidates, |candidate| (candidate.start, candidate.row));
    // Ordered by rank, then start, then row: the derived order of the tuple.
    let mut alive: BinaryHeap<(u8, u64, u32, usize)> = BinaryHeap::new();
    let mut next = 0;
    let mut t = from_ns;
    loop {
        while let Some(candidate) = candidates.get(next).filter(|candidate| candidate.start <= t) {
            alive.push((candidate.rank, candidate.start, candidate.row, next));
            next += 1;
        }
        while alive.peek().is_some_and(|top| candidates[top.3].end <= t) {
            alive.pop();
        }
        let arrival = candidates.get(next).map(|candidate| candidate.start);
        match (alive.peek(), arrival) {
            (Some(top), arrival) => {
                let seen = candidates[top.3];
                let end = seen.end.min(arrival.unwrap_or(u64::MAX));
                pieces.push(Piece { start: t, end, class: seen.class, row: seen.row });
                t = end;
            }
            (None, Some(arrival)) => t = arrival,
            (None, None) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidate(row: usize, rank: u8, start: u64, end: u64) -> Candidate {
        Candidate { rank, start, end, class: Class(rank), row: row as u32 }
    }

    proptest! {
        #[test]
        fn at_every_moment_the_highest_and_latest_row_is_seen(
            rows in prop::collection::vec((0_u8..4, 0_u64..60, 0_u64..40), 0..30), from in 0_u64..50
        ) {
            let all: Vec<_> = rows.iter().enumerate()
                .map(|(row, (rank, start, length))| candidate(row, *rank, *start, start + length)).collect();
            let mut pieces = Pieces::default();
            draw(&mut pieces, from, all.clone());
            for t in from..120 {
                let expected = all.iter().filter(|row| row.start <= t && t < row.end)
                    .max_by_key(|row| (row.rank, row.start, row.row)).map(|row| row.row);
                prop_assert_eq!(pieces.at(t).map(|piece| piece.row), expected, "at {}", t);
            }
        }
    }
}
