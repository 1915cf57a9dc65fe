//! The height of a pane, chosen by the reader and remembered.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::storage;

/// What a pane has of the window until the reader chooses.
const SHARE: f64 = 0.32;

/// The least and the most that this comes to, in CSS pixels.
const WITHIN: (f64, f64) = (200.0, 360.0);

/// The height that is remembered under `name`, in CSS pixels, and a way to change it. The element of `place` gets it as the
/// custom property `--pane-height`.
#[hook]
pub fn use_height(name: &'static str, place: NodeRef) -> (i32, Callback<i32>) {
    let height = use_state_eq(|| storage::get(name).and_then(|text| text.parse().ok()).unwrap_or_else(fitting));
    use_effect_with((*height, place), |(height, place)| {
        // Through the object model, because a strict Content-Security-Policy refuses style attributes.
        if let Some(element) = place.cast::<HtmlElement>() {
            let _ = element.style().set_property("--pane-height", &format!("{height}px"));
        }
    });
    let change = {
        let height = height.setter();
        Callback::from(move |to: i32| {
            storage::set(name, &to.to_string());
            height.set(to);
        })
    };
    (*height, change)
}

fn fitting() -> i32 {
    let window = web_sys::window().and_then(|window| window.inner_height().ok()).and_then(|height| height.as_f64());
    (window.unwrap_or_default() * SHARE).clamp(WITHIN.0, WITHIN.1) as i32
}
