//! A row so full that hardly two pixels are alike is painted as an image: a canvas takes tens of milliseconds for a hundred thousand
//! rectangles, and one for an image.

use forkyard_timeline::{CLASSES, Ink, RowImage, Shares, Size};
use wasm_bindgen::Clamped;
use web_sys::{CanvasRenderingContext2d, ImageData};

use super::palette::TILE;

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

/// Paints rows one after the other.
#[derive(Default)]
pub(super) struct Writer {
    image: RowImage,
}

impl Writer {
    /// Paints a row.
    pub(super) fn write(&mut self, context: &CanvasRenderingContext2d, shares: &[Shares], inks: &[Ink; CLASSES], place: Place) {
        let (tile, stroke) = ((TILE * place.scale).round().max(4.0) as usize, place.scale.round().max(1.0) as usize);
        let pixels = self.image.write(shares, inks, Size { height: place.height, tile, stroke });
        // Without an image the row stays empty; the table still has it.
        if let Ok(image) = ImageData::new_with_u8_clamped_array(Clamped(pixels), shares.len() as u32) {
            let _ = context.put_image_data(&image, 0.0, place.top);
        }
    }
}
