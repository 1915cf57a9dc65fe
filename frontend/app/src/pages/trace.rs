//! A run that was saved: its timeline and its table, and no program.

use yew::prelude::*;

use crate::components::opener::{use_open_button, use_opened};
use crate::page::arrival::use_arrival;
use crate::timeline::Timeline;

/// The page.
#[component]
pub fn Trace() -> Html {
    use_arrival("Trace".into());
    let (opened, open) = (use_opened(), use_open_button());
    let name = opened.as_ref().filter(|opened| !matches!(opened.run, Some(Err(_)))).map(|opened| opened.name.clone());
    let body = match opened.as_deref().map(|opened| &opened.run) {
        Some(Some(Ok(recording))) => html! {
            <div class="trace-timeline"><Timeline recording={recording.clone()} of={name.clone().unwrap_or_default()} /></div>
        },
        Some(Some(Err(sentence))) => html! { <p class="failure trace-note" role="alert">{ sentence.clone() }</p> },
        Some(None) => html! { <p class="trace-note" role="status">{ "Reading the file" }</p> },
        None => html! {
            <p class="trace-note">
                { "Drop a trace here: a file that " }<code>{ "forkyard run --trace FILE SCRIPT" }</code>
                { " saved. It is read in this browser and sent nowhere." }
            </p>
        },
    };
    html! {
        <main id="main" class="trace" tabindex="-1">
            <div class="trace-head">
                <h1>{ name.unwrap_or_else(|| "A saved run".into()) }</h1>
                { open }
            </div>
            { body }
        </main>
    }
}
