//! The sentence under the pointer.

use yew::prelude::*;

/// A sentence beside the pointer at `x` and `y`, on the side where a picture of this width and height has room; all in CSS pixels.
pub(super) fn tooltip(text: String, (x, y): (f64, f64), (width, height): (f64, f64)) -> Html {
    let across = if x > width / 2.0 {
        format!("right: {}px", (width - x + 12.0) as i32)
    } else {
        format!("left: {}px", (x + 12.0) as i32)
    };
    let down = if y > height / 2.0 {
        format!("bottom: {}px", (height - y + 12.0) as i32)
    } else {
        format!("top: {}px", (y + 16.0) as i32)
    };
    let room = x.max(width - x) - 16.0;
    let style = format!("{across}; {down}; max-width: min(22rem, {}px)", room as i32);
    html! { <div class="timeline-tooltip" {style} aria-hidden="true">{ text }</div> }
}
