//! Which blocks of a long text are in sight, where the others are only room that is kept.
//!
//! Pure. A block's height is known once it was drawn; until then it is guessed from its rows.

use std::ops::Range;

/// What is drawn beyond either edge of the view, in CSS pixels: a turn of the wheel meets no gap.
const BEYOND: f64 = 800.0;

/// The heights of blocks, as far as they are known, in CSS pixels.
#[derive(Debug, Default)]
pub struct Heights {
    known: Vec<Option<f64>>,
}

/// What is drawn, and the room that the rest takes, in CSS pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct InSight {
    /// The blocks to draw.
    pub blocks: Range<usize>,
    /// The room above them.
    pub above: f64,
    /// The room below them.
    pub below: f64,
}

impl Heights {
    /// A block was drawn and takes so much.
    pub fn learn(&mut self, block: usize, height: f64) {
        if self.known.len() <= block {
            self.known.resize(block + 1, None);
        }
        self.known[block] = Some(height);
    }

    /// What was known holds no longer: the width changed, or other blocks are shown.
    pub fn forget(&mut self) {
        self.known.clear();
    }

    /// What all blocks take, of which one is guessed to be so high.
    pub fn total(&self, guesses: &[f64]) -> f64 {
        guesses.iter().enumerate().map(|(block, guess)| self.of(block).unwrap_or(*guess)).sum()
    }

    /// What is in sight of a view that begins at `top` and is `height` high, of blocks that are guessed to be so high.
    pub fn in_sight(&self, guesses: &[f64], (top, height): (f64, f64)) -> InSight {
        let (from, to) = (top - BEYOND, top + height + BEYOND);
        let (mut blocks, mut above, mut below, mut edge) = (None::<Range<usize>>, 0.0, 0.0, 0.0);
        for (block, guess) in guesses.iter().enumerate() {
            let size = self.of(block).unwrap_or(*guess);
            let (start, end) = (edge, edge + size);
            edge = end;
            if end < from {
                above += size;
            } else if start > to {
                below += size;
            } else {
                blocks = Some(blocks.map_or(block, |blocks| blocks.start)..block + 1);
            }
        }
        // A view below the end, as after a text that became shorter, shows the end.
        let blocks = blocks.unwrap_or_else(|| {
            let last = guesses.len().saturating_sub(1);
            above -= self.of(last).or(guesses.last().copied()).unwrap_or(0.0).min(above);
            last..guesses.len()
        });
        InSight { blocks, above, below }
    }

    fn of(&self, block: usize) -> Option<f64> {
        self.known.get(block).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn of_many_blocks_few_are_drawn_and_all_have_their_room() {
        let shown = Heights::default().in_sight(&[2_000.0; 600], (600_000.0, 200.0));
        assert_eq!(shown, InSight { blocks: 299..301, above: 598_000.0, below: 598_000.0 });
    }

    #[test]
    fn what_was_drawn_counts_as_it_was_drawn() {
        let mut heights = Heights::default();
        heights.learn(0, 5_000.0);
        let shown = heights.in_sight(&[2_000.0; 10], (5_900.0, 200.0));
        assert_eq!(shown, InSight { blocks: 1..2, above: 5_000.0, below: 16_000.0 });
        heights.forget();
        assert_eq!(heights.in_sight(&[2_000.0; 10], (5_900.0, 200.0)).above, 4_000.0);
    }

    #[test]
    fn a_view_below_the_end_shows_the_end() {
        assert_eq!(
            Heights::default().in_sight(&[100.0; 3], (90_000.0, 200.0)),
            InSight { blocks: 2..3, above: 200.0, below: 0.0 }
        );
        assert_eq!(Heights::default().in_sight(&[], (0.0, 200.0)), InSight { blocks: 0..0, above: 0.0, below: 0.0 });
    }

    proptest! {
        #[test]
        fn nothing_in_sight_is_left_out(guesses in prop::collection::vec(1.0_f64..3_000.0, 1..40), part in 0.0_f64..1.0) {
            let whole: f64 = guesses.iter().sum();
            let view = (whole * part, 300.0);
            let shown = Heights::default().in_sight(&guesses, view);
            let drawn: f64 = guesses[shown.blocks.clone()].iter().sum();
            prop_assert!((shown.above + drawn + shown.below - whole).abs() < 1e-6);
            prop_assert!(shown.above <= view.0);
            prop_assert!(shown.above + drawn >= (view.0 + view.1).min(whole) - 1e-6);
        }
    }
}
