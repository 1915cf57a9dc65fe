//! Arriving at a page: the window is named after it, and whoever does not see that it changed is brought to its content.

use web_sys::{HtmlElement, window};
use yew::prelude::*;

/// The window's title before any page was shown; as in `index.html`.
const BEFORE: &str = "Forkyard";

/// The id of every page's `main`.
const MAIN: &str = "main";

/// Names the window, and from the second page on moves the focus to the content.
#[hook]
pub fn use_arrival(title: AttrValue) {
    use_effect_with(title, |title| {
        let Some(document) = window().and_then(|window| window.document()) else { return };
        let first = document.title() == BEFORE;
        document.set_title(&format!("{title} · Forkyard"));
        if !first {
            if let Some(window) = window() {
                window.scroll_to_with_x_and_y(0.0, 0.0);
            }
            focus_content();
        }
    });
}

/// Moves the focus to the content of the page.
pub fn focus_content() {
    let main = window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id(MAIN));
    if let Some(main) = main.and_then(|main| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(main).ok()) {
        let _ = main.focus();
    }
}
