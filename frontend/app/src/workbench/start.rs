//! What a session asks of the server: runs, stops, input, checks.

use std::rc::Rc;

use forkyard_wire::check::CheckRequest;
use forkyard_wire::run::{RunRequest, Workers};
use gloo_timers::callback::Timeout;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_futures::spawn_local;

use super::session::{Session, Which};
use crate::api::{self, Abort};
use crate::run::{Action, Phase, Run};

/// How long after the last key a program is checked, in milliseconds.
const CHECK_AFTER_MS: u32 = 300;

/// How long a stop may take before the page gives the connection up, which ends the run too, in milliseconds.
const STOP_WITHIN_MS: u32 = 2_000;

impl Session {
    /// Runs the program as the settings say.
    pub fn start(self: &Rc<Self>) {
        let request = self.request();
        self.run_in_turn(vec![(Which::First, request)]);
    }

    /// Runs the program with processes and then with threads, to be set side by side.
    pub fn start_both(self: &Rc<Self>) {
        let with = |workers| RunRequest { workers, ..self.request() };
        self.run_in_turn(vec![(Which::First, with(Workers::Processes)), (Which::Second, with(Workers::Threads))]);
    }

    /// Runs again what was run last.
    pub fn retry(self: &Rc<Self>) {
        let both = self.view().beside.is_some();
        if both { self.start_both() } else { self.start() }
    }

    /// Stops what goes on: by word if the run has a name, else by hanging up.
    pub fn stop(self: &Rc<Self>) {
        let (going_on, run) = {
            let view = self.view();
            let run = view.going_on();
            (run.is_some() && !view.stopping, run.and_then(|run| run.started.as_ref()).map(|started| started.run.clone()))
        };
        if !going_on {
            return;
        }
        // What was to run after it does not.
        let turn = self.turn.get();
        self.stopped.set(turn);
        self.change(|view| view.stopping = true);
        let session = self.clone();
        spawn_local(async move {
            if let Some(run) = run
                && api::stop(&run).await.is_ok()
            {
                TimeoutFuture::new(STOP_WITHIN_MS).await;
            }
            if session.turn.get() == turn {
                session.hang_up();
            }
        });
    }

    /// The page is left: whatever goes on ends.
    pub fn leave(&self) {
        self.hang_up();
        self.next_turn();
    }

    /// Gives the running program a line.
    pub fn type_line(self: &Rc<Self>, line: &str) {
        let text = format!("{line}\n");
        self.with_running(|run| spawn_local(async move { drop(api::type_in(&run, text).await) }));
    }

    /// Tells the running program that no more will come.
    pub fn close_input(self: &Rc<Self>) {
        self.with_running(|run| spawn_local(async move { drop(api::close_input(&run).await) }));
    }

    /// Has the program checked once the reader pauses.
    pub(super) fn check_soon(self: &Rc<Self>) {
        let session = Rc::downgrade(self);
        let later = Timeout::new(CHECK_AFTER_MS, move || {
            if let Some(session) = session.upgrade() {
                spawn_local(async move { session.check_now().await });
            }
        });
        *self.check.borrow_mut() = Some(later);
    }

    async fn check_now(self: Rc<Self>) {
        let request = {
            let view = self.view();
            CheckRequest { source: view.source.to_string(), python: view.settings.python.clone() }
        };
        // Without an answer nothing is marked: the run itself will say what is wrong.
        if let Ok(report) = api::check(&request).await {
            self.change(|view| {
                if *view.source == *request.source {
                    view.diagnostics = report.diagnostics;
                }
            });
        }
    }

    fn request(&self) -> RunRequest {
        let view = self.view();
        view.settings.request(&view.source)
    }

    fn run_in_turn(self: &Rc<Self>, plan: Vec<(Which, RunRequest)>) {
        self.hang_up();
        let turn = self.next_turn();
        let both = plan.len() > 1;
        self.change(|view| {
            view.edited = false;
            view.stopping = false;
            view.lit = None;
            view.beside = both.then(Run::new);
            if let Some((_, request)) = plan.first() {
                view.run.apply(Action::Ask(Rc::new(request.clone())));
            }
        });
        let session = self.clone();
        spawn_local(async move {
            for (which, request) in plan {
                if session.turn.get() != turn || session.stopped.get() == turn {
                    return;
                }
                let abort = Rc::new(Abort::new());
                *session.abort.borrow_mut() = Some(abort.clone());
                session.post(turn, which, Action::Ask(Rc::new(request.clone())));
                let told = session.clone();
                let result = api::run(&request, &abort, move |event| told.post(turn, which, Action::Told(event))).await;
                session.post(turn, which, Action::Closed(result));
            }
        });
    }

    fn hang_up(&self) {
        if let Some(abort) = self.abort.take() {
            abort.abort();
        }
        self.post(self.turn.get(), Which::First, Action::GiveUp);
        self.post(self.turn.get(), Which::Second, Action::GiveUp);
    }

    fn next_turn(&self) -> u64 {
        self.turn.set(self.turn.get() + 1);
        self.turn.get()
    }

    fn with_running(&self, act: impl FnOnce(String)) {
        let run = {
            let view = self.view();
            let running = view.going_on().filter(|run| matches!(run.phase, Phase::Running | Phase::WaitingForInput));
            running.and_then(|run| run.started.as_ref()).map(|started| started.run.clone())
        };
        if let Some(run) = run {
            act(run);
        }
    }
}
