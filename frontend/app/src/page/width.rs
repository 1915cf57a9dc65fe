//! Whether there is room for prose and workbench side by side, and for all that the run bar has.

use gloo_events::EventListener;
use web_sys::MediaQueryList;
use yew::prelude::*;

/// Must agree with the styles, which ask for the same width.
pub const WIDE: &str = "(min-width: 64rem)";

/// A workbench that stands beside prose has room for a whole run bar.
pub const WHOLE_BAR: &str = "(min-width: 84rem)";

/// True while the window is as wide as that.
#[hook]
pub fn use_width(asked: &'static str) -> bool {
    let wide = use_state_eq(|| query(asked).is_some_and(|query| query.matches()));
    {
        let wide = wide.setter();
        use_effect_with((), move |()| {
            let listener = query(asked).map(|query| {
                let asked = query.clone();
                EventListener::new(&query, "change", move |_| wide.set(asked.matches()))
            });
            move || drop(listener)
        });
    }
    *wide
}

fn query(asked: &str) -> Option<MediaQueryList> {
    web_sys::window()?.match_media(asked).ok().flatten()
}
