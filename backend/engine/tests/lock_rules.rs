//! Whatever several threads do with a lock, one after the other, it answers by the rules that a program can read.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod watchdog;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use forkyard_engine::sync::{Lock, LockKind, ReleaseError, Wait};
use proptest::prelude::*;
use watchdog::watch;

const THREADS: usize = 3;

/// What a thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Acquire,
    Release,
}

/// What it was told, and what it sees then.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    answer: Result<bool, ReleaseError>,
    mine: bool,
    depth: u32,
}

/// The rules.
#[derive(Debug)]
struct Rules {
    kind: LockKind,
    /// The thread that holds it, and how often.
    held: Option<(usize, u32)>,
}

impl Rules {
    fn step(&mut self, thread: usize, step: Step) -> Seen {
        let recursive = self.kind == LockKind::Recursive;
        let (held, answer) = match (step, self.held) {
            (Step::Acquire, None) => (Some((thread, 1)), Ok(true)),
            (Step::Acquire, Some((holder, depth))) if recursive && holder == thread => (Some((holder, depth + 1)), Ok(true)),
            (Step::Acquire, held) => (held, Ok(false)),
            (Step::Release, None) if recursive => (None, Err(ReleaseError::NotOwned)),
            (Step::Release, None) => (None, Err(ReleaseError::TooOften)),
            (Step::Release, Some((holder, depth))) if recursive && holder != thread => {
                (Some((holder, depth)), Err(ReleaseError::NotOwned))
            }
            (Step::Release, Some((holder, depth))) => ((depth > 1).then_some((holder, depth - 1)), Ok(true)),
        };
        self.held = held;
        let depth = held.filter(|(holder, _)| *holder == thread).map_or(0, |(_, depth)| depth);
        Seen { answer, mine: depth > 0, depth }
    }
}

/// A thread that does as it is told.
fn actor(lock: Lock) -> (Sender<Step>, Receiver<Seen>) {
    let (steps, orders) = channel();
    let (report, seen) = channel();
    thread::spawn(move || {
        for step in orders {
            let answer = match step {
                Step::Acquire => Ok(lock.acquire(Wait::Never).unwrap()),
                Step::Release => lock.release().map(|()| true),
            };
            report.send(Seen { answer, mine: lock.is_mine(), depth: lock.depth() }).unwrap();
        }
    });
    (steps, seen)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn a_lock_answers_by_its_rules(
        kind in prop::sample::select(vec![LockKind::Plain, LockKind::Recursive]),
        steps in prop::collection::vec((0..THREADS, prop::sample::select(vec![Step::Acquire, Step::Release])), 1..40),
    ) {
        watch();
        let lock = Lock::new(kind).unwrap();
        let actors: Vec<_> = (0..THREADS).map(|_| actor(lock.clone())).collect();
        let mut rules = Rules { kind, held: None };
        for (thread, step) in steps {
            actors[thread].0.send(step).unwrap();
            prop_assert_eq!(actors[thread].1.recv().unwrap(), rules.step(thread, step), "thread {} did {:?}", thread, step);
        }
        prop_assert_eq!(lock.holder().is_some(), rules.held.is_some());
    }
}
