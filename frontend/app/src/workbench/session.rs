//! A program with its settings, its runs and what is lit in it, kept while its page is open.
//!
//! Shared by the components that show it; each asks with [`use_session`] to be drawn again when it changes. Who talks to the
//! server for it is [`super::start`].

use std::cell::{Cell, Ref, RefCell};
use std::rc::{Rc, Weak};

use forkyard_wire::check::Diagnostic;
use yew::prelude::*;

use super::mailbox::Mailbox;
use super::settings::Settings;
use crate::api::Abort;
use crate::page::storage;
use crate::run::{Action, Phase, Run};

/// Which of a session's two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The only one, or the one with processes.
    First,
    /// The one with threads, beside the first.
    Second,
}

/// Something that was printed, by who printed it and when: so the output and the timeline both know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Printed {
    /// In which run.
    pub which: Which,
    /// The writer's lane.
    pub lane: u32,
    /// When, in nanoseconds since the run's zero.
    pub at_ns: u64,
    /// Where it is looked at.
    pub seen: Seen,
}

/// Where somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// At the lines that were printed.
    Output,
    /// At the picture.
    Timeline,
}

/// What a session shows.
pub struct View {
    /// The program as it stands in the editor.
    pub source: AttrValue,
    /// How it will be run.
    pub settings: Settings,
    /// What is wrong with the program, as far as it was checked.
    pub diagnostics: Vec<Diagnostic>,
    /// The run.
    pub run: Run,
    /// The run with threads, beside the first one.
    pub beside: Option<Run>,
    /// The line that the reader looks at.
    pub looked_at: Option<u32>,
    /// The line that the timeline points to.
    pub lit: Option<u32>,
    /// What was printed and is looked at, in the output or on the timeline.
    pub printed: Option<Printed>,
    /// Whether the program was changed since the last run began: its line numbers are those of another text.
    pub edited: bool,
    /// A stop was asked for and has not come.
    pub stopping: bool,
}

impl View {
    /// One of the runs.
    pub fn run(&self, which: Which) -> Option<&Run> {
        match which {
            Which::First => Some(&self.run),
            Which::Second => self.beside.as_ref(),
        }
    }

    /// How many runs there are on the axis.
    pub fn runs(&self) -> usize {
        1 + usize::from(self.beside.is_some())
    }

    /// The run that goes on, if one does.
    pub fn going_on(&self) -> Option<&Run> {
        [Some(&self.run), self.beside.as_ref()].into_iter().flatten().find(|run| run.phase.is_going_on())
    }

    /// The run whose end, or whose progress, is to be told: the one that goes on, else the last. Where the first of two was stopped,
    /// the second has never begun.
    pub fn current(&self) -> &Run {
        let second = self.beside.as_ref().filter(|run| run.phase != Phase::Idle);
        self.going_on().or(second).unwrap_or(&self.run)
    }
}

/// A program that is edited and run.
pub struct Session {
    /// What it is called.
    pub title: AttrValue,
    original: AttrValue,
    key: String,
    view: RefCell<View>,
    watchers: RefCell<Vec<(u64, Callback<()>)>>,
    next_watcher: Cell<u64>,
    mailbox: Mailbox<(u64, Which, Action)>,
    pub(super) abort: RefCell<Option<Rc<Abort>>>,
    pub(super) check: RefCell<Option<gloo_timers::callback::Timeout>>,
    /// Counts starts, so that what belongs to an earlier one is known by its number.
    pub(super) turn: Cell<u64>,
    /// The turn that was stopped last.
    pub(super) stopped: Cell<u64>,
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Session {
    /// A program under a key that its edits are kept under.
    pub fn new(key: &str, title: AttrValue, original: AttrValue, settings: Settings) -> Rc<Self> {
        let key = format!("program.{key}");
        let source = storage::get(&key).map_or_else(|| original.clone(), AttrValue::from);
        Rc::new_cyclic(|session: &Weak<Session>| {
            let (takes, shows) = (session.clone(), session.clone());
            Session {
                title,
                original,
                key,
                view: RefCell::new(View {
                    source,
                    settings,
                    diagnostics: Vec::new(),
                    run: Run::new(),
                    beside: None,
                    looked_at: None,
                    lit: None,
                    printed: None,
                    edited: false,
                    stopping: false,
                }),
                watchers: RefCell::default(),
                next_watcher: Cell::new(0),
                mailbox: Mailbox::new(
                    move |letter| {
                        if let Some(session) = takes.upgrade() {
                            session.take(letter);
                        }
                    },
                    move || {
                        if let Some(session) = shows.upgrade() {
                            session.change(|view| view.stopping &= view.going_on().is_some());
                        }
                    },
                ),
                abort: RefCell::default(),
                check: RefCell::default(),
                turn: Cell::new(0),
                stopped: Cell::new(u64::MAX),
            }
        })
    }

    /// Unlike any other session's on the page; fit for an attribute.
    pub fn name(&self) -> &str {
        &self.key
    }

    /// What it shows.
    pub fn view(&self) -> Ref<'_, View> {
        self.view.borrow()
    }

    /// Whether the program is not the one it began as.
    pub fn is_edited(&self) -> bool {
        self.view().source != self.original
    }

    /// Whether the program as it stands is there again when the page is.
    pub fn is_kept(&self) -> bool {
        storage::get(&self.key).is_some_and(|kept| self.view().source == kept)
    }

    /// The reader changed the program.
    pub fn edit(self: &Rc<Self>, source: String) {
        if *self.view().source == *source {
            return;
        }
        if *self.original == *source {
            storage::remove(&self.key);
        } else {
            storage::set(&self.key, &source);
        }
        self.change(|view| {
            view.source = source.into();
            view.edited = true;
            view.diagnostics.clear();
            view.lit = None;
        });
        self.check_soon();
    }

    /// Brings the program back that it began as.
    pub fn reset(self: &Rc<Self>) {
        self.edit(self.original.to_string());
    }

    /// The reader chose how it is run.
    pub fn choose(&self, settings: Settings) {
        self.change(|view| view.settings = settings);
    }

    /// The reader looks at a line of the program.
    pub fn look_at(&self, line: Option<u32>) {
        self.change(|view| view.looked_at = line.filter(|_| !view.edited));
    }

    /// The timeline points to a line of the program.
    pub fn light(&self, line: Option<u32>) {
        self.change(|view| view.lit = line.filter(|_| !view.edited));
    }

    /// The reader looks at something that was printed, or no longer.
    pub fn look_at_print(&self, printed: Option<Printed>) {
        if self.view().printed != printed {
            self.change(|view| view.printed = printed);
        }
    }

    /// Something happened to a run; it shows at the next frame.
    pub(super) fn post(&self, turn: u64, which: Which, action: Action) {
        self.mailbox.put((turn, which, action));
    }

    /// Changes the view and has it drawn.
    pub(super) fn change(&self, change: impl FnOnce(&mut View)) {
        change(&mut self.view.borrow_mut());
        let watchers: Vec<_> = self.watchers.borrow().iter().map(|(_, watcher)| watcher.clone()).collect();
        watchers.iter().for_each(|watcher| watcher.emit(()));
    }

    fn take(&self, (turn, which, action): (u64, Which, Action)) {
        if turn != self.turn.get() {
            return;
        }
        let mut view = self.view.borrow_mut();
        match which {
            Which::First => view.run.apply(action),
            Which::Second => {
                if let Some(run) = &mut view.beside {
                    run.apply(action);
                }
            }
        }
    }

    fn watch(&self, watcher: Callback<()>) -> u64 {
        let number = self.next_watcher.replace(self.next_watcher.get() + 1);
        self.watchers.borrow_mut().push((number, watcher));
        number
    }

    fn unwatch(&self, number: u64) {
        self.watchers.borrow_mut().retain(|(known, _)| *known != number);
    }
}

/// Draws the component again whenever the session changes.
#[hook]
pub fn use_session(session: &Rc<Session>) {
    let update = use_force_update();
    use_effect_with(session.clone(), move |session| {
        let session = session.clone();
        let number = session.watch(Callback::from(move |()| update.force_update()));
        move || session.unwatch(number)
    });
}
