//! Work that takes long, in slices: between two of them the page paints and hears its user.

use js_sys::Date;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{MessageChannel, MessagePort};

/// How long a slice may take, in milliseconds: what is a task of 50 is felt, and drawing may follow in the same.
const SLICE_MS: f64 = 20.0;

/// A slice of work that has begun.
pub struct Slice {
    begun_ms: f64,
}

impl Slice {
    /// Begins now.
    pub fn begin() -> Self {
        Slice { begun_ms: Date::now() }
    }

    /// Whether it has taken as long as it may.
    pub fn is_over(&self) -> bool {
        Date::now() >= self.begun_ms + SLICE_MS
    }

    /// Whether something longer had better have a task of its own.
    pub fn is_half_over(&self) -> bool {
        Date::now() >= self.begun_ms + SLICE_MS / 2.0
    }
}

/// Runs its task once the page has done what else there is to do. Dropping it drops the task.
///
/// A message to oneself: browsers keep a timer that timers set waiting for 4 ms, and a frame may be 16 ms away.
pub struct Breath {
    ports: Option<(MessagePort, MessagePort)>,
    _task: Closure<dyn FnMut()>,
}

impl Breath {
    /// With its task, which is not run yet.
    pub fn new(task: impl FnMut() + 'static) -> Self {
        let task = Closure::<dyn FnMut()>::new(task);
        let ports = MessageChannel::new().ok().map(|channel| (channel.port1(), channel.port2()));
        if let Some((_, heard)) = &ports {
            heard.set_onmessage(Some(task.as_ref().unchecked_ref()));
        }
        Breath { ports, _task: task }
    }

    /// Asks for the task to be run, once for each time.
    pub fn ask(&self) {
        if let Some((said, _)) = &self.ports {
            let _ = said.post_message(&JsValue::NULL);
        }
    }
}

impl Drop for Breath {
    fn drop(&mut self) {
        // A message that is still to come must not call a closure that is no more.
        if let Some((_, heard)) = &self.ports {
            heard.set_onmessage(None);
            heard.close();
        }
    }
}
