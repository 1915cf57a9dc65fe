//! Typing to a running program: a line at a time, until its input is closed.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// How much a program wants to be typed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// There is none to type to.
    Nothing,
    /// It runs.
    Perhaps,
    /// It waits for a line.
    Line,
}

/// A line to type into, while there is a program; what is done with a line, and when no more will come.
#[hook]
pub fn use_input_box(wants: Wants, on_line: Callback<String>, on_close: Callback<()>) -> Html {
    let closed = use_state_eq(|| false);
    let field = use_node_ref();
    {
        // The next program's input is open.
        let closed = closed.setter();
        use_effect_with(wants == Wants::Nothing, move |_| closed.set(false));
    }
    let onsubmit = {
        let field = field.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(field) = field.cast::<HtmlInputElement>() {
                on_line.emit(field.value());
                field.set_value("");
            }
        })
    };
    let onclick = {
        let closed = closed.setter();
        Callback::from(move |_: MouseEvent| {
            closed.set(true);
            on_close.emit(());
        })
    };
    let waiting = wants == Wants::Line;
    match (wants, *closed) {
        (Wants::Nothing, _) => return Html::default(),
        (_, true) => return html! { <p class="input-box">{ "The input is closed." }</p> },
        _ => {}
    }
    html! {
        <form class={classes!("input-box", waiting.then_some("is-waiting"))} {onsubmit}>
            <label>
                <span>{ if waiting { "The program waits for a line" } else { "Input" } }</span>
                <input ref={field} type="text" autocomplete="off" autocapitalize="off" spellcheck="false" />
            </label>
            <button type="submit" class="button">{ "Send" }</button>
            <button type="button" class="button is-quiet" {onclick}>{ "Close input" }</button>
        </form>
    }
}
