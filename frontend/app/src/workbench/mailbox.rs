//! Actions that wait for the next frame, so that a program that prints a megabyte costs some frames and not thousands. What takes longer
//! than a frame should is handed over in several.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use crate::page::breath::Slice;
use crate::page::frame::AtFrame;

/// Gathers letters and hands them over together at the next frame.
pub struct Mailbox<T> {
    shared: Rc<Shared<T>>,
}

struct Shared<T> {
    letters: RefCell<VecDeque<T>>,
    frame: AtFrame,
}

/// The letters of a frame, as many as are taken within a slice of time.
pub struct Letters<'a, T> {
    shared: &'a Shared<T>,
    slice: Option<Slice>,
}

impl<T: 'static> Mailbox<T> {
    /// `deliver` gets what was gathered, never nothing; what it leaves it gets at the next frame.
    pub fn new(deliver: impl Fn(Letters<T>) + 'static) -> Self {
        let shared = Rc::new_cyclic(|shared: &Weak<Shared<T>>| {
            let shared = shared.clone();
            let frame = AtFrame::new(move || {
                let Some(shared) = shared.upgrade() else { return };
                if !shared.letters.borrow().is_empty() {
                    deliver(Letters { shared: &shared, slice: None });
                }
                if !shared.letters.borrow().is_empty() {
                    shared.frame.ask();
                }
            });
            Shared { letters: RefCell::default(), frame }
        });
        Mailbox { shared }
    }

    /// Puts a letter in.
    pub fn put(&self, letter: T) {
        self.shared.letters.borrow_mut().push_back(letter);
        self.shared.frame.ask();
    }
}

impl<T> Iterator for Letters<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        // The first one is taken, however late it is.
        let over = self.slice.as_ref().is_some_and(Slice::is_over);
        self.slice.get_or_insert_with(Slice::begin);
        if over {
            return None;
        }
        self.shared.letters.borrow_mut().pop_front()
    }
}
