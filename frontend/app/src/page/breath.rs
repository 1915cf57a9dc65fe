//! Work that takes long, in slices: between two of them the page paints and hears its user.

use js_sys::{Date, Promise};
use wasm_bindgen_futures::JsFuture;

/// How long a slice may take, in milliseconds: what is a task of 50 is felt.
const SLICE_MS: f64 = 30.0;

/// A slice of work that has begun.
pub struct Slice {
    until_ms: f64,
}

impl Slice {
    /// Begins now.
    pub fn begin() -> Self {
        Slice { until_ms: Date::now() + SLICE_MS }
    }

    /// Whether it has taken as long as it may.
    pub fn is_over(&self) -> bool {
        Date::now() >= self.until_ms
    }
}

/// Lets the page do what else there is to do.
pub async fn breathe() {
    let turn = Promise::new(&mut |done, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback(&done);
        }
    });
    // A timer does not fail.
    let _ = JsFuture::from(turn).await;
}
