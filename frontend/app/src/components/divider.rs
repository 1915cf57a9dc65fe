//! A bar between two panes, to be dragged or moved with the arrow keys.

use web_sys::Element;
use yew::prelude::*;

/// How far an arrow key moves it, in CSS pixels.
const STEP: i32 = 24;

/// What the bar shows and tells.
#[derive(Properties, PartialEq)]
pub struct DividerProps {
    /// What is made larger or smaller.
    pub label: AttrValue,
    /// The height of the pane below, in CSS pixels.
    pub height: i32,
    /// The least.
    pub min: i32,
    /// The most.
    pub max: i32,
    /// It was moved.
    pub on_move: Callback<i32>,
}

/// The bar.
#[component]
pub fn Divider(props: &DividerProps) -> Html {
    // Where the drag began: the pointer's place and the height then.
    let drag = use_state(|| None::<(i32, i32)>);
    let (min, max, height) = (props.min, props.max, props.height);
    let to = props.on_move.reform(move |height: i32| height.clamp(min, max));
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
            "Home" => max,
            "End" => min,
            _ => return,
        };
        event.prevent_default();
        to.emit(moved);
    };
    html! {
        <div class={classes!("divider", drag.is_some().then_some("is-dragged"))} role="separator" aria-orientation="horizontal"
            aria-label={props.label.clone()} aria-valuenow={height.to_string()} aria-valuemin={min.to_string()}
            aria-valuemax={max.to_string()} tabindex="0" {onpointerdown} {onpointermove} {onpointerup}
            {onlostpointercapture} {onkeydown} />
    }
}
