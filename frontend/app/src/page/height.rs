//! The height of a pane: what its content takes, until the reader chooses; then what they chose, remembered.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::storage;

/// What a pane has of the window at first.
const SHARE: f64 = 0.275;

/// The least and the most that this comes to, in CSS pixels.
const WITHIN: (f64, f64) = (200.0, 320.0);

/// What a pane gets of the window at most for its content.
const MOST_SHARE: f64 = 0.36;

/// A pane whose height can be changed.
pub struct Pane {
    /// In CSS pixels.
    pub height: i32,
    /// The reader changes it.
    pub on_move: Callback<i32>,
    /// Its content takes so many CSS pixels. The pane makes room, up to a share of the window, and gives none back: what
    /// stands above it would jump with each run. A height that the reader chose stays.
    pub on_content: Callback<i32>,
}

/// A pane's height, remembered under `name`. The element of `place` gets it as the custom property `--pane-height`.
#[hook]
pub fn use_height(name: &'static str, place: NodeRef) -> Pane {
    let chosen = use_state_eq(|| storage::get(name).and_then(|text| text.parse::<i32>().ok()));
    let fitting = use_state_eq(|| (window_height() * SHARE).clamp(WITHIN.0, WITHIN.1) as i32);
    let height = chosen.unwrap_or(*fitting);
    use_effect_with((height, place), |(height, place)| {
        // Through the object model, because a strict Content-Security-Policy refuses style attributes.
        if let Some(element) = place.cast::<HtmlElement>() {
            let _ = element.style().set_property("--pane-height", &format!("{height}px"));
        }
    });
    let on_move = {
        let chosen = chosen.setter();
        Callback::from(move |to: i32| {
            storage::set(name, &to.to_string());
            chosen.set(Some(to));
        })
    };
    let on_content = Callback::from(move |content: i32| {
        let most = (window_height() * MOST_SHARE) as i32;
        fitting.set((*fitting).max(content.min(most)));
    });
    Pane { height, on_move, on_content }
}

fn window_height() -> f64 {
    let height = web_sys::window().and_then(|window| window.inner_height().ok()).and_then(|height| height.as_f64());
    height.unwrap_or_default()
}
