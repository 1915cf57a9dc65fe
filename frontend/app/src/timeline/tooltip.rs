//! The sentence under the pointer.

use yew::prelude::*;

/// What a [`Tooltip`] says.
#[derive(Properties, PartialEq)]
pub(super) struct TooltipProps {
    /// The sentence.
    pub(super) text: AttrValue,
    /// Where the pointer is, in CSS pixels from the picture's upper left corner.
    pub(super) x: f64,
    /// The same, downwards.
    pub(super) y: f64,
    /// Width of the picture.
    pub(super) width: f64,
    /// Height of the picture.
    pub(super) height: f64,
}

/// A sentence beside the pointer, on the side where there is room.
#[component]
pub(super) fn Tooltip(props: &TooltipProps) -> Html {
    let TooltipProps { x, y, width, height, .. } = props;
    let across = if *x > width / 2.0 {
        format!("right: {}px", (width - x + 12.0) as i32)
    } else {
        format!("left: {}px", (x + 12.0) as i32)
    };
    let down = if *y > height / 2.0 {
        format!("bottom: {}px", (height - y + 12.0) as i32)
    } else {
        format!("top: {}px", (y + 16.0) as i32)
    };
    let room = x.max(width - x) - 16.0;
    let style = format!("{across}; {down}; max-width: min(22rem, {}px)", room as i32);
    html! { <div class="timeline-tooltip" {style} aria-hidden="true">{ &props.text }</div> }
}
