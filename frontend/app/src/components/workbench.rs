//! A program and its output: editor, run bar, status, figures, console. The timeline is placed by the page.

use std::rc::Rc;

use forkyard_wire::run::Workers;
use yew::prelude::*;

use super::compare::Compare;
use super::console::Console;
use super::figures::Figures;
use super::input_box::InputBox;
use super::run_bar::{Room, RunBar};
use super::segmented::{Choice, Segmented};
use super::status::status;
use crate::editor::CodeEditor;
use crate::workbench::{Session, Which, use_session};

/// What the workbench shows.
#[derive(Properties, PartialEq)]
pub struct WorkbenchProps {
    /// The program.
    pub session: Rc<Session>,
    /// Whether the run bar is part of it; none where the page has one of its own.
    pub bar: Option<Room>,
}

/// The workbench.
#[component]
pub fn Workbench(props: &WorkbenchProps) -> Html {
    html! {
        <section class="workbench" aria-label={format!("Workbench: {}", props.session.title)}>
            <EditorPane key={props.session.name().to_owned()} session={props.session.clone()} />
            if let Some(room) = props.bar {
                <RunBar session={props.session.clone()} {room} />
            }
            <ResultPane session={props.session.clone()} />
        </section>
    }
}

/// Whose part.
#[derive(Properties, PartialEq)]
struct PartProps {
    session: Rc<Session>,
}

#[component]
fn EditorPane(props: &PartProps) -> Html {
    use_session(&props.session);
    let session = SessionRef(props.session.clone());
    let on_change = use_callback(session.clone(), |source, session| session.0.edit(source));
    let on_run = use_callback(session.clone(), |(), session| session.0.start());
    let on_line = use_callback(session, |line, session| session.0.look_at(line));
    let view = props.session.view();
    let exceptions = if view.edited { Vec::new() } else { view.current().exception_lines() };
    html! {
        <CodeEditor source={view.source.clone()} label={format!("Program: {}", props.session.title)}
            diagnostics={view.diagnostics.clone()} lit={view.lit.into_iter().collect::<Vec<_>>()} {exceptions}
            {on_change} {on_run} {on_line} />
    }
}

#[component]
fn ResultPane(props: &PartProps) -> Html {
    use_session(&props.session);
    let shown = use_state(|| Which::First);
    let session = &props.session;
    let view = session.view();
    let retry = {
        let session = session.clone();
        Callback::from(move |()| session.retry())
    };
    let which = if view.beside.is_some() { *shown } else { Which::First };
    let takes_input = view.going_on().is_some_and(|run| run.phase.takes_input());
    let on_line = {
        let session = session.clone();
        Callback::from(move |line: String| session.type_line(&line))
    };
    let on_close = {
        let session = session.clone();
        Callback::from(move |()| session.close_input())
    };
    let show = {
        let shown = shown.setter();
        Callback::from(move |workers| shown.set(if workers == Workers::Processes { Which::First } else { Which::Second }))
    };
    let choice = view.beside.is_some().then(|| {
        html! {
            <Segmented<Workers> legend="Output of the run with" name={format!("output-{}", session.name())}
                chosen={if which == Which::First { Workers::Processes } else { Workers::Threads }} on_choose={show}
                choices={vec![
                    Choice { value: Workers::Processes, label: "with processes".into() },
                    Choice { value: Workers::Threads, label: "with threads".into() },
                ]} />
        }
    });
    html! {
        <div class="result">
            <div class="result-head">
                { status(&view, retry) }
                if let Some(beside) = &view.beside {
                    <Compare processes={view.run.finished().cloned()} threads={beside.finished().cloned()} />
                } else {
                    <Figures finished={view.run.finished().cloned()} />
                }
            </div>
            <Console session={session.clone()} {which} {choice} />
            if takes_input {
                <InputBox waiting={view.going_on().is_some_and(|run| run.phase == crate::run::Phase::WaitingForInput)}
                    {on_line} {on_close} />
            }
        </div>
    }
}

#[derive(Clone, PartialEq)]
struct SessionRef(Rc<Session>);
