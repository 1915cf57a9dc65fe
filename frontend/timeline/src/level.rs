//! Levels over time: what is there at a moment, the most of it, and the most in each pixel of a window.

use forkyard_wire::timeline::Level;

/// The most there ever was.
pub fn most(levels: &[Level]) -> u32 {
    levels.iter().map(|level| level.value).max().unwrap_or(0)
}

/// The level at a moment, and from when to when it lasts; the last one has no end.
pub(crate) fn at(levels: &[Level], t_ns: u64) -> Option<(Level, Option<u64>)> {
    let next = levels.partition_point(|level| level.at <= t_ns);
    let level = levels.get(next.checked_sub(1)?)?;
    Some((*level, levels.get(next).map(|next| next.at)))
}

/// The highest level in each of `out.len()` equal parts of a window: a peak narrower than a pixel is still seen.
pub fn peaks(levels: &[Level], from_ns: f64, to_ns: f64, out: &mut [u32]) {
    let step = (to_ns - from_ns) / out.len().max(1) as f64;
    let mut next = levels.partition_point(|level| (level.at as f64) < from_ns);
    let mut now = next.checked_sub(1).map_or(0, |last| levels[last].value);
    for (pixel, peak) in out.iter_mut().enumerate() {
        let end = from_ns + step * (pixel + 1) as f64;
        *peak = now;
        while let Some(level) = levels.get(next).filter(|level| (level.at as f64) < end) {
            now = level.value;
            *peak = (*peak).max(now);
            next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::Measure;

    use super::*;

    fn levels() -> Vec<Level> {
        [(10, 1), (20, 4), (21, 0), (50, 2)].map(|(at, value)| Level { object: 1, measure: Measure::Depth, at, value }).to_vec()
    }

    #[test]
    fn a_level_holds_until_the_next() {
        let value = |t_ns| at(&levels(), t_ns).map(|(level, end)| (level.value, end));
        assert_eq!(value(9), None);
        assert_eq!(value(10), Some((1, Some(20))));
        assert_eq!(value(99), Some((2, None)));
    }

    #[test]
    fn a_narrow_peak_is_seen_and_the_level_before_a_window_counts() {
        let mut out = [0; 4];
        peaks(&levels(), 0.0, 60.0, &mut out);
        assert_eq!(out, [1, 4, 0, 2]);
        let mut out = [0; 2];
        peaks(&levels(), 12.0, 18.0, &mut out);
        assert_eq!(out, [1, 1]);
        assert_eq!(most(&levels()), 4);
    }
}
