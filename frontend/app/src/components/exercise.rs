//! Something to write: the task, hints one by one, and a solution that comes last.

use std::rc::Rc;

use yew::prelude::*;

use super::in_code::in_code;
use super::prose::prose;

/// What an exercise shows and tells.
#[derive(Properties, PartialEq)]
pub struct ExerciseProps {
    /// Which of the lesson's exercises, from 1.
    pub number: usize,
    /// The task.
    pub html: AttrValue,
    /// From gentle to plain.
    pub hints: Rc<Vec<String>>,
    /// One way to do it.
    pub solution: AttrValue,
    /// The reader wants the solution in the editor.
    pub on_take: Callback<()>,
    /// The way to the editor: a card, or the editor itself.
    pub children: Html,
}

/// A task.
#[component]
pub fn Exercise(props: &ExerciseProps) -> Html {
    let shown = use_state(|| 0_usize);
    let revealed = use_state_eq(|| false);
    let left = props.hints.len().saturating_sub(*shown);
    let (label, onclick) = match (left, *revealed) {
        (1.., _) => {
            let shown = shown.clone();
            let label = if *shown == 0 { "Show a hint" } else { "Show the next hint" };
            (label, Callback::from(move |_: MouseEvent| shown.set(*shown + 1)))
        }
        (0, false) => {
            let revealed = revealed.setter();
            ("Show one solution", Callback::from(move |_| revealed.set(true)))
        }
        (0, true) => ("Put it into the editor", props.on_take.reform(|_| ())),
    };
    html! {
        <section class="exercise" aria-label={format!("Exercise {}", props.number)}>
            <p class="block-kind">{ "Write it" }</p>
            { prose(props.html.clone()) }
            { props.children.clone() }
            <ol class="hints" aria-live="polite">
                { for props.hints.iter().take(*shown).map(|hint| html! { <li>{ in_code(hint) }</li> }) }
            </ol>
            if *revealed {
                <pre class="solution" tabindex="0" role="group" aria-label="One solution"><code>{ props.solution.clone() }</code></pre>
            }
            // One button for one thing after the other, so that the keyboard stays on it.
            <button type="button" class="button" {onclick}>
                { label }
                if left > 0 {
                    <span class="button-note">{ format!(" {left} left") }</span>
                }
            </button>
        </section>
    }
}
