//! The workbench alone, with room for the timeline, and programs to start from.

use std::rc::Rc;

use yew::prelude::*;

use crate::components::divider::use_divider;
use crate::components::opener::use_open_button;
use crate::components::run_bar::{Room, RunBar};
use crate::components::run_timeline::RunTimeline;
use crate::components::workbench::Workbench;
use crate::page::arrival::use_arrival;
use crate::page::height::{BESIDE_SCRATCH, use_height};
use crate::page::keys::use_run_key;
use crate::page::width::{WIDE, use_width};
use crate::workbench::{Session, Settings, use_session};

/// Programs to start from.
const TEMPLATES: [(&str, &str); 4] = [
    ("Pool.map", include_str!("../../templates/pool_map.py")),
    ("Lock", include_str!("../../templates/lock.py")),
    ("Barrier", include_str!("../../templates/barrier.py")),
    ("Producer and consumer", include_str!("../../templates/producer_consumer.py")),
];

/// The page.
#[component]
pub fn Scratch() -> Html {
    use_arrival("Scratch".into());
    let wide = use_width(WIDE);
    let session = use_memo((), |()| Session::new("scratch", "Your program".into(), TEMPLATES[0].1.into(), Settings::default()));
    let session: Rc<Session> = (*session).clone();
    {
        let session = session.clone();
        use_effect_with((), move |()| move || session.leave());
    }
    let run = {
        let session = session.clone();
        use_callback((), move |(), ()| session.start())
    };
    use_run_key(run);
    let place = use_node_ref();
    use_session(&session);
    let runs = session.view().runs();
    let (height, on_move) = use_height("scratch-timeline-height", place.clone(), BESIDE_SCRATCH, runs);
    let open = use_open_button();
    let divider = use_divider("Height of the timeline", 120, height, on_move);
    let templates = html! {
        <div class="templates" role="group" aria-label="Programs to start from">
            <span class="templates-label">{ "Start from" }</span>
            { for TEMPLATES.iter().map(|(name, source)| {
                let session = session.clone();
                let onclick = move |_: MouseEvent| session.edit((*source).to_owned());
                html! { <button type="button" class="button is-quiet" {onclick}>{ *name }</button> }
            }) }
            { open }
        </div>
    };
    if wide {
        html! {
            <main id="main" class="scratch-wide" tabindex="-1" ref={place}>
                <h1 class="only-heard">{ "Scratch" }</h1>
                <div class="scratch-bar">
                    <RunBar session={session.clone()} room={Room::Wide} />
                    { templates }
                </div>
                <Workbench session={session.clone()} bar={None::<Room>} />
                { divider }
                <div class="lesson-timeline"><RunTimeline session={session.clone()} /></div>
            </main>
        }
    } else {
        html! {
            <main id="main" class="lesson-narrow scratch-narrow" tabindex="-1">
                <h1 class="only-heard">{ "Scratch" }</h1>
                { templates }
                <div class="in-text is-active">
                    <Workbench session={session.clone()} bar={None::<Room>} />
                    <RunTimeline session={session.clone()} />
                </div>
                <div class="run-bar-dock" role="region" aria-label="Run the program">
                    <RunBar {session} room={Room::Narrow} />
                </div>
            </main>
        }
    }
}
