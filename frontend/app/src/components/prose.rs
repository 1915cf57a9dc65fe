//! Text of a lesson, made and made safe on the server.

use yew::prelude::*;

/// The text.
#[derive(Properties, PartialEq)]
pub struct ProseProps {
    /// Safe to insert: the server saw to that.
    pub html: AttrValue,
}

/// A stretch of text.
#[component]
pub fn Prose(props: &ProseProps) -> Html {
    html! { <div class="prose">{ Html::from_html_unchecked(props.html.clone()) }</div> }
}
