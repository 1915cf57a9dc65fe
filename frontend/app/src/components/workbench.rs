//! A program and its output: editor, run bar, status, figures, console. The timeline is placed by the page.

use std::rc::Rc;

use forkyard_wire::run::Workers;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use super::compare::compare;
use super::console::Console;
use super::copy::use_copy_button;
use super::divider::use_divider;
use super::figures::figures;
use super::input_box::{Wants, use_input_box};
use super::run_bar::{Room, RunBar};
use super::segmented::{Choice, segmented};
use super::server::{Doubt, use_doubt};
use super::status::status;
use crate::editor::CodeEditor;
use crate::page::height::use_chosen;
use crate::run::Phase;
use crate::workbench::{Session, Which, use_session};

/// The height of a run's status, figures and six lines of output, in CSS pixels: a program is longer than what it prints.
const RESULT: i32 = 186;

/// The same for two runs, whose figures take more and of whose output five lines are shown.
const BOTH: i32 = 244;

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
    use_session(&props.session);
    let both = props.session.view().beside.is_some();
    let place = use_node_ref();
    let (height, on_move) = use_chosen("result-height", "--result-height", place.clone(), if both { BOTH } else { RESULT });
    let divider = use_divider("Height of the output", 96, height, on_move);
    let head = use_head(&props.session);
    let editor = editor(&props.session);
    let result = use_result(&props.session);
    html! {
        <section class="workbench" aria-label={format!("Workbench: {}", props.session.title)} ref={place}>
            { head }
            { editor }
            if let Some(room) = props.bar {
                <RunBar session={props.session.clone()} {room} />
                { divider }
            }
            { result }
        </section>
    }
}

/// What the program is called, and the way back to what it was.
#[hook]
fn use_head(session: &Rc<Session>) -> Html {
    let reset = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.reset())
    };
    let text = {
        let session = session.clone();
        Callback::from(move |()| session.view().source.to_string())
    };
    let copy = use_copy_button("the program", Some(text));
    html! {
        <div class="workbench-head">
            <p class="workbench-title">{ session.title.clone() }</p>
            if session.is_edited() {
                <p class="workbench-edited">
                    { "edited" }
                    if session.is_kept() {
                        <span class="workbench-kept">{ ", kept on this machine" }</span>
                    }
                </p>
                <button type="button" class="button is-quiet" onclick={reset}>{ "Reset" }</button>
            }
            { copy }
        </div>
    }
}

fn editor(session: &Rc<Session>) -> Html {
    let [edits, runs, looks] = [session.clone(), session.clone(), session.clone()];
    let on_change = Callback::from(move |source| edits.edit(source));
    let on_run = Callback::from(move |()| runs.start());
    let on_line = Callback::from(move |line| looks.look_at(line));
    let view = session.view();
    let exceptions = if view.edited { Vec::new() } else { view.current().exception_lines() };
    html! {
        <CodeEditor key={session.name().to_owned()} source={view.source.clone()} label={format!("Program: {}", session.title)}
            diagnostics={view.diagnostics.clone()} lit={view.lit.into_iter().collect::<Vec<_>>()} {exceptions}
            {on_change} {on_run} {on_line} />
    }
}

#[hook]
fn use_result(session: &Rc<Session>) -> Html {
    let shown = use_state(|| Which::First);
    let view = session.view();
    let retry = {
        let session = session.clone();
        Callback::from(move |()| session.retry())
    };
    let which = if view.beside.is_some() { *shown } else { Which::First };
    let wants = match view.going_on().map(|run| &run.phase) {
        Some(Phase::WaitingForInput) => Wants::Line,
        Some(phase) if phase.takes_input() => Wants::Perhaps,
        _ => Wants::Nothing,
    };
    let on_line = {
        let session = session.clone();
        Callback::from(move |line: String| session.type_line(&line))
    };
    let on_close = {
        let session = session.clone();
        Callback::from(move |()| session.close_input())
    };
    let input = use_input_box(wants, on_line, on_close);
    use_doubt(if matches!(view.current().phase, Phase::ServerGone { .. }) { Doubt::Gone } else { Doubt::None });
    let node = use_node_ref();
    let moments = (view.run.phase == Phase::Asked, view.current().phase == Phase::WaitingForInput, node.clone());
    use_effect_with(moments, |(asked, waits, node)| {
        let Some(node) = node.cast::<Element>() else { return };
        // Where all is in one column, what was asked for may lie below the edge; elsewhere it is in sight and nothing moves.
        if *asked {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            node.scroll_into_view_with_scroll_into_view_options(&options);
        }
        // Who has just pressed Run has the keyboard on Stop, where Enter would end what asks for a line.
        let document = web_sys::window().and_then(|window| window.document()).filter(|_| *waits);
        if document.is_some_and(|document| document.query_selector(".is-stop:focus").is_ok_and(|stop| stop.is_some()))
            && let Ok(Some(field)) = node.query_selector(".input-box input")
        {
            let _ = field.unchecked_into::<HtmlElement>().focus();
        }
    });
    let show = {
        let shown = shown.setter();
        Callback::from(move |workers| shown.set(if workers == Workers::Processes { Which::First } else { Which::Second }))
    };
    let choice = view.beside.is_some().then(|| {
        let choices =
            [Choice { value: Workers::Processes, label: "processes" }, Choice { value: Workers::Threads, label: "threads" }];
        let chosen = if which == Which::First { Workers::Processes } else { Workers::Threads };
        segmented((format!("output-{}", session.name()), "Output of the run with"), choices, chosen, &show)
    });
    html! {
        <div class="result" ref={node}>
            <div class="result-head">
                { status(&view, retry) }
                if let Some(beside) = &view.beside {
                    { compare(view.run.finished(), beside.finished()) }
                } else {
                    { figures(view.run.finished()) }
                }
            </div>
            <Console session={session.clone()} {which} {choice} />
            { input }
        </div>
    }
}
