//! Predict, then run: a question with answers, each with its reply.

use std::rc::Rc;

use forkyard_wire::lesson::Choice;
use yew::prelude::*;

use super::in_code::in_code;
use super::prose::prose;

/// What is asked.
#[derive(Properties, PartialEq)]
pub struct QuestionProps {
    /// Which of the lesson's questions, from 1.
    pub number: usize,
    /// The question.
    pub html: AttrValue,
    /// What can be answered.
    pub choices: Rc<Vec<Choice>>,
}

/// A question; the reply comes at once, and one may choose again.
#[component]
pub fn Question(props: &QuestionProps) -> Html {
    let chosen = use_state(|| None::<usize>);
    let reply = chosen.and_then(|index| props.choices.get(index));
    html! {
        <section class="question" aria-label={format!("Question {}", props.number)}>
            <p class="block-kind">{ "What do you expect?" }</p>
            { prose(props.html.clone()) }
            <div class="answers">
                { for props.choices.iter().enumerate().map(|(index, choice)| {
                    let here = *chosen == Some(index);
                    let state = here.then_some(if choice.right { "is-right" } else { "is-wrong" });
                    let chosen = chosen.setter();
                    let onclick = move |_: MouseEvent| chosen.set(Some(index));
                    html! {
                        <button type="button" class={classes!("answer", state)} aria-pressed={here.to_string()} {onclick}>
                            <span class="answer-mark" aria-hidden="true">
                                { match (here, choice.right) { (true, true) => "✓", (true, false) => "✗", (false, _) => "" } }
                            </span>
                            <span>{ in_code(&choice.text) }</span>
                        </button>
                    }
                }) }
            </div>
            <div class="reply" aria-live="polite">
                if let Some(choice) = reply {
                    <p class={if choice.right { "is-right" } else { "is-wrong" }}>
                        <strong>{ if choice.right { "Right. " } else { "Not quite. " } }</strong>
                        { in_code(without_verdict(&choice.reply)) }
                    </p>
                }
            </div>
        </section>
    }
}

/// The reply without a verdict of its own, which the page has said already.
fn without_verdict(reply: &str) -> &str {
    reply.strip_prefix("Right. ").or_else(|| reply.strip_prefix("Right: ")).unwrap_or(reply)
}
