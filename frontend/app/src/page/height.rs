//! The height of a pane: what its content takes, until the reader chooses; then what they chose, remembered.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::storage;

/// What stands above and below a lesson's timeline in a window, in CSS pixels: header and footer, and a workbench with fourteen lines of
/// program and six of output.
pub const BESIDE_LESSON: f64 = 672.0;

/// The same on the scratch page, where program and output, of fourteen lines each, stand side by side.
pub const BESIDE_SCRATCH: f64 = 464.0;

/// The least and the most that a timeline has at first, in CSS pixels. All three figures stand in styles/lesson.css too, for what is
/// seen before the page has measured anything.
const WITHIN: (f64, f64) = (200.0, 440.0);

/// What hardly fits gets so many CSS pixels of what is kept for the rest: two runs on one axis, many processes.
const MORE: i32 = 100;

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

/// The height of a page's timeline, remembered under `name`; beside it the page keeps so many CSS pixels for the rest. The element of
/// `place` gets it as the custom property `--pane-height`.
#[hook]
pub fn use_height(name: &'static str, place: NodeRef, beside: f64) -> Pane {
    let fitting = use_state_eq(|| (window_height() - beside).clamp(WITHIN.0, WITHIN.1) as i32);
    let (height, on_move) = use_chosen(name, "--pane-height", place, *fitting);
    let on_content = Callback::from(move |content: i32| {
        let most = (window_height() - beside) as i32;
        let most = if content > most + MORE { most + MORE } else { most };
        fitting.set((*fitting).max(content.min(most)));
    });
    Pane { height, on_move, on_content }
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
