//! Levels over time: what is there at a moment, the most of it, and the most in each pixel of a window.

use forkyard_wire::timeline::Level;

/// So many levels share one note of the most of them: a pixel with thousands is told by their notes.
const BLOCK: usize = 64;

/// The levels of an object and measure, in order of time.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    rows: Vec<Level>,
    /// The most of each [`BLOCK`], the last one begun.
    blocks: Vec<u32>,
}

impl Levels {
    /// Adds the next one.
    pub fn push(&mut self, level: Level) {
        if self.rows.len().is_multiple_of(BLOCK) {
            self.blocks.push(0);
        }
        self.rows.push(level);
        if let Some(most) = self.blocks.last_mut() {
            *most = (*most).max(level.value);
        }
    }

    /// All of them.
    pub fn rows(&self) -> &[Level] {
        &self.rows
    }

    /// The most there ever was.
    pub fn most(&self) -> u32 {
        self.blocks.iter().copied().max().unwrap_or(0)
    }

    /// The level at a moment, and from when to when it lasts; the last one has no end.
    pub fn at(&self, t_ns: u64) -> Option<(Level, Option<u64>)> {
        let next = self.rows.partition_point(|level| level.at <= t_ns);
        let level = self.rows.get(next.checked_sub(1)?)?;
        Some((*level, self.rows.get(next).map(|next| next.at)))
    }

    /// The highest level in each of `out.len()` equal parts of a window: a peak narrower than a pixel is still seen.
    #[inline(never)]
    pub fn peaks(&self, from_ns: f64, to_ns: f64, out: &mut [u32]) {
        let step = (to_ns - from_ns) / out.len().max(1) as f64;
        let mut next = self.rows.partition_point(|level| (level.at as f64) < from_ns);
        let mut now = next.checked_sub(1).map_or(0, |last| self.rows[last].value);
        for (pixel, peak) in out.iter_mut().enumerate() {
            let end = from_ns + step * (pixel + 1) as f64;
            let begins = |index: usize| self.rows.get(index).is_some_and(|level| (level.at as f64) < end);
            *peak = now;
            while begins(next) {
                if next.is_multiple_of(BLOCK) && begins(next + BLOCK) {
                    *peak = (*peak).max(self.blocks[next / BLOCK]);
                    next += BLOCK;
                } else {
                    *peak = (*peak).max(self.rows[next].value);
                    next += 1;
                }
            }
            now = next.checked_sub(1).map_or(0, |last| self.rows[last].value);
        }
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::Measure;
    use proptest::prelude::*;

    use super::*;

    fn of(levels: impl IntoIterator<Item = (u64, u32)>) -> Levels {
        let mut all = Levels::default();
        for (at, value) in levels {
            all.push(Level { object: 1, measure: Measure::Depth, at, value });
        }
        all
    }

    fn levels() -> Levels {
        of([(10, 1), (20, 4), (21, 0), (50, 2)])
    }

    #[test]
    fn a_level_holds_until_the_next() {
        let value = |t_ns| levels().at(t_ns).map(|(level, end)| (level.value, end));
        assert_eq!(value(9), None);
        assert_eq!(value(10), Some((1, Some(20))));
        assert_eq!(value(99), Some((2, None)));
    }

    #[test]
    fn a_narrow_peak_is_seen_and_the_level_before_a_window_counts() {
        let mut out = [0; 4];
        levels().peaks(0.0, 60.0, &mut out);
        assert_eq!(out, [1, 4, 0, 2]);
        let mut out = [0; 2];
        levels().peaks(12.0, 18.0, &mut out);
        assert_eq!(out, [1, 1]);
        assert_eq!(levels().most(), 4);
    }

    proptest! {
        #[test]
        fn the_peaks_of_many_levels_are_those_of_a_full_look(
            steps in prop::collection::vec((0_u64..5, 0_u32..100), 0..600), from in 0_u64..900, step in 1_u64..500, pixels in 1_usize..9
        ) {
            let mut t = 0;
            let rows: Vec<(u64, u32)> = steps.into_iter().map(|(later, value)| { t += later; (t, value) }).collect();
            let mut out = vec![0; pixels];
            of(rows.iter().copied()).peaks(from as f64, (from + step * pixels as u64) as f64, &mut out);
            for (pixel, peak) in out.into_iter().enumerate() {
                let (low, high) = (from + step * pixel as u64, from + step * (pixel as u64 + 1));
                let before = rows.iter().rev().find(|(at, _)| *at < low).map(|(_, value)| *value);
                let within = rows.iter().filter(|(at, _)| (low..high).contains(at)).map(|(_, value)| *value);
                prop_assert_eq!(peak, within.chain(before).max().unwrap_or(0));
            }
        }
    }
}
