//! What is selected, in words: the sentence of a segment or message, a range's time by state and by what was waited for.

use forkyard_timeline::{BandKind, Selection, State, summary, totals, units};
use forkyard_wire::timeline::Category;
use yew::prelude::*;

use super::legend::{SHOWN, legend, swatch};
use super::picture::Picture;

/// What to do with the picture.
const HINT: &str = "Select anything to have it explained.";
/// At most so many figures of each sort.
const MOST: usize = 5;

/// What a [`Detail`] speaks of.
#[derive(Properties, PartialEq)]
pub(super) struct DetailProps {
    /// The picture.
    pub(super) picture: Picture,
    /// What is chosen.
    pub(super) selection: Option<Selection>,
    /// The critical path in words; empty when it is not shown.
    pub(super) critical: AttrValue,
    /// The titles of the runs, where there are several.
    pub(super) titles: Vec<AttrValue>,
}

/// The selection in words; a live region, so it is read out when it changes.
#[component]
pub(super) fn Detail(props: &DetailProps) -> Html {
    let words = match props.selection {
        None if props.picture.layout.tracks.is_empty() => Html::default(),
        None if !props.critical.is_empty() => html! { <span>{ &props.critical }</span> },
        None => html! { <>{ legend(&seen(&props.picture)) }<span class="timeline-hint">{ HINT }</span></> },
        Some(Selection::Range { from_ns, to_ns }) => range(props, (from_ns, to_ns)),
        Some(selection) => html! { <span>{ sentence(&props.picture, selection) }</span> },
    };
    html! { <div class="timeline-detail" role="status" aria-live="polite">{ words }</div> }
}

/// The states that occur, in the legend's order.
fn seen(picture: &Picture) -> Vec<State> {
    let shares_gil = picture.layout.rows.iter().any(|row| row.band == BandKind::Gil);
    let occurs = |state: &State| {
        if *state == State::Hold && shares_gil {
            return true;
        }
        picture.runs.iter().any(|run| {
            let trace = run.trace();
            totals::by_state(&trace, None, (0, trace.end_ns())).iter().any(|total| total.state == *state)
        })
    };
    SHOWN.into_iter().filter(occurs).collect()
}

fn sentence(picture: &Picture, selection: Selection) -> String {
    let when = picture.extent(selection).map_or_else(String::new, |(from, _)| format!(" At {}.", units::duration(from)));
    picture.sentence(selection).map_or_else(String::new, |sentence| sentence + &when)
}

fn range(props: &DetailProps, range: (u64, u64)) -> Html {
    let length = units::duration(range.1 - range.0);
    let from = units::duration(range.0);
    let runs = props.picture.runs.iter().enumerate().map(|(panel, run)| {
        let trace = run.trace();
        let title = props.titles.get(panel).filter(|_| props.picture.runs.len() > 1);
        let states = totals::by_state(&trace, None, range);
        let states = states.iter().take(MOST).map(|total| {
            html! { <li>{ swatch(total.state) }{ format!("{} {}", units::duration(total.ns), total.state.name()) }</li> }
        });
        let waits = totals::by_wait(&trace, range);
        let waits = waits.iter().take(MOST).map(|wait| {
            let what = summary::wait_object(&trace, wait);
            let times = units::count(wait.waits, "wait", "waits");
            debug_assert_eq!(wait.kind.category(), Category::Wait);
            html! { <li>{ swatch(State::Wait) }{ format!("{} for {what}, {times}", units::duration(wait.ns)) }</li> }
        });
        html! {
            <>
                if let Some(title) = title { <strong>{ format!("{title}: ") }</strong> }
                <span>{ summary::over(&trace, range) }</span>
                <ul class="timeline-totals">{ for states }</ul>
                <ul class="timeline-totals">{ for waits }</ul>
            </>
        }
    });
    html! { <><strong>{ format!("{length} from {from}. ") }</strong>{ for runs }</> }
}
