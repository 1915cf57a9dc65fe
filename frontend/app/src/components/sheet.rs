//! What is seldom needed: a button that opens a sheet, which closes when the reader turns away or presses Escape.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};
use yew::prelude::*;

/// A button with its sheet, which holds this.
#[hook]
pub fn use_sheet(held: Html) -> Html {
    let open = use_state_eq(|| false);
    let place = use_node_ref();
    let onclick = {
        let open = open.clone();
        move |_: MouseEvent| open.set(!*open)
    };
    let onkeydown = {
        let (open, place) = (open.clone(), place.clone());
        move |event: KeyboardEvent| {
            if event.key() == "Escape" && *open {
                event.stop_propagation();
                open.set(false);
                let button = place.cast::<Element>().and_then(|place| place.query_selector("button").ok().flatten());
                if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                    let _ = button.focus();
                }
            }
        }
    };
    let onfocusout = {
        let (open, place) = (open.setter(), place.clone());
        move |event: FocusEvent| {
            let to = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
            if !place.cast::<Node>().is_some_and(|place| place.contains(to.as_ref())) {
                open.set(false);
            }
        }
    };
    html! {
        <div class="sheet" ref={place} {onkeydown} {onfocusout}>
            <button type="button" class="button is-quiet" aria-expanded={open.to_string()} {onclick}>
                { "Options" }
            </button>
            // Takes the focus itself, so that a press beside its fields does not count as turning away.
            <div class="sheet-body" hidden={!*open} tabindex="-1">{ held }</div>
        </div>
    }
}
