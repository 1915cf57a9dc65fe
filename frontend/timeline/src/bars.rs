//! From shares to rectangles: in each pixel the classes stand on each other, each as high as its share; neighbours that look
//! the same become one rectangle.

use forkyard_pixels::{NEARLY_ALL, Shares};

use crate::state::{CLASSES, Class, GAP};

/// Shares are drawn in this many steps: finer differences cannot be seen in a row twenty pixels high.
const STEPS: f32 = 20.0;

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
    fn classes_stand_on_each_other_without_overlap() {
        let bars = bars(&[pixel(&[(0, 0.25), (2, 0.5)])]);
        let spans: Vec<_> = bars.iter().map(|bar| (bar.class.index(), bar.low, bar.high)).collect();
        assert_eq!(spans, [(0, 0.0, 0.25), (2, 0.25, 0.75)]);
    }
}
