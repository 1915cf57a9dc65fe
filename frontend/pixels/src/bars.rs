//! From shares to rectangles: in each pixel the classes stand on each other, each as high as its share; neighbours that look
//! the same become one rectangle.

use std::ops::Range;

use crate::pieces::Shares;
use crate::state::{CLASSES, Class, GAP};

/// Shares are drawn in this many steps: finer differences cannot be seen in a row twenty pixels high.
const STEPS: f32 = 20.0;

/// So much of a pixel counts as all of it.
const NEARLY_ALL: f32 = 0.999;

/// A rectangle of a band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// First pixel.
    pub x: u32,
    /// Pixels.
    pub width: u32,
    /// What it stands for.
    pub class: Class,
    /// Lower edge, 0 at the bottom of the band, 1 at its top.
    pub low: f32,
    /// Upper edge.
    pub high: f32,
}

/// The rectangles of a band, in order of their first pixel for each class.
#[inline(never)]
pub fn bars(shares: &[Shares]) -> Vec<Bar> {
    let mut done = Vec::new();
    let mut growing: [Option<Bar>; GAP as usize] = [None; GAP as usize];
    let mut finish = |bar: Option<Bar>, x: usize| done.extend(bar.map(|bar| Bar { width: x as u32 - bar.x, ..bar }));
    for (x, pixel) in shares.iter().enumerate() {
        if x > 0 && *pixel == shares[x - 1] {
            continue;
        }
        let pixel = &settled(shares, x);
        let mut sum = 0.0_f32;
        for (class, growing) in growing.iter_mut().enumerate() {
            let low = edge(sum);
            sum += pixel[class];
            let high = edge(sum);
            if growing.is_some_and(|bar| bar.low == low && bar.high == high) {
                continue;
            }
            finish(growing.take(), x);
            if high > low {
                *growing = Some(Bar { x: x as u32, width: 0, class: Class(class as u8), low, high });
            }
        }
    }
    growing.into_iter().for_each(|bar| finish(bar, shares.len()));
    done
}

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

/// A pixel in which one piece ends and the next begins belongs to the larger: stacked, it would be a notch in a clean edge.
fn settled(shares: &[Shares], x: usize) -> Shares {
    let pixel = shares[x];
    let only = |x: usize| shares.get(x).and_then(only);
    let (Some(left), Some(right)) = (x.checked_sub(1).and_then(only), only(x + 1)) else { return pixel };
    let (before, after) = (share(&pixel, left), share(&pixel, right));
    if left == right || before + after < NEARLY_ALL {
        return pixel;
    }
    let mut settled = [0.0; CLASSES];
    settled[if before >= after { left } else { right }] = 1.0;
    settled
}

/// The class that fills a pixel.
fn only(pixel: &Shares) -> Option<usize> {
    (0..CLASSES).find(|class| share(pixel, *class) >= NEARLY_ALL)
}

/// The share of a class; before the first piece there is nothing but gap.
fn share(pixel: &Shares, class: usize) -> f32 {
    let gap = usize::from(GAP);
    if class == gap { 1.0 - pixel[..gap].iter().sum::<f32>() } else { pixel[class] }
}

fn edge(sum: f32) -> f32 {
    // WebAssembly has an instruction for this, and none for rounding.
    (sum * STEPS + 0.5).floor() / STEPS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(shares: &[(usize, f32)]) -> Shares {
        let mut pixel = [0.0; CLASSES];
        shares.iter().for_each(|(class, share)| pixel[*class] = *share);
        pixel
    }

    #[test]
    fn neighbours_that_look_the_same_are_one_rectangle() {
        let full = pixel(&[(2, 1.0)]);
        let bars = bars(&[full, full, full, pixel(&[]), full]);
        let spans: Vec<_> = bars.iter().map(|bar| (bar.x, bar.width, bar.low, bar.high)).collect();
        assert_eq!(spans, [(0, 3, 0.0, 1.0), (4, 1, 0.0, 1.0)]);
    }

    #[test]
    fn an_edge_within_a_pixel_is_given_to_the_larger_side() {
        let (full, none) = (pixel(&[(2, 1.0)]), pixel(&[]));
        let spans = |shares: &[Shares]| bars(shares).iter().map(|bar| (bar.x, bar.width, bar.high)).collect::<Vec<_>>();
        assert_eq!(spans(&[none, pixel(&[(2, 0.75)]), full]), [(1, 2, 1.0)]);
        assert_eq!(spans(&[full, pixel(&[(2, 0.25)]), none]), [(0, 1, 1.0)]);
        assert_eq!(spans(&[none, pixel(&[(2, 0.25)]), none]), [(1, 1, 0.25)], "alone it keeps its share");
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

    #[test]
    fn classes_stand_on_each_other_without_overlap() {
        let bars = bars(&[pixel(&[(0, 0.25), (2, 0.5)])]);
        let spans: Vec<_> = bars.iter().map(|bar| (bar.class.index(), bar.low, bar.high)).collect();
        assert_eq!(spans, [(0, 0.0, 0.25), (2, 0.25, 0.75)]);
    }
}
