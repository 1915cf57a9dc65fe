//! Where the pixels of a row are alike, and where hardly two are.

use std::ops::Range;

use crate::pieces::Shares;
use crate::state::GAP;

/// So much of a pixel counts as all of it.
pub const NEARLY_ALL: f32 = 0.999;

/// How many pixels differ from the one before: of a row with many, hardly two are alike.
#[inline(never)]
pub fn changes(shares: &[Shares]) -> usize {
    shares.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// Where at least so many pixels in a row are filled by one class: nowhere else can there be a piece of that width.
#[inline(never)]
pub fn filled(shares: &[Shares], least: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut from, mut last) = (0, None);
    for x in 0..=shares.len() {
        let class = shares.get(x).and_then(|pixel| (0..usize::from(GAP)).find(|class| pixel[*class] >= NEARLY_ALL));
        if class != last {
            if last.is_some() && x - from >= least {
                found.push(from..x);
            }
            (from, last) = (x, class);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::CLASSES;

    fn pixel(shares: &[(usize, f32)]) -> Shares {
        let mut pixel = [0.0; CLASSES];
        shares.iter().for_each(|(class, share)| pixel[*class] = *share);
        pixel
    }

    #[test]
    fn only_long_stretches_of_one_class_are_filled() {
        let (one, other, half) = (pixel(&[(1, 1.0)]), pixel(&[(2, 1.0)]), pixel(&[(2, 0.5)]));
        let row = [one, one, one, other, other, half, other, other, other];
        assert_eq!(filled(&row, 3), [0..3, 6..9]);
        assert_eq!(filled(&row, 4), []);
        assert_eq!(filled(&[pixel(&[]); 9], 3), [], "a gap is no piece");
        assert_eq!(changes(&row), 3);
    }
}
