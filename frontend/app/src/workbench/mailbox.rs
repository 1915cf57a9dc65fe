//! Actions that wait for the next frame, so that a program that prints a megabyte costs some frames and not thousands.

use std::cell::RefCell;
use std::rc::Rc;

use crate::page::frame::AtFrame;

/// Gathers letters and hands them over together at the next frame.
pub struct Mailbox<T> {
    letters: Rc<RefCell<Vec<T>>>,
    frame: AtFrame,
}

impl<T: 'static> Mailbox<T> {
    /// `deliver` gets what was gathered, never nothing.
    pub fn new(deliver: impl Fn(Vec<T>) + 'static) -> Self {
        let letters = Rc::new(RefCell::new(Vec::new()));
        let gathered = Rc::downgrade(&letters);
        let frame = AtFrame::new(move || {
            let letters: Vec<T> = gathered.upgrade().map(|letters| letters.take()).unwrap_or_default();
            if !letters.is_empty() {
                deliver(letters);
            }
        });
        Mailbox { letters, frame }
    }

    /// Puts a letter in.
    pub fn put(&self, letter: T) {
        self.letters.borrow_mut().push(letter);
        self.frame.ask();
    }
}
