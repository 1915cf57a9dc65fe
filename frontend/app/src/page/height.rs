//! The height of a pane, chosen by the reader and remembered.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::storage;

/// What a pane has until the reader chooses, in CSS pixels.
const DEFAULT: i32 = 280;

/// The height that is remembered under `name`, in CSS pixels, and a way to change it. The element of `place` gets it as the
/// custom property `--pane-height`.
#[hook]
pub fn use_height(name: &'static str, place: NodeRef) -> (i32, Callback<i32>) {
    let height = use_state_eq(|| storage::get(name).and_then(|text| text.parse().ok()).unwrap_or(DEFAULT));
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
