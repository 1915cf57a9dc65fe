//! The bar above the picture: the run in a sentence, and the buttons for who has no keys at hand.

use forkyard_timeline::Objects;
use forkyard_timeline::notes::Note;
use yew::prelude::*;

use super::keys::Command;
use super::view::Pane;

/// What a [`Toolbar`] shows and tells.
#[derive(Properties, PartialEq)]
pub(super) struct ToolbarProps {
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
#[component]
pub(super) fn Toolbar(props: &ToolbarProps) -> Html {
    let button = |command: Command, text: &'static str, title: &'static str| {
        let onclick = props.on_command.reform(move |_: MouseEvent| command);
        let pressed = match command {
            Command::Table => Some(props.pane == Pane::Table),
            Command::Help => Some(props.helping),
            Command::Critical => Some(props.critical),
            Command::Objects => Some(props.objects == Some(Objects::Shown)),
            _ => None,
        };
        let pressed = pressed.map(|pressed| pressed.to_string());
        let disabled = match command {
            Command::FitSelection => !props.selected || props.pane == Pane::Table,
            Command::ZoomIn | Command::ZoomOut | Command::Fit | Command::Critical | Command::Objects => props.pane == Pane::Table,
            _ => false,
        } || (props.empty && command != Command::Help);
        html! { <button type="button" class="timeline-button" {title} {onclick} {disabled} aria-pressed={pressed}>{ text }</button> }
    };
    html! {
        <div class="timeline-bar">
            if let Some(deadlock) = &props.deadlock {
                <p class="timeline-summary timeline-deadlock" role="alert" title={deadlock}>{ deadlock }</p>
            } else {
                <p class="timeline-summary" title={props.summary.clone()}>{ &props.summary }</p>
            }
            { for props.notes.iter().map(|note| html! { <p class="timeline-lost" title={note.why.clone()}>{ &note.what }</p> }) }
            { props.finder.clone() }
            <div class="timeline-tools" role="group" aria-label="Timeline">
                { button(Command::ZoomOut, "−", "Zoom out (S)") }
                { button(Command::ZoomIn, "+", "Zoom in (W)") }
                { button(Command::Fit, "Fit", "Show everything (F)") }
                { button(Command::FitSelection, "Zoom to it", "Show the selection (Z)") }
                { button(Command::Find, "Find", "Find a name (/)") }
                { button(Command::Critical, "Critical path", "What the run's length consists of (C)") }
                if props.objects.is_some() {
                    { button(Command::Objects, "Objects", "Rows of locks, queues, pools (O)") }
                }
                { button(Command::Table, "Table", "The same as a table (T)") }
                { button(Command::Help, "Help", "Colours and keys (?)") }
            </div>
        </div>
    }
}
