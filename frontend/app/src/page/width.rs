//! Whether there is room for prose and workbench side by side.

use gloo_events::EventListener;
use web_sys::MediaQueryList;
use yew::prelude::*;

/// Must agree with the styles, which ask for the same width.
const WIDE: &str = "(min-width: 64rem)";

/// True while the window is wide.
#[hook]
pub fn use_wide() -> bool {
    let wide = use_state_eq(|| query().is_some_and(|query| query.matches()));
    {
        let wide = wide.setter();
        use_effect_with((), move |()| {
            let listener = query().map(|query| {
                let asked = query.clone();
                EventListener::new(&query, "change", move |_| wide.set(asked.matches()))
            });
            move || drop(listener)
        });
    }
    *wide
}

fn query() -> Option<MediaQueryList> {
    web_sys::window()?.match_media(WIDE).ok().flatten()
}
