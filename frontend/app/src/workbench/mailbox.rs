//! What comes from outside and waits for the next frame, so that a program that prints a megabyte costs some frames and not thousands.
//!
//! What takes longer than a frame should is taken in slices, one right after the other: between two of them the page hears its user.
//! What the letters changed is shown once all are taken, and now and then while more of them wait: to draw half a run takes as long as to
//! draw all of it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use js_sys::Date;

use crate::page::breath::{Breath, Slice};
use crate::page::frame::AtFrame;

/// While letters wait, what they changed is shown this often, in milliseconds.
const SHOW_MS: f64 = 200.0;

/// Gathers letters until the next frame.
pub struct Mailbox<T> {
    shared: Rc<Shared<T>>,
}

struct Shared<T> {
    letters: RefCell<VecDeque<T>>,
    take: Box<dyn Fn(T)>,
    show: Box<dyn Fn()>,
    /// Since when nothing was shown of what waits, in milliseconds.
    since_ms: Cell<f64>,
    /// Whether it is to be shown before more is taken.
    owed: Cell<bool>,
    frame: AtFrame,
    breath: Breath,
}

impl<T: 'static> Mailbox<T> {
    /// `take` gets each letter in turn, `show` is called after some.
    pub fn new(take: impl Fn(T) + 'static, show: impl Fn() + 'static) -> Self {
        let shared = Rc::new_cyclic(|shared: &Weak<Shared<T>>| {
            let (begins, goes_on) = (shared.clone(), shared.clone());
            Shared {
                letters: RefCell::default(),
                take: Box::new(take),
                show: Box::new(show),
                since_ms: Cell::default(),
                owed: Cell::default(),
                frame: AtFrame::new(move || {
                    if let Some(shared) = begins.upgrade() {
                        shared.take_some();
                    }
                }),
                breath: Breath::new(move || {
                    if let Some(shared) = goes_on.upgrade() {
                        shared.take_some();
                    }
                }),
            }
        });
        Mailbox { shared }
    }

    /// Puts a letter in.
    pub fn put(&self, letter: T) {
        let waiting = !self.shared.letters.borrow().is_empty();
        self.shared.letters.borrow_mut().push_back(letter);
        // While others wait, it will be its turn after theirs.
        if !waiting {
            self.shared.since_ms.set(Date::now());
            self.shared.frame.ask();
        }
    }
}

impl<T> Shared<T> {
    fn take_some(&self) {
        if self.owed.take() {
            self.show();
        } else if !self.letters.borrow().is_empty() {
            let slice = Slice::begin();
            // The first one is taken, however long it takes.
            while let Some(letter) = self.next() {
                (self.take)(letter);
                if slice.is_over() {
                    break;
                }
            }
            if self.letters.borrow().is_empty() || Date::now() >= self.since_ms.get() + SHOW_MS {
                // After much of it, what draws it would make one long task with it.
                self.owed.set(slice.is_half_over());
                if !self.owed.get() {
                    self.show();
                }
            }
        }
        if self.owed.get() || !self.letters.borrow().is_empty() {
            self.breath.ask();
        }
    }

    fn show(&self) {
        self.since_ms.set(Date::now());
        (self.show)();
    }

    fn next(&self) -> Option<T> {
        self.letters.borrow_mut().pop_front()
    }
}
