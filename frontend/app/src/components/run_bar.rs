//! Run, Stop, and how the program is run.

use std::rc::Rc;

use forkyard_wire::run::{Engine, StartMethod, Workers};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::segmented::{Choice, segmented};
use super::server::{Server, use_server};
use super::sheet::use_sheet;
use crate::workbench::{Session, Settings, use_session};

/// How much room the bar has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// All but the engine is in sight.
    Wide,
    /// Processes or threads can be chosen; the rest is folded away.
    Middle,
    /// Every choice is folded away.
    Narrow,
}

/// Whose bar.
#[derive(Properties, PartialEq)]
pub struct RunBarProps {
    /// The program.
    pub session: Rc<Session>,
    /// How much room there is.
    pub room: Room,
}

/// The bar.
#[component]
pub fn RunBar(props: &RunBarProps) -> Html {
    use_session(&props.session);
    let server = use_server();
    let session = &props.session;
    let view = session.view();
    let press = |act: fn(&Rc<Session>)| {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| act(&session))
    };
    let going_on = view.going_on().is_some();
    let both = (!going_on).then(|| press(Session::start_both));
    let settings = settings_fields(props, &server);
    let (in_sight, folded) = settings.split_at(match props.room {
        Room::Wide => 3,
        Room::Middle => 1,
        Room::Narrow => 0,
    });
    let sheet = use_sheet(folded.iter().cloned().collect());
    html! {
        <div class="run-bar" role="group" aria-label="Run">
            // One button that changes, so that the focus stays where it is.
            if going_on {
                <button type="button" class="button is-stop" onclick={press(Session::stop)}
                    aria-disabled={view.stopping.to_string()}>
                    <span class="sign-stop" aria-hidden="true" />{ "Stop" }
                </button>
            } else {
                <button type="button" class="button is-main" onclick={press(Session::start)} title="Control and Enter">
                    <span class="sign-run" aria-hidden="true" />{ "Run" }
                </button>
            }
            // Not disabled, which would take the keyboard from it as soon as it is pressed.
            <button type="button" class="button" onclick={both} aria-disabled={going_on.to_string()}
                title="The same program with processes, then with threads">
                { "Run both" }
            </button>
            { for in_sight.iter().cloned() }
            { sheet }
        </div>
    }
}

/// How the program is run, what is changed most often first.
fn settings_fields(props: &RunBarProps, server: &Server) -> [Html; 4] {
    let session = &props.session;
    let settings = session.view().settings.clone();
    let choose = |change: fn(&mut Settings, String)| {
        let (session, settings) = (session.clone(), settings.clone());
        Callback::from(move |event: Event| {
            let mut settings = settings.clone();
            change(&mut settings, event.target_unchecked_into::<HtmlSelectElement>().value());
            session.choose(settings);
        })
    };
    let workers = {
        let (session, settings, chosen) = (session.clone(), settings.clone(), settings.workers);
        let choose = Callback::from(move |workers| session.choose(Settings { workers, ..settings.clone() }));
        let choices =
            [Choice { value: Workers::Processes, label: "Processes" }, Choice { value: Workers::Threads, label: "Threads" }];
        segmented((format!("workers-{}", props.session.name()), "Workers"), choices, chosen, &choose)
    };
    let interpreters = server.health().map(|health| health.interpreters.clone()).unwrap_or_default();
    let default = server.health().map(|health| health.default_interpreter.clone()).unwrap_or_default();
    let method = settings.start_method.map_or("", start_method_name);
    let python = settings.python.clone().unwrap_or_default();
    let engine = if settings.engine == Engine::Stdlib { "stdlib" } else { "forkyard" };
    let engine = html! {
        <label class="field">
            <span>{ "Engine" }</span>
            <select onchange={choose(|settings, value| {
                settings.engine = if value == "stdlib" { Engine::Stdlib } else { Engine::Forkyard };
            })}>
                <option value="forkyard" selected={engine == "forkyard"}>{ "Forkyard" }</option>
                <option value="stdlib" selected={engine == "stdlib"}>{ "CPython’s own" }</option>
            </select>
        </label>
    };
    let method = html! {
        <label class="field">
            <span class="only-heard">{ "Start method" }</span>
            <select onchange={choose(|settings, value| settings.start_method = start_method_of(&value))}
                disabled={settings.workers == Workers::Threads}>
                { for ["", "fork", "spawn", "forkserver"].into_iter().map(|value| html! {
                    <option {value} selected={value == method}>{ if value.is_empty() { "default start" } else { value } }</option>
                }) }
            </select>
        </label>
    };
    let python = html! {
        <label class="field">
            <span class="only-heard">{ "Interpreter" }</span>
            <select onchange={choose(|settings, value| settings.python = Some(value).filter(|value| !value.is_empty()))}>
                <option value="" selected={python.is_empty()}>
                    { format!("Python {default}") }
                </option>
                { for interpreters.into_iter().filter(|version| *version != default).map(|version| html! {
                    <option value={version.clone()} selected={version == python}>{ format!("Python {version}") }</option>
                }) }
            </select>
        </label>
    };
    [workers, method, python, engine]
}

fn start_method_name(method: StartMethod) -> &'static str {
    match method {
        StartMethod::Fork => "fork",
        StartMethod::Spawn => "spawn",
        StartMethod::Forkserver => "forkserver",
    }
}

fn start_method_of(name: &str) -> Option<StartMethod> {
    [StartMethod::Fork, StartMethod::Spawn, StartMethod::Forkserver].into_iter().find(|method| start_method_name(*method) == name)
}
