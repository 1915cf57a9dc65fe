//! How far a run has come, in a sentence.

use forkyard_wire::run::{Finished, Outcome};
use yew::prelude::*;

use crate::run::state::outcome_name;
use crate::run::{Phase, Run, figures};
use crate::workbench::session::View;

/// So many characters of an exception are told.
const MOST: usize = 80;

/// How a sentence is meant; each has a sign of its own besides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing goes on.
    Calm,
    /// Something goes on.
    Busy,
    /// It went well.
    Good,
    /// It ended early, or the reader must do something.
    Warning,
    /// It went wrong.
    Error,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Calm => "is-calm",
            Tone::Busy => "is-busy",
            Tone::Good => "is-good",
            Tone::Warning => "is-warning",
            Tone::Error => "is-error",
        }
    }
}

/// The sentence for what a session shows. What grows while the program runs stands apart, so that it is not read out again
/// and again.
pub fn status(view: &View, on_retry: Callback<()>) -> Html {
    let run = view.current();
    let (tone, text) = if view.stopping { (Tone::Busy, "Stopping".to_owned()) } else { describe(run) };
    let which = match &view.beside {
        Some(_) if std::ptr::eq(run, &view.run) => "With processes: ",
        Some(_) => "With threads: ",
        None => "",
    };
    let onclick = on_retry.reform(|_: MouseEvent| ());
    html! {
        <div class={classes!("status", tone.class())}>
            <span class="status-sign" aria-hidden="true" />
            <p class="status-text" role="status" title={text.clone()}>{ which }{ text }</p>
            if run.phase.takes_input() {
                <span class="status-elapsed">{ figures::elapsed(run.known_to_ns) }</span>
            }
            if matches!(run.phase, Phase::ServerGone { .. }) {
                <button type="button" class="button" {onclick}>{ "Retry" }</button>
            }
        </div>
    }
}

fn describe(run: &Run) -> (Tone, String) {
    let text = |text: &str| text.to_owned();
    match &run.phase {
        Phase::Idle => (Tone::Calm, text("Not run yet")),
        Phase::Asked => (Tone::Busy, text("Asking the server")),
        Phase::Queued { position: 1 } => (Tone::Busy, text("Waiting for its turn: next in the queue")),
        Phase::Queued { position } => (Tone::Busy, format!("Waiting for its turn: number {position} in the queue")),
        Phase::Starting => {
            let python = run.started.as_ref().map(|started| format!(" {}", started.python)).unwrap_or_default();
            (Tone::Busy, format!("Starting Python{python}"))
        }
        Phase::Running => (Tone::Busy, text("Running")),
        Phase::WaitingForInput => (Tone::Busy, text("Waiting for a line of input")),
        Phase::Ended(finished) => ended(run, finished),
        Phase::Stopped => (Tone::Warning, text("Stopped")),
        Phase::Refused { detail } => (Tone::Error, format!("Not run: {detail}")),
        Phase::ServerGone { .. } if run.started.is_none() => {
            (Tone::Error, text("The server does not answer. Your program is kept."))
        }
        Phase::ServerGone { .. } => (Tone::Error, text("The server is gone, and the run with it. Your program is kept.")),
    }
}

fn ended(run: &Run, finished: &Finished) -> (Tone, String) {
    let name = outcome_name(finished);
    let exception = run.exception();
    match finished.outcome {
        Outcome::Completed => match (&finished.signal, finished.exit_code.unwrap_or(0), exception) {
            (Some(signal), ..) => (Tone::Error, format!("{name} by {signal}{}", meaning(signal))),
            (None, 0, None) => (Tone::Good, name.to_owned()),
            (None, 0, Some(exception)) => {
                (Tone::Warning, format!("{name}; an exception was printed for line {}", exception.line))
            }
            (None, _, Some(exception)) => (Tone::Error, format!("{name} in line {}: {}", exception.line, begin(&exception.text))),
            (None, code, None) => (Tone::Warning, format!("{name} with exit code {code}")),
        },
        Outcome::Stopped => (Tone::Warning, name.to_owned()),
        Outcome::InternalError => (Tone::Error, with_message(name, finished)),
        Outcome::TimedOut | Outcome::OutOfMemory | Outcome::TooMuchOutput | Outcome::TooManyProcesses => {
            (Tone::Warning, with_message(name, finished))
        }
    }
}

/// Of signals that come out of a program itself: what it did.
fn meaning(signal: &str) -> &'static str {
    match signal {
        "SIGABRT" => ": the program gave itself up",
        "SIGSEGV" => ": the program touched memory that it does not have",
        _ => "",
    }
}

/// What fits two lines; the output has all of it.
fn begin(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

fn with_message(name: &str, finished: &Finished) -> String {
    match &finished.message {
        Some(message) => format!("{name}: {message}"),
        None => name.to_owned(),
    }
}
