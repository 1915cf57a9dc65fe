//! The picture is drawn once before anybody waits for one: a run that nobody made is read, laid out, painted and told out of sight.
//!
//! A browser compiles each of the page's functions when it is first called, and lays letters and boxes out for the first time: together
//! that takes longer than the first picture of a long run itself. It is done while the page is idle, in steps, once.

use forkyard_wire::timeline::Chunk;
use yew::prelude::*;

use super::{Recording, Timeline};
use crate::api::json;
use crate::page::idle::at_idle;

/// One chunk with every sort of row; `frontend/timeline/examples/warm.rs` wrote it.
const RUN: &str = include_str!("../../static/warm.json");

/// How often it is read: what a browser has called often it compiles better.
const READ: usize = 16;

/// How many idle moments the picture is there: frames to lay it out and to paint it lie between them, and then comes the run's story.
const SHOWN: usize = 16;

/// What is drawn for nobody, at the time when it is.
#[hook]
pub fn use_warm_up() -> Html {
    let run = use_state(|| None::<Recording>);
    {
        let run = run.setter();
        use_effect_with((), move |()| take_step(1, run));
    }
    run.as_ref().map_or_else(Html::default, |recording| {
        html! { <div class="timeline-warm"><Timeline recording={recording.clone()} /></div> }
    })
}

fn take_step(step: usize, run: UseStateSetter<Option<Recording>>) {
    at_idle(move || {
        if step <= READ
            && let Ok(chunk) = json::read::<Chunk>(RUN)
        {
            let recording = Recording::new().apply(&chunk);
            if step == READ {
                run.set(Some(recording));
            }
        }
        if step < READ + SHOWN {
            take_step(step + 1, run);
        } else {
            run.set(None);
        }
    });
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Measure, SegmentKind};

    use super::*;

    #[test]
    fn the_run_has_what_a_picture_is_made_of() {
        let chunk: Chunk = json::read(RUN).unwrap();
        let recording = Recording::of([&chunk]);
        let trace = recording.trace();
        assert_eq!(trace.lanes().len(), 4);
        let has = |kind| trace.segments().any(|(_, row)| row.kind == kind);
        let sorts = [SegmentKind::OnCore, SegmentKind::Boot, SegmentKind::Task, SegmentKind::Hold, SegmentKind::GilHold];
        assert!(sorts.into_iter().all(has));
        assert!(!trace.arrows().is_empty() && !trace.marks().is_empty());
        assert!(trace.findings().levels(1, Measure::Waiters).is_some());
    }
}
