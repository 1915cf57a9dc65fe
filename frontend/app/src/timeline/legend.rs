//! What the colours and patterns mean, and the keys.

use forkyard_timeline::{STATES, State};
use yew::prelude::*;

use super::keys::KEYS;

/// A square of a state's colour and pattern, as on the canvas.
pub(super) fn swatch(state: State) -> Html {
    html! { <i class={classes!("timeline-swatch", name(state))} aria-hidden="true" /> }
}

/// What the legend always has, so that nothing in it moves while a program runs.
pub(super) const ALWAYS: [State; 5] = [State::Start, State::OnCore, State::Runnable, State::Wait, State::Ended];
/// What comes after it where it occurs.
pub(super) const FURTHER: [State; 4] = [State::Off, State::Alive, State::Hold, State::Task];

/// Some states in a line.
pub(super) fn legend(states: &[State]) -> Html {
    let items = states.iter().map(|state| {
        html! { <li key={state.name()} title={state.meaning()}>{ swatch(*state) }{ state.name() }</li> }
    });
    html! { <ul class="timeline-legend" aria-label="Colours">{ for items }</ul> }
}

/// The sheet with the colours and the keys; `button` is what gets the keyboard.
pub(super) fn help(button: &NodeRef, on_close: Callback<MouseEvent>) -> Html {
    let colours = STATES.into_iter().map(|state| {
        html! { <><dt>{ swatch(state) }{ state.name() }</dt><dd>{ state.meaning() }</dd></> }
    });
    let keys = KEYS.iter().map(|key| {
        let names = key.keys.iter().map(|name| html! { <kbd>{ *name }</kbd> });
        html! { <><dt>{ for names }</dt><dd>{ key.does }</dd></> }
    });
    html! {
        <div class="timeline-help" role="dialog" aria-label="Help for the timeline">
            <div class="timeline-help-head">
                <h2>{ "Reading the timeline" }</h2>
                <button ref={button.clone()} type="button" class="timeline-button" onclick={on_close}>{ "Close" }</button>
            </div>
            <div class="timeline-help-columns">
                <dl>{ for colours }</dl>
                <dl class="timeline-keys">{ for keys }</dl>
                <div>
                    <p>
                        { "The rows on top are the cores: who was on them. Below, a row for each process and thread; thin purple \
                           bars are locks held, blue ones tasks of a pool. A line from one row to another is a message. Small \
                           triangles are prints, red ones exceptions and signals." }
                    </p>
                    <p>
                        { "Where several things happened within one pixel, their colours stand on each other, each as high as \
                           its share of the time." }
                    </p>
                    <p>{ "Hold Ctrl and turn the wheel to zoom; Shift and drag to move. With fingers: drag, and pinch." }</p>
                </div>
            </div>
        </div>
    }
}

/// The name of a state's class in the styles.
fn name(state: State) -> &'static str {
    match state {
        State::OnCore => "is-on-core",
        State::Runnable => "is-runnable",
        State::Wait => "is-waiting",
        State::Start => "is-starting",
        State::Ended => "is-ended",
        State::Alive | State::Off => "is-running",
        State::Hold => "is-holding",
        State::Task => "is-task",
    }
}
