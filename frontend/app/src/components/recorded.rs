//! A recorded run that plays without a server.

use std::cell::Cell;
use std::rc::Rc;

use forkyard_timeline::Playback;
use forkyard_wire::timeline::Chunk;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::api::{self, json};
use crate::timeline::{Recording, Timeline};

/// The chunks of a run of `static/recorded.py`: the data of each `timeline` event that `POST /api/runs` answered with, in a list.
const ADDRESS: &str = "/recorded.json";

/// So much slower than it went is the run played: as fast as it went, it is over before one has looked.
const SLOWER: u64 = 10;

/// Between two steps of the picture, in milliseconds.
const STEP_MS: u32 = 40;

/// The picture.
#[component]
pub fn Recorded() -> Html {
    let recording = use_state(Recording::new);
    let playing = use_state_eq(|| true);
    {
        let (recording, playing) = (recording.setter(), playing.setter());
        use_effect_with((), move |()| {
            let mounted = Rc::new(Cell::new(true));
            let plays = mounted.clone();
            spawn_local(async move {
                let mut playback = Playback::of(&fetch().await);
                let step_ns = if moves() { u64::from(STEP_MS) * 1_000_000 / SLOWER } else { playback.length_ns() };
                let mut shown = Recording::new();
                let mut at_ns = 0;
                while !playback.is_over() && plays.get() {
                    at_ns += step_ns;
                    shown = shown.apply(&playback.until(at_ns));
                    recording.set(shown.clone());
                    TimeoutFuture::new(STEP_MS).await;
                }
                if plays.get() {
                    playing.set(false);
                }
            });
            move || mounted.set(false)
        });
    }
    html! {
        <figure class="recorded">
            <Timeline recording={(*recording).clone()} running={*playing} empty="A recorded run" />
            <figcaption>
                { "A recorded run, ten times slower: the cores, and below them a lane for each process, what it did and what \
                   it waited for. Two workers compute at once; one waits for a lock that the other holds; a message goes over." }
            </figcaption>
        </figure>
    }
}

/// Without the recording there is an empty picture, and nothing else is amiss.
async fn fetch() -> Vec<Chunk> {
    let text = api::file(ADDRESS).await.unwrap_or_default();
    json::read(&text).unwrap_or_default()
}

/// Whether the reader lets things move.
fn moves() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    !query.is_some_and(|query| query.matches())
}

#[cfg(test)]
mod tests {
    use forkyard_timeline::{Trace, totals};
    use forkyard_wire::timeline::{LaneKind, SegmentKind};

    use super::*;

    #[test]
    fn the_recorded_run_shows_what_the_caption_promises() {
        let chunks: Vec<Chunk> = serde_json::from_str(include_str!("../../static/recorded.json")).unwrap();
        let mut trace = Trace::new();
        chunks.iter().for_each(|chunk| trace.apply(chunk));
        let count = |kind| trace.lanes().iter().filter(|lane| lane.kind == kind).count();
        assert_eq!((count(LaneKind::Core), count(LaneKind::Process)), (2, 3), "two cores, a main process and two workers");
        assert_eq!(trace.arrows().len(), 1, "one message");
        assert!(trace.segments().any(|(_, row)| row.kind == SegmentKind::LockAcquire && row.holder != 0), "a wait for a holder");
        assert!(totals::cores_used(&trace, (0, trace.end_ns())).is_some_and(|cores| cores > 0.9), "two cores at once");
        assert_eq!(trace.lost(), 0);
    }
}
