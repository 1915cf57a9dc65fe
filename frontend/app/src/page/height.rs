//! The height of a pane: what its content takes, until the reader chooses; then what they chose, remembered.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::storage;

/// What stands above and below a lesson's timeline in a window, in CSS pixels: header and footer, and a workbench with eleven lines of
/// program and five of output, so that a pool of two workers and their tasks are in sight.
pub const BESIDE_LESSON: f64 = 592.0;

/// The same on the scratch page, where program and output, of fourteen lines each, stand side by side.
pub const BESIDE_SCRATCH: f64 = 464.0;

/// The least and the most that a timeline has at first, in CSS pixels. All three figures stand in styles/lesson.css too, for what is
/// seen before the page has measured anything.
const WITHIN: (f64, f64) = (200.0, 440.0);

/// Two runs on one axis get so many CSS pixels of what is kept for the rest.
const FOR_TWO: i32 = 80;

/// The height of a page's timeline in CSS pixels, and what changes it, remembered under `name`; beside it the page keeps so many CSS
/// pixels for the rest. It goes with how many runs there are, and not with how many rows they turn out to have: what stands above
/// would jump in the middle of a run. The element of `place` gets it as the custom property `--pane-height`.
#[hook]
pub fn use_height(name: &'static str, place: NodeRef, beside: f64, runs: usize) -> (i32, Callback<i32>) {
    let fitting = use_memo((), |()| (window_height() - beside).clamp(WITHIN.0, WITHIN.1) as i32);
    use_chosen(name, "--pane-height", place, *fitting + if runs > 1 { FOR_TWO } else { 0 })
}

/// A height that the reader may choose, remembered under `name`; until then it is `fitting`. The element of `place` gets it as a
/// custom property.
#[hook]
pub fn use_chosen(name: &'static str, property: &'static str, place: NodeRef, fitting: i32) -> (i32, Callback<i32>) {
    let chosen = use_state_eq(|| storage::get(name).and_then(|text| text.parse::<i32>().ok()));
    let height = chosen.unwrap_or(fitting);
    use_effect_with((height, place), move |(height, place)| {
        // Through the object model, because a strict Content-Security-Policy refuses style attributes.
        if let Some(element) = place.cast::<HtmlElement>() {
            let _ = element.style().set_property(property, &format!("{height}px"));
        }
    });
    let on_move = {
        let chosen = chosen.setter();
        Callback::from(move |to: i32| {
            storage::set(name, &to.to_string());
            chosen.set(Some(to));
        })
    };
    (height, on_move)
}

fn window_height() -> f64 {
    let height = web_sys::window().and_then(|window| window.inner_height().ok()).and_then(|height| height.as_f64());
    height.unwrap_or_default()
}
