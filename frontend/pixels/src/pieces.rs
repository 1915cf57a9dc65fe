//! A band as an unbroken sequence of pieces, each of one class, with the sums that make any window cheap to ask for.
//!
//! A piece lasts until the next one begins; a gap is a piece of no class. Every [`BLOCK`] pieces the total of each class so
//! far is written down, so the totals up to any moment cost one search and at most a block of additions, however many pieces
//! lie before it. [`Pieces::shares`] asks at each edge of a pixel: its cost goes with the pixels, not with the events.

use crate::state::{CLASSES, Class, GAP};

/// How many pieces share one row of totals. Smaller is faster and larger: 10 totals of 8 bytes each block.
const BLOCK: usize = 16;

/// While they are counted the classes have as many places as need no question whether there is one.
const COUNTED: usize = CLASSES.next_power_of_two();
type Counted = [u64; COUNTED];

/// Nanoseconds of each class, the gap among them.
pub type Totals = [u64; CLASSES];

/// The share of each class in one pixel, from 0 to 1; with the gap's they add up to 1, before the first piece to less.
pub type Shares = [f32; CLASSES];

/// One piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Nanoseconds since the run's zero.
    pub start: u64,
    /// Nanoseconds since the run's zero.
    pub end: u64,
    /// What it counts as.
    pub class: Class,
    /// Row of the trace's table of segments.
    pub row: u32,
}

/// A band's pieces in order of time.
#[derive(Debug, Clone, Default)]
pub struct Pieces {
    start: Vec<u64>,
    class: Vec<u8>,
    row: Vec<u32>,
    /// Totals before piece `BLOCK * i`.
    before: Vec<Totals>,
}

impl Pieces {
    /// Forgets everything from `t_ns` on; a piece that lasts longer ends there.
    pub fn cut(&mut self, t_ns: u64) {
        let keep = self.start.partition_point(|start| *start < t_ns);
        let ends_in_piece = keep > 0 && self.class[keep - 1] != GAP;
        self.start.truncate(keep);
        self.class.truncate(keep);
        self.row.truncate(keep);
        self.before.truncate(keep.div_ceil(BLOCK));
        if ends_in_piece {
            self.add(t_ns, GAP, u32::MAX);
        }
    }

    /// Adds a piece at the end. It must not begin before the last one ended; an empty one is left out.
    pub fn push(&mut self, piece: Piece) {
        debug_assert!(self.start.last().is_none_or(|start| *start <= piece.start));
        if piece.start >= piece.end {
            return;
        }
        if self.start.last() != Some(&piece.start) {
            self.add(piece.start, piece.class.0, piece.row);
        } else if self.goes_on(&piece) {
            self.drop_last();
        } else if let (Some(class), Some(row)) = (self.class.last_mut(), self.row.last_mut()) {
            // The gap after the last piece becomes this one.
            (*class, *row) = (piece.class.0, piece.row);
        }
        self.add(piece.end, GAP, u32::MAX);
    }

    /// Counts the pieces as something else, each by the row that it is of.
    pub fn recount(&mut self, class: impl Fn(u32) -> Class) {
        let (start, row) = (std::mem::take(&mut self.start), std::mem::take(&mut self.row));
        let kept: Vec<bool> = self.class.drain(..).map(|class| class == GAP).collect();
        self.before.clear();
        for ((start, row), gap) in start.into_iter().zip(row).zip(kept) {
            self.add(start, if gap { GAP } else { class(row).0 }, row);
        }
    }

    /// How many pieces, gaps not counted.
    pub fn len(&self) -> usize {
        self.class.iter().filter(|class| **class != GAP).count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// The end of the last piece.
    pub fn end(&self) -> u64 {
        self.start.last().copied().unwrap_or(0)
    }

    /// The piece at a moment, if it is not a gap.
    pub fn at(&self, t_ns: u64) -> Option<Piece> {
        self.piece(self.index_at(t_ns)?)
    }

    /// The first piece that begins after `t_ns`.
    pub fn after(&self, t_ns: u64) -> Option<Piece> {
        let from = self.start.partition_point(|start| *start <= t_ns);
        (from..self.start.len()).find_map(|index| self.piece(index))
    }

    /// The last piece that ends at or before `t_ns`.
    pub fn before(&self, t_ns: u64) -> Option<Piece> {
        let to = self.start.partition_point(|start| *start <= t_ns);
        (0..to).rev().filter_map(|index| self.piece(index)).find(|piece| piece.end <= t_ns)
    }

    /// The pieces that touch a window, in order.
    pub fn within(&self, from_ns: u64, to_ns: u64) -> impl Iterator<Item = Piece> + '_ {
        let first = self.index_at(from_ns).unwrap_or(0);
        (first..self.start.len())
            .take_while(move |index| self.start[*index] < to_ns)
            .filter_map(|index| self.piece(index))
            .filter(move |piece| piece.end > from_ns)
    }

    /// Nanoseconds of each class in a window.
    pub fn totals(&self, from_ns: u64, to_ns: u64) -> Totals {
        if to_ns <= from_ns {
            return [0; CLASSES];
        }
        self.between(self.index_at(from_ns).unwrap_or(0), (from_ns, to_ns), &mut None).0
    }

    /// The exact share of each class in each of `out.len()` equal parts of a window. A part shorter than a nanosecond
    /// shows what is there at its beginning.
    #[inline(never)]
    pub fn shares(&self, from_ns: f64, to_ns: f64, out: &mut [Shares]) {
        let step = (to_ns - from_ns) / out.len().max(1) as f64;
        let edge = |pixel: usize| ((from_ns + step * pixel as f64).max(0.0) + 0.5) as u64;
        let mut low = edge(0);
        let mut index = self.start.partition_point(|start| *start <= low).saturating_sub(1);
        // The totals up to the last edge, where they were asked for.
        let mut until_low = None;
        for (pixel, shares) in out.iter_mut().enumerate() {
            *shares = [0.0; CLASSES];
            let high = edge(pixel + 1);
            if high == low {
                // Narrower than a nanosecond.
                if let Some(piece) = self.at(low) {
                    shares[piece.class.index()] = 1.0;
                }
                continue;
            }
            let next = self.start.get(index + 1).copied().unwrap_or(u64::MAX);
            if next >= high && self.start.get(index).is_some_and(|start| *start <= low) {
                // The same piece all through.
                shares[usize::from(self.class[index])] = 1.0;
                index += usize::from(next == high);
                until_low = None;
            } else {
                let totals;
                (totals, index) = self.between(index, (low, high), &mut until_low);
                let scale = 1.0 / (high - low) as f32;
                for (share, total) in shares.iter_mut().zip(totals) {
                    // With a sign it is one instruction.
                    *share = total as i64 as f32 * scale;
                }
            }
            low = high;
        }
    }

    /// The totals of a window that begins in or before a piece, and the piece at its end. `until` are the totals up to the window's
    /// begin, where they are known, and become those up to its end where that is asked for: the next window begins there.
    fn between(&self, index: usize, (from, to): (u64, u64), until: &mut Option<Totals>) -> (Totals, usize) {
        let first = index / BLOCK;
        if self.start.get((first + 2) * BLOCK).is_none_or(|start| *start > to) {
            *until = None;
            let mut totals = [0; COUNTED];
            let last = self.add_each(index, (from, to), &mut totals);
            return (counted(&totals), last);
        }
        // Far: there is no need to look at what lies in whole blocks.
        let before = until.unwrap_or_else(|| self.until(first, from).0);
        let (after, last) = self.until(self.last_block(first + 2, to), to);
        *until = Some(after);
        (std::array::from_fn(|class| after[class] - before[class]), last)
    }

    /// The totals up to a moment that lies after the begin of a block, and the piece there.
    fn until(&self, block: usize, to: u64) -> (Totals, usize) {
        let first = block * BLOCK;
        let mut totals = [0; COUNTED];
        let Some(before) = self.before.get(block) else { return (counted(&totals), first) };
        totals[..CLASSES].copy_from_slice(before);
        let last = if to > self.start[first] { self.add_each(first, (self.start[first], to), &mut totals) } else { first };
        (counted(&totals), last)
    }

    /// The last block that begins at or before a moment; the given one does. Near ones are found sooner.
    fn last_block(&self, mut block: usize, t_ns: u64) -> usize {
        let begins = |block: usize| self.start.get(block * BLOCK).is_some_and(|start| *start <= t_ns);
        let mut step = 1;
        while begins(block + step) {
            block += step;
            step *= 2;
        }
        while step > 1 {
            step /= 2;
            if begins(block + step) {
                block += step;
            }
        }
        block
    }

    /// Adds what lies in a window to the totals, from the piece that begins at or before it on; gives the piece at its end.
    fn add_each(&self, mut index: usize, (from, to): (u64, u64), totals: &mut Counted) -> usize {
        let mut start = self.start.get(index).map_or(to, |start| (*start).max(from));
        let ends = self.start.get(index + 1..).unwrap_or_default();
        for (end, class) in ends.iter().zip(&self.class[index.min(self.class.len())..]) {
            if *end > to {
                break;
            }
            totals[usize::from(*class) % COUNTED] += end - start;
            start = *end;
            index += 1;
        }
        if let Some(class) = self.class.get(index) {
            totals[usize::from(*class) % COUNTED] += to.saturating_sub(start);
        }
        index
    }

    /// Whether a piece that begins where the last one ended is more of the same.
    fn goes_on(&self, piece: &Piece) -> bool {
        let before = self.start.len().checked_sub(2);
        before.is_some_and(|last| self.row[last] == piece.row && self.class[last] == piece.class.0)
    }

    fn index_at(&self, t_ns: u64) -> Option<usize> {
        self.start.partition_point(|start| *start <= t_ns).checked_sub(1)
    }

    fn piece(&self, index: usize) -> Option<Piece> {
        let class = *self.class.get(index)?;
        let end = *self.start.get(index + 1)?;
        (class != GAP).then(|| Piece { start: self.start[index], end, class: Class(class), row: self.row[index] })
    }

    fn add(&mut self, start: u64, class: u8, row: u32) {
        let index = self.start.len();
        if index.is_multiple_of(BLOCK) {
            let mut totals = self.before.last().copied().unwrap_or([0; CLASSES]);
            for piece in index.saturating_sub(BLOCK)..index {
                let end = self.start.get(piece + 1).copied().unwrap_or(start);
                totals[usize::from(self.class[piece])] += end - self.start[piece];
            }
            self.before.push(totals);
        }
        self.start.push(start);
        self.class.push(class);
        self.row.push(row);
    }

    fn drop_last(&mut self) {
        self.start.pop();
        self.class.pop();
        self.row.pop();
        self.before.truncate(self.start.len().div_ceil(BLOCK));
    }
}

fn counted(totals: &Counted) -> Totals {
    std::array::from_fn(|class| totals[class])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn band(rows: &[(u64, u64, u8)]) -> Pieces {
        let mut pieces = Pieces::default();
        for (row, (start, end, class)) in rows.iter().enumerate() {
            pieces.push(Piece { start: *start, end: *end, class: Class(*class), row: row as u32 });
        }
        pieces
    }

    fn naive(rows: &[(u64, u64, u8)], from: u64, to: u64) -> Totals {
        let mut totals = [0; CLASSES];
        for (start, end, class) in rows {
            totals[usize::from(*class)] += (*end).min(to).saturating_sub((*start).max(from));
        }
        totals
    }

    fn classes(totals: &Totals) -> Vec<u64> {
        totals[..usize::from(GAP)].to_vec()
    }

    prop_compose! {
        fn rows()(steps in prop::collection::vec((0_u64..40, 0_u64..50, 0_u8..GAP), 0..600)) -> Vec<(u64, u64, u8)> {
            let mut t = 0;
            steps.into_iter().map(|(gap, length, class)| {
                let start = t + gap;
                t = start + length;
                (start, t, class)
            }).collect()
        }
    }

    proptest! {
        #[test]
        fn totals_of_a_window_are_the_naive_sums(rows in rows(), from in 0_u64..20_000, length in 0_u64..40_000) {
            prop_assert_eq!(classes(&band(&rows).totals(from, from + length)), classes(&naive(&rows, from, from + length)));
        }

        #[test]
        fn shares_of_each_pixel_are_the_naive_shares(rows in rows(), from in 0_u64..5_000, step in 1_u64..9_000, pixels in 1_usize..80) {
            let mut out = vec![[0.0; CLASSES]; pixels];
            band(&rows).shares(from as f64, (from + step * pixels as u64) as f64, &mut out);
            for (pixel, shares) in out.iter().enumerate() {
                let low = from + step * pixel as u64;
                let sums = naive(&rows, low, low + step);
                for class in 0..usize::from(GAP) {
                    prop_assert!((shares[class] - sums[class] as f32 / step as f32).abs() < 1e-5);
                }
            }
        }

        #[test]
        fn a_band_that_is_cut_and_grown_again_is_the_band_built_at_once(rows in rows(), at in 0_u64..9_000) {
            let mut cut = band(&rows);
            cut.cut(at);
            for (row, (start, end, class)) in rows.iter().enumerate().filter(|(_, (_, end, _))| *end > at) {
                cut.push(Piece { start: (*start).max(at), end: *end, class: Class(*class), row: row as u32 });
            }
            let all = |pieces: &Pieces| pieces.within(0, u64::MAX).collect::<Vec<_>>();
            prop_assert_eq!(all(&cut), all(&band(&rows)));
            prop_assert_eq!(classes(&cut.totals(0, 40_000)), classes(&naive(&rows, 0, 40_000)));
        }
    }

    #[test]
    fn a_moment_in_a_gap_has_no_piece() {
        let pieces = band(&[(10, 20, 1), (20, 30, 1), (50, 60, 2)]);
        assert_eq!(pieces.at(5), None);
        assert_eq!(pieces.at(20).map(|piece| piece.row), Some(1));
        assert_eq!(pieces.at(30), None);
        assert_eq!(pieces.after(20).map(|piece| piece.row), Some(2));
        assert_eq!(pieces.before(45).map(|piece| piece.row), Some(1));
        assert_eq!(pieces.len(), 3);
    }

    #[test]
    fn a_pixel_narrower_than_a_nanosecond_shows_what_is_there() {
        let pieces = band(&[(10, 20, 3)]);
        let mut out = vec![[0.0; CLASSES]; 8];
        pieces.shares(12.0, 13.0, &mut out);
        assert!(out.iter().all(|shares| shares[3] == 1.0));
    }
}
