//! Text of a lesson, made and made safe on the server.

use yew::prelude::*;

/// A stretch of text, safe to insert: the server saw to that.
pub fn prose(safe: AttrValue) -> Html {
    html! { <div class="prose">{ Html::from_html_unchecked(safe) }</div> }
}
