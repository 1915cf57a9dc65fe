//! Typing to a running program: a line at a time, until its input is closed.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the box tells.
#[derive(Properties, PartialEq)]
pub struct InputBoxProps {
    /// Whether the program waits for a line.
    pub waiting: bool,
    /// A line was typed.
    pub on_line: Callback<String>,
    /// No more will come.
    pub on_close: Callback<()>,
}

/// A line to type into.
#[component]
pub fn InputBox(props: &InputBoxProps) -> Html {
    let closed = use_state_eq(|| false);
    let field = use_node_ref();
    let onsubmit = {
        let (field, on_line) = (field.clone(), props.on_line.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(field) = field.cast::<HtmlInputElement>() {
                on_line.emit(field.value());
                field.set_value("");
            }
        })
    };
    let onclick = {
        let (closed, on_close) = (closed.setter(), props.on_close.clone());
        Callback::from(move |_: MouseEvent| {
            closed.set(true);
            on_close.emit(());
        })
    };
    if *closed {
        return html! { <p class="input-box">{ "The input is closed." }</p> };
    }
    html! {
        <form class={classes!("input-box", props.waiting.then_some("is-waiting"))} {onsubmit}>
            <label>
                <span>{ if props.waiting { "The program waits for a line" } else { "Input" } }</span>
                <input ref={field} type="text" autocomplete="off" autocapitalize="off" spellcheck="false" />
            </label>
            <button type="submit" class="button">{ "Send" }</button>
            <button type="button" class="button is-quiet" {onclick}>{ "Close input" }</button>
        </form>
    }
}
