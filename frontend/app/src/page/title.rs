//! The title of the window.

use yew::prelude::*;

/// Names the window while the component is there.
#[hook]
pub fn use_title(title: AttrValue) {
    use_effect_with(title, |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(&format!("{title} · Forkyard"));
        }
    });
}
