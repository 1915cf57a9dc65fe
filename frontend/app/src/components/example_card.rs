//! An example in the text, as a card that puts it into the workbench.

use std::rc::Rc;

use forkyard_timeline::units::{cores, duration};
use yew::prelude::*;

use crate::run::figures::count;
use crate::run::state::outcome_name;
use crate::workbench::{Session, use_session};

/// What a card shows and tells.
#[derive(Properties, PartialEq)]
pub struct ExampleCardProps {
    /// The example.
    pub session: Rc<Session>,
    /// Whether it is the one in the workbench.
    pub active: bool,
    /// It was chosen.
    pub on_choose: Callback<()>,
}

/// A card.
#[component]
pub fn ExampleCard(props: &ExampleCardProps) -> Html {
    use_session(&props.session);
    let view = props.session.view();
    let lines = count(view.source.trim_end().lines().count(), "line", "lines");
    let state = match view.run.finished() {
        _ if view.going_on().is_some() => "running".to_owned(),
        Some(finished) => {
            let (wall, cores) = (duration(finished.wall_ns), cores(finished.cores_used));
            format!("{}: {wall} on {cores}", outcome_name(finished).to_ascii_lowercase())
        }
        None => "not run yet".to_owned(),
    };
    let onclick = props.on_choose.reform(|_: MouseEvent| ());
    html! {
        <button type="button" class={classes!("example-card", props.active.then_some("is-active"))}
            aria-pressed={props.active.to_string()} {onclick}>
            <span class="example-title">{ props.session.title.clone() }</span>
            <span class="example-facts">
                { lines }
                if props.session.is_edited() { { ", edited" } }
                { " · " }{ state }
            </span>
            <span class="example-place">{ if props.active { "In the workbench" } else { "Open" } }</span>
        </button>
    }
}
