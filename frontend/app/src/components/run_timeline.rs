//! The timeline of a session: one run, or two on one axis, with its lines lit both ways.

use std::rc::Rc;

use forkyard_timeline::notes::Note;
use forkyard_wire::run::{OnCore, Started};
use yew::prelude::*;

use crate::timeline::{Beside, Timeline};
use crate::workbench::{Printed, Seen, Session, Which, use_session};

/// Whose timeline.
#[derive(Properties, PartialEq)]
pub struct RunTimelineProps {
    /// The program.
    pub session: Rc<Session>,
}

/// The picture of what the processes did.
#[component]
pub fn RunTimeline(props: &RunTimelineProps) -> Html {
    use_session(&props.session);
    let on_line = use_callback(props.session.clone(), |line, session| session.light(line));
    let on_printed = use_callback(props.session.clone(), |printed: Option<(usize, u32, u64)>, session| {
        let seen = Seen::Timeline;
        session.look_at_print(printed.map(|(panel, lane, at_ns)| Printed {
            which: if panel == 0 { Which::First } else { Which::Second },
            lane,
            at_ns,
            seen,
        }));
    });
    let view = props.session.view();
    // What the picture itself points to, it shows already.
    let printed = view.printed.filter(|printed| printed.seen == Seen::Output);
    let printed = printed.map(|printed| (usize::from(printed.which == Which::Second), printed.lane, printed.at_ns));
    let second = view.beside.as_ref().map(|run| Beside { recording: run.recording.clone(), title: "threads".into() });
    let notes = view.run.started.as_ref().and_then(about_cores).into_iter().collect::<Vec<_>>();
    let title = if second.is_some() { "processes" } else { "" };
    html! {
        <Timeline of={props.session.title.clone()} recording={view.run.recording.clone()} {title} {second} running={view.going_on().is_some()}
            {notes} line={view.looked_at} {on_line} {printed} {on_printed} />
    }
}

/// What the timeline does not know of its cores, and why.
fn about_cores(started: &Started) -> Option<Note> {
    let what = match started.on_core {
        OnCore::Exact => return None,
        OnCore::Sampled => "core times sampled",
        OnCore::Off => "no core times",
    };
    Some(Note { what: what.to_owned(), why: started.on_core_detail.clone().unwrap_or_default() })
}
