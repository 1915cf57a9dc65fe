//! A row so full that hardly two pixels are alike: its pixels are written, which costs the same however much happened.
//! A canvas takes tens of milliseconds for a hundred thousand rectangles, and one for an image.

use forkyard_timeline::{CLASSES, Shares};
use wasm_bindgen::Clamped;
use web_sys::{CanvasRenderingContext2d, ImageData};

use super::palette::{Ink, Pattern, TILE};

/// Where and how large, in device pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Upper edge.
    pub(super) top: f64,
    /// Height in pixels.
    pub(super) height: usize,
    /// Device pixels to a CSS pixel.
    pub(super) scale: f64,
}

/// Writes rows one after the other, into the same memory.
#[derive(Default)]
pub(super) struct Writer {
    pixels: Vec<[u8; 4]>,
}

impl Writer {
    /// Writes a row's pixels.
    pub(super) fn write(&mut self, context: &CanvasRenderingContext2d, shares: &[Shares], inks: &[Ink; CLASSES], place: Place) {
        let (width, height) = (shares.len(), place.height);
        self.pixels.clear();
        self.pixels.resize(width * height, [0; 4]);
        let (tile, stroke) = ((TILE * place.scale).round().max(4.0) as usize, place.scale.round().max(1.0) as usize);
        let columns = inks.map(|ink| columns(ink, (tile, stroke), height));
        for (x, shares) in shares.iter().enumerate() {
            let mut sum = 0.0_f32;
            let mut bottom = height;
            // The last class is the gap, which stays empty.
            for (columns, share) in columns.iter().zip(shares).take(CLASSES - 1).filter(|(_, share)| **share > 0.0) {
                sum += share;
                let top = height - ((sum * height as f32 + 0.5) as usize).min(height);
                if top >= bottom {
                    continue;
                }
                let column = &columns[x % tile * height..][top..bottom];
                for (pixel, colour) in self.pixels[top * width + x..].iter_mut().step_by(width).zip(column) {
                    *pixel = *colour;
                }
                bottom = top;
            }
        }
        // Without an image the row stays empty; the table still has it.
        if let Ok(image) = ImageData::new_with_u8_clamped_array(Clamped(self.pixels.as_flattened()), width as u32) {
            let _ = context.put_image_data(&image, 0.0, place.top);
        }
    }
}

/// A colour and its pattern, column by column: as many as a tile has, as high as the row.
fn columns(ink: Ink, (tile, stroke): (usize, usize), height: usize) -> Vec<[u8; 4]> {
    let crossed = |x, y| ink.pattern.is_some_and(|pattern| crosses(pattern, (x, y % tile), (tile, stroke)));
    let places = (0..tile).flat_map(|x| (0..height).map(move |y| (x, y)));
    places.map(|(x, y)| if crossed(x, y) { ink.crossed } else { ink.plain }).collect()
}

fn crosses(pattern: Pattern, (x, y): (usize, usize), (tile, stroke): (usize, usize)) -> bool {
    match pattern {
        Pattern::Rising => (x + y) % tile < stroke,
        Pattern::Falling => (x + tile * y - y) % tile < stroke,
        Pattern::Upright => x % tile < stroke,
        Pattern::Dots => x % tile < stroke && y % tile < stroke,
    }
}
