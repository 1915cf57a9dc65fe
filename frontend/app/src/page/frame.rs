//! Something to do at the next frame, once, however often it is asked for.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// A hidden page gets no frames; after this many milliseconds it goes without.
const WITHOUT_FRAME_MS: u32 = 250;

/// Runs its task at the next frame after it was asked to. Dropping it drops the task.
pub struct AtFrame {
    shared: Rc<Shared>,
    closure: Closure<dyn FnMut()>,
    frame: Cell<Option<i32>>,
}

struct Shared {
    task: Box<dyn Fn()>,
    asked: Cell<bool>,
    fallback: RefCell<Option<Timeout>>,
}

impl Shared {
    fn run(&self) {
        if self.asked.replace(false) {
            // A timer must not be dropped from inside its own callback: it has run out, so forgetting it cancels nothing.
            drop(self.fallback.borrow_mut().take().map(Timeout::forget));
            (self.task)();
        }
    }
}

impl AtFrame {
    /// With its task, which is not run yet.
    pub fn new(task: impl Fn() + 'static) -> Self {
        let shared = Rc::new(Shared { task: Box::new(task), asked: Cell::new(false), fallback: RefCell::default() });
        let weak = Rc::downgrade(&shared);
        let closure = Closure::new(move || {
            if let Some(shared) = weak.upgrade() {
                shared.run();
            }
        });
        AtFrame { shared, closure, frame: Cell::new(None) }
    }

    /// Asks for the task to be run.
    pub fn ask(&self) {
        if self.shared.asked.replace(true) {
            return;
        }
        if let Some(window) = web_sys::window() {
            self.frame.set(window.request_animation_frame(self.closure.as_ref().unchecked_ref()).ok());
        }
        let weak = Rc::downgrade(&self.shared);
        let fallback = Timeout::new(WITHOUT_FRAME_MS, move || {
            if let Some(shared) = weak.upgrade() {
                shared.run();
            }
        });
        *self.shared.fallback.borrow_mut() = Some(fallback);
    }
}

impl Drop for AtFrame {
    fn drop(&mut self) {
        // A frame that is still to come must not call a closure that is no more.
        if let (Some(frame), Some(window)) = (self.frame.get(), web_sys::window()) {
            let _ = window.cancel_animation_frame(frame);
        }
    }
}
