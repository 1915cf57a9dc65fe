//! A row so full that hardly two pixels are alike, as an image: its pixels are written, which costs the same however much happened.

use crate::pieces::Shares;
use crate::state::CLASSES;

/// A class's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ink {
    /// The colour: red, green, blue, opacity.
    pub plain: [u8; 4],
    /// The colour where the pattern runs.
    pub crossed: [u8; 4],
    /// The pattern.
    pub pattern: Option<Pattern>,
}

/// What is laid over a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Strokes up to the right: waiting.
    Rising,
    /// Strokes down to the right: starting.
    Falling,
    /// Upright strokes: ready, no core free.
    Upright,
    /// Dots: ended.
    Dots,
}

/// Lengths in device pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The row's height.
    pub height: usize,
    /// Width and height of a pattern's tile, at least 1.
    pub tile: usize,
    /// How broad a pattern's strokes are.
    pub stroke: usize,
}

/// Writes rows one after the other, into the same memory.
#[derive(Debug, Default)]
pub struct RowImage {
    pixels: Vec<[u8; 4]>,
    /// What a pixel of each class may look like from top to bottom, for the rows written so far.
    columns: Vec<(Size, [Ink; CLASSES], Columns)>,
}

/// For each class and each column of its pattern's tile the colours from top to bottom.
#[derive(Debug)]
struct Columns {
    colours: Vec<[u8; 4]>,
    size: Size,
}

impl RowImage {
    /// The pixels of a row, line by line from the top, four bytes each.
    #[inline(never)]
    pub fn write(&mut self, shares: &[Shares], inks: &[Ink; CLASSES], size: Size) -> &[u8] {
        let (width, height) = (shares.len(), size.height);
        let known = self.columns.iter().position(|(of, by, _)| *of == size && by == inks);
        let known = known.unwrap_or_else(|| {
            self.columns.push((size, *inks, Columns::of(inks, size)));
            self.columns.len() - 1
        });
        let columns = &self.columns[known].2;
        self.pixels.clear();
        self.pixels.resize(width * height, [0; 4]);
        for (x, shares) in shares.iter().enumerate() {
            let mut sum = 0.0_f32;
            let mut bottom = height;
            // The last class is the gap, which stays empty.
            for (class, share) in shares[..CLASSES - 1].iter().enumerate() {
                if *share <= 0.0 {
                    continue;
                }
                sum += share;
                let top = height - ((sum * height as f32 + 0.5) as usize).min(height);
                if top >= bottom {
                    continue;
                }
                let column = &columns.of_pixel(class, x)[top..bottom];
                for (pixel, colour) in self.pixels[top * width + x..].iter_mut().step_by(width).zip(column) {
                    *pixel = *colour;
                }
                bottom = top;
            }
        }
        self.pixels.as_flattened()
    }
}

impl Columns {
    fn of(inks: &[Ink; CLASSES], size: Size) -> Self {
        let mut colours = Vec::with_capacity(CLASSES * size.tile * size.height);
        for ink in inks {
            for x in 0..size.tile {
                let crossed = |y| ink.pattern.is_some_and(|pattern| crosses(pattern, (x, y % size.tile), size));
                colours.extend((0..size.height).map(|y| if crossed(y) { ink.crossed } else { ink.plain }));
            }
        }
        Columns { colours, size }
    }

    fn of_pixel(&self, class: usize, x: usize) -> &[[u8; 4]] {
        let Size { height, tile, .. } = self.size;
        &self.colours[(class * tile + x % tile) * height..][..height]
    }
}

fn crosses(pattern: Pattern, (x, y): (usize, usize), Size { tile, stroke, .. }: Size) -> bool {
    match pattern {
        Pattern::Rising => (x + y) % tile < stroke,
        Pattern::Falling => (x + tile * y - y) % tile < stroke,
        Pattern::Upright => x % tile < stroke,
        Pattern::Dots => x % tile < stroke && y % tile < stroke,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const WHITE: [u8; 4] = [255; 4];
    const NOTHING: [u8; 4] = [0; 4];

    fn inks() -> [Ink; CLASSES] {
        let mut inks = [Ink { plain: RED, crossed: WHITE, pattern: None }; CLASSES];
        inks[1] = Ink { plain: BLUE, crossed: WHITE, pattern: Some(Pattern::Upright) };
        inks
    }

    fn shares(of: &[(usize, f32)]) -> Shares {
        let mut shares = [0.0; CLASSES];
        of.iter().for_each(|(class, share)| shares[*class] = *share);
        shares
    }

    fn written(image: &mut RowImage, shares: &[Shares], size: Size) -> Vec<[u8; 4]> {
        image.write(shares, &inks(), size).chunks(4).map(|pixel| [pixel[0], pixel[1], pixel[2], pixel[3]]).collect()
    }

    #[test]
    fn classes_stand_on_each_other_and_what_is_left_stays_empty() {
        let size = Size { height: 4, tile: 2, stroke: 1 };
        let row = [shares(&[(0, 0.5), (1, 0.25)]), shares(&[(1, 1.0)]), shares(&[])];
        let expected = [[NOTHING, BLUE, NOTHING], [WHITE, BLUE, NOTHING], [RED, BLUE, NOTHING], [RED, BLUE, NOTHING]];
        assert_eq!(written(&mut RowImage::default(), &row, size), expected.concat());
    }

    #[test]
    fn a_row_of_another_height_has_nothing_of_the_one_before() {
        let mut image = RowImage::default();
        let full = [shares(&[(0, 1.0)])];
        assert_eq!(written(&mut image, &full, Size { height: 3, tile: 2, stroke: 1 }), [RED; 3]);
        assert_eq!(written(&mut image, &[shares(&[])], Size { height: 2, tile: 2, stroke: 1 }), [NOTHING; 2]);
        assert_eq!(written(&mut image, &full, Size { height: 2, tile: 2, stroke: 1 }), [RED; 2]);
    }
}
