//! A recorded run that plays without a server.

use std::cell::Cell;
use std::rc::Rc;

use forkyard_wire::timeline::Chunk;
use gloo_net::http::Request;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::timeline::{Recording, Timeline};

/// The chunks of a run of `static/recorded.py`: the data of each `timeline` event that `POST /api/runs` answered with, in a list.
const ADDRESS: &str = "/recorded.json";

/// The height of the picture, in CSS pixels.
const HEIGHT: u32 = 332;

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
                let chunks = fetch().await;
                let mut shown = Recording::new();
                let mut at_ns = 0;
                for chunk in &chunks {
                    if moves() {
                        // As fast as it went.
                        TimeoutFuture::new((chunk.to_ns.saturating_sub(at_ns) / 1_000_000) as u32).await;
                    }
                    if !plays.get() {
                        return;
                    }
                    at_ns = chunk.to_ns;
                    shown = shown.apply(chunk);
                    recording.set(shown.clone());
                }
                playing.set(false);
            });
            move || mounted.set(false)
        });
    }
    html! {
        <figure class="recorded">
            <Timeline recording={(*recording).clone()} running={*playing} height={HEIGHT} empty="A recorded run" />
            <figcaption>
                { "A recorded run: the cores, and below them a lane for each process, what it did and what it waited for. " }
                { "Select anything to have it explained." }
            </figcaption>
        </figure>
    }
}

/// Without the recording there is an empty picture, and nothing else is amiss.
async fn fetch() -> Vec<Chunk> {
    let Ok(response) = Request::get(ADDRESS).send().await else { return Vec::new() };
    let Ok(text) = response.text().await else { return Vec::new() };
    serde_json::from_str(&text).unwrap_or_default()
}

/// Whether the reader lets things move.
fn moves() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    !query.is_some_and(|query| query.matches())
}
