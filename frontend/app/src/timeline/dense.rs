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

/// Writes a row's pixels.
pub(super) fn write(context: &CanvasRenderingContext2d, shares: &[Shares], inks: &[Ink; CLASSES], place: Place) {
    let (width, height) = (shares.len(), place.height);
    let mut pixels = vec![0_u8; width * height * 4];
    let (tile, stroke) = ((TILE * place.scale).round().max(4.0) as usize, place.scale.round().max(1.0) as usize);
    for (x, shares) in shares.iter().enumerate() {
        let mut sum = 0.0_f32;
        let mut bottom = height;
        // The last class is the gap, which stays empty.
        for (ink, share) in inks.iter().zip(shares).take(CLASSES - 1) {
            sum += share;
            let top = height - ((sum * height as f32).round() as usize).min(height);
            for y in top..bottom {
                let crossed = ink.pattern.is_some_and(|pattern| crosses(pattern, (x, y), (tile, stroke)));
                let at = (y * width + x) * 4;
                pixels[at..at + 4].copy_from_slice(if crossed { &ink.crossed } else { &ink.plain });
            }
            bottom = bottom.min(top);
        }
    }
    // Without an image the row stays empty; the table still has it.
    if let Ok(image) = ImageData::new_with_u8_clamped_array(Clamped(&pixels), width as u32) {
        let _ = context.put_image_data(&image, 0.0, place.top);
    }
}

fn crosses(pattern: Pattern, (x, y): (usize, usize), (tile, stroke): (usize, usize)) -> bool {
    match pattern {
        Pattern::Rising => (x + y) % tile < stroke,
        Pattern::Falling => (x + tile * y - y) % tile < stroke,
        Pattern::Upright => x % tile < stroke,
        Pattern::Dots => x % tile < stroke && y % tile < stroke,
    }
}
