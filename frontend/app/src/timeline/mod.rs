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

mod annotate;
mod canvas;
mod dense;
mod detail;
mod finder;
mod findings;
mod gesture;
mod keys;
mod labels;
mod legend;
mod observe;
mod overlay;
mod paint;
mod palette;
mod picture;
mod plot;
mod recording;
mod said;
mod selected;
mod steer;
mod table;
mod toolbar;
mod tooltip;
mod view;
mod warm;

use std::rc::Rc;

use forkyard_timeline::critical::{Step, critical_path};
use forkyard_timeline::notes::Note;
use forkyard_timeline::{Layout, Objects, Subject, Trace, critical, opening, units};
use yew::prelude::*;

use detail::{Chosen, detail};
use finder::use_finder;
use keys::Command;
use labels::{axis, labels};
use legend::{ALWAYS, help, legend};
use observe::{sight, use_focus_when, use_focus_within, use_measured, use_painted, use_theme_number, width};
use picture::{Picture, length_ns};
use plot::Plot;
use said::Said;
use steer::steer;
use table::TraceTable;
use toolbar::{Bar, toolbar};
use view::{Action, Pane, Sheet, View};

pub use recording::Recording;
pub use warm::use_warm_up;

/// What an empty picture says.
const EMPTY: &str = "Nothing has run yet. Run the program, and this shows every process as it lives: when it was on a core, \
                     what it waited for, who held it up, and each message from one to another.";
/// More tracks of objects than this are folded away until somebody asks for them.
const MOST_OBJECTS: usize = 6;
/// What an empty picture says while the program starts.
const STARTING: &str = "Starting. The first process appears here in a moment.";

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
    /// Whose run it is, where a page shows several: the program's name.
    #[prop_or_default]
    pub of: AttrValue,
    /// What tells it from the second run; empty where there is one run alone.
    #[prop_or_default]
    pub title: AttrValue,
    /// A second run on the same axis.
    #[prop_or_default]
    pub second: Option<Beside>,
    /// What else the picture does not show.
    #[prop_or_default]
    pub notes: Vec<Note>,
    /// Whether the run goes on: the picture then follows its end until the user zooms.
    #[prop_or_default]
    pub running: bool,
    /// The line of the program whose segments are lit, from 1.
    #[prop_or_default]
    pub line: Option<u32>,
    /// The line of the segment under the pointer or selected; none when there is none.
    #[prop_or_default]
    pub on_line: Callback<Option<u32>>,
    /// Something printed, by its run, lane and time, that is pointed at from outside.
    #[prop_or_default]
    pub printed: Option<(usize, u32, u64)>,
    /// The same, under the pointer or selected; none when there is none.
    #[prop_or_default]
    pub on_printed: Callback<Option<(usize, u32, u64)>>,
    /// What the empty picture says; has a default.
    #[prop_or_default]
    pub empty: Option<AttrValue>,
}

/// The picture of a run.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let view = use_reducer(View::default);
    let theme = use_theme_number();
    let (plot, scroll) = (use_node_ref(), use_node_ref());
    let (runs, titles) = runs_of(props);
    let empty = runs.iter().all(|run| run.trace().is_empty());
    let width = f64::from(use_measured(plot.clone(), (empty, view.pane), width).0);
    let sight = use_measured(scroll.clone(), (empty, view.pane), sight);
    let layout: Rc<Layout> = use_memo((runs.clone(), view.objects), |(runs, objects)| {
        let traces: Vec<_> = runs.iter().map(Recording::trace).collect();
        let traces: Vec<&Trace> = traces.iter().map(|trace| &**trace).collect();
        Layout::of(&traces, objects.unwrap_or_else(|| at_first(&traces)))
    });
    let picture = Picture { viewport: view.viewport(length_ns(&runs)), runs: runs.clone(), layout, width, sight };
    {
        let (view, runs) = (view.dispatcher(), runs.clone());
        let of = runs.iter().map(Recording::identity).collect::<Vec<_>>();
        use_effect_with((of, props.running), move |(of, running)| {
            // Once it is over: while it goes on nobody knows how much of it the start will be.
            let opening = if let ([run], false) = (&runs[..], *running) { opening(&run.trace()) } else { None };
            let length_ns = length_ns(&runs);
            view.dispatch(Action::Show { of: of.clone(), opening: opening.map(|from_ns| (from_ns, length_ns)) });
        });
    }
    {
        let (on_line, on_printed) = (props.on_line.clone(), props.on_printed.clone());
        let shown = view.hover.map(|hover| hover.what).or(view.selection);
        use_effect_with((picture.line(shown), picture.printed(shown)), move |(line, printed)| {
            on_line.emit(*line);
            on_printed.emit(*printed);
        });
    }
    let on_action = {
        let view = view.dispatcher();
        Callback::from(move |action: Action| view.dispatch(action))
    };
    let on_command = {
        let (view, picture) = (view.clone(), picture.clone());
        Callback::from(move |command| {
            if let Some(action) = steer(command, &view, &picture) {
                view.dispatch(action);
            }
        })
    };
    let on_row = {
        let (picture, on_action) = (picture.clone(), on_action.clone());
        Callback::from(move |row: (usize, Subject)| {
            selected::selection(&picture, row)
                .and_then(|selection| steer::go(&picture, selection))
                .into_iter()
                .for_each(|action| on_action.emit(action));
        })
    };
    let onkeydown = {
        let on_command = on_command.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(command) = keys::anywhere(&event) {
                event.prevent_default();
                on_command.emit(command);
            }
        })
    };
    use_focus_within(scroll.clone());
    let painted = use_painted(&runs, props.running);
    let said = use_memo((runs.clone(), titles.clone(), painted), |(runs, titles, painted)| Said::of(runs, titles, !painted));
    let mut notes = said.notes.clone();
    if !empty {
        notes.extend_from_slice(&props.notes);
    }
    let helping = view.sheet == Some(Sheet::Help);
    let sheet = use_focus_when(helping);
    let finder = use_finder(&picture, &view, &on_action);
    let shown = view.critical.then(|| runs.clone());
    let paths: Rc<Vec<Vec<Step>>> =
        use_memo(shown, |runs| runs.iter().flatten().map(|run| critical_path(&run.trace())).collect());
    let critical = runs.iter().zip(paths.iter()).map(|(run, path)| critical::sentence(&run.trace(), path));
    let critical = AttrValue::from(critical.collect::<Vec<_>>().join(" "));
    let body = match (empty, view.pane) {
        (true, _) => {
            let text = props.empty.clone().unwrap_or(AttrValue::from(if props.running { STARTING } else { EMPTY }));
            html! { <div class="timeline-empty"><p>{ text }</p>{ legend(&ALWAYS) }</div> }
        }
        (false, Pane::Table) => {
            let (range, selected) = (selected::range(view.selection), selected::row(view.selection));
            html! { <TraceTable runs={runs.clone()} titles={titles.clone()} {range} {selected} on_select={on_row} /> }
        }
        (false, Pane::Picture) => {
            let on_fit = on_command.reform(|_: MouseEvent| Command::Fit);
            html! {
                <div class="timeline-grid">
                    <div class="timeline-corner">
                        if picture.viewport.start_ns() >= 1.0 {
                            <button type="button" class="timeline-button" title="Show everything (F)" onclick={on_fit}>
                                { format!("‹ {} before", units::duration(picture.viewport.start_ns() as u64)) }
                            </button>
                        }
                    </div>
                    { axis(&picture.viewport, width) }
                    { labels(&picture, &said.headings) }
                    <Plot
                        picture={picture.clone()}
                        view={(*view).clone()}
                        lit={props.line}
                        pointed={props.printed.and_then(|printed| picture.find_printed(printed))}
                        paths={paths.clone()}
                        {theme}
                        summary={said.summary.clone()}
                        node={plot.clone()}
                        on_action={on_action.clone()}
                    />
                </div>
            }
        }
    };
    let about = (runs.clone(), view.selection, view.critical, picture.layout.clone());
    let detail = use_memo(about, |(_, selection, ..)| {
        detail(&Chosen { picture: &picture, selection: *selection, critical: &critical, titles: &titles })
    });
    let label = if props.of.is_empty() { "Timeline".to_owned() } else { format!("Timeline: {}", props.of) };
    let selected = view.selection.is_some();
    let objects = runs.iter().any(|run| Layout::object_tracks(&run.trace()) > 0).then(|| picture.layout.objects());
    let bar = Bar {
        summary: said.summary.clone(),
        pane: view.pane,
        helping,
        finder,
        critical: view.critical,
        selected,
        empty,
        objects,
        notes,
        deadlock: said.deadlock.clone(),
        on_command,
    };
    html! {
        <section class="timeline" {onkeydown} aria-label={label}>
            { toolbar(bar) }
            <div class="timeline-body">
                <div ref={scroll} class="timeline-scroll" tabindex={(empty || view.pane == Pane::Table).then_some("0")}>{ body }</div>
                if helping {
                    { help(&sheet, on_action.reform(|_: MouseEvent| Action::ToggleSheet(Sheet::Help))) }
                }
            </div>
            { (*detail).clone() }
            <p class="timeline-words">{ said.words.clone() }</p>
        </section>
    }
}

/// The objects' rows are folded away at first where they would fill the picture.
fn at_first(traces: &[&Trace]) -> Objects {
    let tracks: usize = traces.iter().map(|trace| Layout::object_tracks(trace)).sum();
    if tracks <= MOST_OBJECTS { Objects::Shown } else { Objects::Folded }
}

fn runs_of(props: &TimelineProps) -> (Vec<Recording>, Vec<AttrValue>) {
    let second = props.second.as_ref();
    let runs = std::iter::once(props.recording.clone()).chain(second.map(|second| second.recording.clone()));
    let titles = std::iter::once(props.title.clone()).chain(second.map(|second| second.title.clone()));
    (runs.collect(), titles.collect())
}
