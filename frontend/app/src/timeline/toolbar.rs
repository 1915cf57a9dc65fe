//! The bar above the picture: the run in a sentence, and the buttons for who has no keys at hand.

use forkyard_timeline::Objects;
use forkyard_timeline::notes::Note;
use yew::prelude::*;

use super::keys::Command;
use super::view::Pane;

/// What the bar shows and tells.
pub(super) struct Bar {
    /// The run in a sentence.
    pub(super) summary: AttrValue,
    /// Picture or table.
    pub(super) pane: Pane,
    /// Whether the help is open.
    pub(super) helping: bool,
    /// The field that finds names, while it is open.
    pub(super) finder: Html,
    /// Whether the critical path is shown.
    pub(super) critical: bool,
    /// Whether something is selected that the picture can be zoomed to.
    pub(super) selected: bool,
    /// Whether there is nothing to look at yet.
    pub(super) empty: bool,
    /// Whether objects have rows; none where there is no object to show.
    pub(super) objects: Option<Objects>,
    /// What the picture does not show.
    pub(super) notes: Vec<Note>,
    /// Who waits for whom in a circle.
    pub(super) deadlock: Option<AttrValue>,
    /// A button was pressed.
    pub(super) on_command: Callback<Command>,
}

/// The bar.
pub(super) fn toolbar(bar: Bar) -> Html {
    let button = |command: Command, text: &'static str, title: &'static str| {
        let pressed = match command {
            Command::Table => Some(bar.pane == Pane::Table),
            Command::Help => Some(bar.helping),
            Command::Critical => Some(bar.critical),
            Command::Objects => Some(bar.objects == Some(Objects::Shown)),
            _ => None,
        };
        let pressed = pressed.map(|pressed| pressed.to_string());
        let disabled = match command {
            Command::FitSelection => !bar.selected || bar.pane == Pane::Table,
            Command::Objects => bar.objects.is_none() || bar.pane == Pane::Table,
            Command::ZoomIn | Command::ZoomOut | Command::Fit | Command::Critical => bar.pane == Pane::Table,
            _ => false,
        } || (bar.empty && command != Command::Help);
        // Not disabled for the browser, which would take the keyboard from it.
        let onclick = (!disabled).then(|| bar.on_command.reform(move |_: MouseEvent| command));
        // A sign is no name: then the title is.
        let sign = (text.chars().count() == 1).then_some("true");
        html! {
            <button type="button" class="timeline-button" {title} {onclick} aria-disabled={disabled.to_string()} aria-pressed={pressed}>
                <span aria-hidden={sign}>{ text }</span>
            </button>
        }
    };
    html! {
        <div class="timeline-bar">
            if let Some(deadlock) = &bar.deadlock {
                <p class="timeline-summary timeline-deadlock" role="alert" title={deadlock}>{ deadlock }</p>
            } else {
                <p class="timeline-summary" title={bar.summary.clone()}>{ &bar.summary }</p>
            }
            { for bar.notes.iter().map(|note| html! {
                <details class="timeline-lost"><summary>{ &note.what }</summary><p>{ &note.why }</p></details>
            }) }
            { bar.finder.clone() }
            <div class="timeline-tools" role="group" aria-label="Tools">
                { button(Command::ZoomOut, "−", "Zoom out (S)") }
                { button(Command::ZoomIn, "+", "Zoom in (W)") }
                { button(Command::Fit, "Fit", "Show everything (F)") }
                { button(Command::FitSelection, "Zoom to it", "Show the selection (Z)") }
                { button(Command::Find, "Find", "Find a name (/)") }
                { button(Command::Critical, "Critical path", "What the run's length consists of (C)") }
                { button(Command::Objects, "Objects", "Rows of locks, queues, pools (O)") }
                { button(Command::Table, "Table", "The same as a table (T)") }
                { button(Command::Help, "Help", "Colours and keys (?)") }
            </div>
        </div>
    }
}
