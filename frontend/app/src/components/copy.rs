//! A button that copies text, and says so for a moment.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

/// How long the button says that it copied, in milliseconds.
const SAID_MS: u32 = 1_600;

/// The button; as wide as the longer of its words, so that nothing beside it moves. Given is what is copied, for those who do not see
/// where the button stands (`the program`), and the text, asked for when it is wanted; none where there is nothing to copy.
#[hook]
pub fn use_copy_button(what: &'static str, text: Option<Callback<(), String>>) -> Html {
    let disabled = text.is_none();
    let said = use_state_eq(|| false);
    {
        let setter = said.setter();
        use_effect_with(*said, move |said| {
            let over = said.then(|| Timeout::new(SAID_MS, move || setter.set(false)));
            move || drop(over)
        });
    }
    let onclick = {
        let said = said.setter();
        text.map(|text| {
            move |_: MouseEvent| {
                let (text, said) = (text.emit(()), said.clone());
                spawn_local(async move {
                    let Some(window) = web_sys::window() else { return };
                    // Refused where the page is not trusted; the text can still be selected.
                    said.set(JsFuture::from(window.navigator().clipboard().write_text(&text)).await.is_ok());
                });
            }
        })
    };
    html! {
        <button type="button" class="button is-quiet copy" {disabled} {onclick}>
            { if *said { "Copied" } else { "Copy" } }<span class="only-heard">{ format!(" {what}") }</span>
        </button>
    }
}
