//! The timeline of a session: one run, or two on one axis, with its lines lit both ways.

use std::rc::Rc;

use yew::prelude::*;

use crate::timeline::{Beside, Timeline};
use crate::workbench::{Session, use_session};

/// Whose timeline.
#[derive(Properties, PartialEq)]
pub struct RunTimelineProps {
    /// The program.
    pub session: Rc<Session>,
    /// Height in CSS pixels; without it the picture takes its parent's.
    #[prop_or_default]
    pub height: Option<u32>,
    /// The height at which all of it would be in sight, in CSS pixels.
    #[prop_or_default]
    pub on_content: Callback<i32>,
}

/// The picture of what the processes did.
#[component]
pub fn RunTimeline(props: &RunTimelineProps) -> Html {
    use_session(&props.session);
    let on_line = use_callback(SessionRef(props.session.clone()), |line, SessionRef(session)| session.light(line));
    let view = props.session.view();
    let second = view.beside.as_ref().map(|run| Beside { recording: run.recording.clone(), title: "threads".into() });
    let title = if second.is_some() { "processes" } else { "" };
    html! {
        <Timeline of={props.session.title.clone()} recording={view.run.recording.clone()} {title} {second} running={view.going_on().is_some()}
            line={view.looked_at} {on_line} height={props.height}
            on_content={props.on_content.clone()} />
    }
}

#[derive(PartialEq)]
struct SessionRef(Rc<Session>);
