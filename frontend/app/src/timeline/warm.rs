//! The picture is drawn once before anybody waits for one: a run that nobody made is read, laid out, painted and told out of sight.
//!
//! A browser compiles each of the page's functions when it is first called, and lays letters and boxes out for the first time: together
//! that takes longer than the first picture of a long run itself. It is done while the page is idle, in steps, once.

use forkyard_wire::timeline::Chunk;
use web_sys::{Element, ShadowRootInit, ShadowRootMode};
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

/// A run, and where it is drawn.
#[derive(Clone, PartialEq)]
struct Drawn {
    recording: Recording,
    place: Place,
}

/// An element of the document that has the page's size and style, and is no part of the page: nothing that looks for the page's elements
/// finds what is within.
#[derive(Clone, PartialEq)]
struct Place {
    outside: Element,
    within: Element,
}

/// What is drawn for nobody, at the time when it is.
#[hook]
pub fn use_warm_up() -> Html {
    let drawn = use_state(|| None::<Drawn>);
    {
        let drawn = drawn.setter();
        use_effect_with((), move |()| read(1, drawn));
    }
    drawn.as_ref().map_or_else(Html::default, |Drawn { recording, place }| {
        create_portal(html! { <Timeline recording={recording.clone()} /> }, place.within.clone())
    })
}

fn read(times: usize, drawn: UseStateSetter<Option<Drawn>>) {
    at_idle(move || {
        let Ok(chunk) = json::read::<Chunk>(RUN) else { return };
        let recording = Recording::new().apply(&chunk);
        if times < READ {
            read(times + 1, drawn);
        } else if let Some(place) = Place::make() {
            drawn.set(Some(Drawn { recording, place: place.clone() }));
            show(SHOWN, place, drawn);
        }
    });
}

/// Leaves the picture there for so many idle moments.
fn show(moments: usize, place: Place, drawn: UseStateSetter<Option<Drawn>>) {
    at_idle(move || {
        if moments > 1 {
            return show(moments - 1, place, drawn);
        }
        drawn.set(None);
        place.outside.remove();
    });
}

impl Place {
    fn make() -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let outside = document.create_element("div").ok()?;
        outside.set_class_name("timeline-warm");
        let shadow = outside.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Closed)).ok()?;
        let style = document.query_selector("link[rel=stylesheet]").ok()??;
        shadow.append_child(&style.clone_node().ok()?).ok()?;
        let within = document.create_element("div").ok()?;
        shadow.append_child(&within).ok()?;
        document.body()?.append_child(&outside).ok()?;
        Some(Self { outside, within })
    }
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
