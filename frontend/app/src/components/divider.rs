//! A bar between two panes, to be dragged or moved with the arrow keys.

use web_sys::Element;
use yew::prelude::*;

/// How far an arrow key moves it, in CSS pixels.
const STEP: i32 = 24;

/// The most that the pane below may take, in CSS pixels.
const MOST: i32 = 720;

/// The bar, labelled with what is made larger or smaller: the pane below it, which takes at least so much and now so much, in CSS
/// pixels.
#[hook]
pub fn use_divider(label: &'static str, min: i32, height: i32, on_move: Callback<i32>) -> Html {
    // Where the drag began: the pointer's place and the height then.
    let drag = use_state(|| None::<(i32, i32)>);
    let to = on_move.reform(move |height: i32| height.clamp(min, MOST));
    let onpointerdown = {
        let drag = drag.setter();
        move |event: PointerEvent| {
            event.prevent_default();
            let _ = event.target_unchecked_into::<Element>().set_pointer_capture(event.pointer_id());
            drag.set(Some((event.client_y(), height)));
        }
    };
    let onpointermove = {
        let (drag, to) = (drag.clone(), to.clone());
        move |event: PointerEvent| {
            if let Some((from, height)) = *drag {
                to.emit(height + from - event.client_y());
            }
        }
    };
    let onpointerup = {
        let drag = drag.setter();
        move |_: PointerEvent| drag.set(None)
    };
    let onlostpointercapture = {
        let drag = drag.setter();
        move |_: PointerEvent| drag.set(None)
    };
    let onkeydown = move |event: KeyboardEvent| {
        let moved = match event.key().as_str() {
            "ArrowUp" => height + STEP,
            "ArrowDown" => height - STEP,
            "Home" => MOST,
            "End" => min,
            _ => return,
        };
        event.prevent_default();
        to.emit(moved);
    };
    html! {
        <div class={classes!("divider", drag.is_some().then_some("is-dragged"))} role="separator" aria-orientation="horizontal"
            aria-label={label} aria-valuenow={height.to_string()} aria-valuemin={min.to_string()}
            aria-valuemax={MOST.to_string()} tabindex="0" {onpointerdown} {onpointermove} {onpointerup}
            {onlostpointercapture} {onkeydown} />
    }
}
