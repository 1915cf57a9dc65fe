//! The key that works wherever the focus is: Control and Enter, or the command key and Enter, run the program.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// Calls back for it, unless somebody has taken it: the editor does.
#[hook]
pub fn use_run_key(on_run: Callback<()>) {
    use_effect_with(on_run, |on_run| {
        let on_run = on_run.clone();
        let document = web_sys::window().and_then(|window| window.document());
        let listener = document.map(|document| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>().filter(|event| !event.default_prevented()) else { return };
                if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                    event.prevent_default();
                    on_run.emit(());
                }
            })
        });
        move || drop(listener)
    });
}
