//! What is selected, in words: the sentence of a segment or message, a range's time by state and by what was waited for.

use forkyard_timeline::{BandKind, Selection, State, summary, totals, units};
use forkyard_wire::timeline::Category;
use yew::prelude::*;

use super::legend::{ALWAYS, FURTHER, legend, swatch};
use super::picture::Picture;

/// What to do with the picture.
const HINT: &str = "Select anything to have it explained.";
/// At most so many figures of each sort.
const MOST: usize = 5;

/// What a [`detail`] speaks of.
pub(super) struct Chosen<'a> {
    /// The picture.
    pub(super) picture: &'a Picture,
    /// What is chosen.
    pub(super) selection: Option<Selection>,
    /// The critical path in words; empty when it is not shown.
    pub(super) critical: &'a str,
    /// The titles of the runs, where there are several.
    pub(super) titles: &'a [AttrValue],
}

/// The selection in words; a live region, so it is read out when it changes. What stands there while nothing is selected is not:
/// the legend grows while a program runs.
pub(super) fn detail(chosen: &Chosen) -> Html {
    let (words, hint) = match chosen.selection {
        None if chosen.picture.layout.tracks.is_empty() => Default::default(),
        None if !chosen.critical.is_empty() => (chosen.critical.to_owned().into(), Html::default()),
        None => (Html::default(), html! { <><span class="timeline-hint">{ HINT }</span>{ legend(&seen(chosen.picture)) }</> }),
        Some(Selection::Range { from_ns, to_ns }) => (range(chosen, (from_ns, to_ns)), Html::default()),
        Some(selection) => (sentence(chosen.picture, selection).into(), Html::default()),
    };
    html! { <div class="timeline-detail">{ hint }<div role="status">{ words }</div></div> }
}

/// The states of the legend, in its order.
fn seen(picture: &Picture) -> Vec<State> {
    let shares_gil = picture.layout.rows.iter().any(|row| row.band == BandKind::Gil);
    let occurring = picture.runs.iter().flat_map(|run| {
        let trace = run.trace();
        totals::by_state(&trace, None, (0, trace.end_ns()))
    });
    let occurring: Vec<State> = occurring.map(|total| total.state).collect();
    let occurs = |state: &State| occurring.contains(state) || (*state == State::Hold && shares_gil);
    ALWAYS.into_iter().chain(FURTHER.into_iter().filter(occurs)).collect()
}

fn sentence(picture: &Picture, selection: Selection) -> String {
    let when = picture.extent(selection).map_or_else(String::new, |(from, _)| format!(" At {}.", units::duration(from)));
    picture.sentence(selection).map_or_else(String::new, |sentence| sentence + &when)
}

fn range(chosen: &Chosen, range: (u64, u64)) -> Html {
    let length = units::duration(range.1 - range.0);
    let from = units::duration(range.0);
    let runs = chosen.picture.runs.iter().enumerate().map(|(panel, run)| {
        let trace = run.trace();
        let title = chosen.titles.get(panel).filter(|_| chosen.picture.runs.len() > 1);
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
