//! Work that nobody waits for: it is done when the page has nothing else to do.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Runs the task once the page is idle. Where the browser does not tell when that is, never: nothing may depend on it.
pub fn at_idle(task: impl FnOnce() + 'static) {
    if let Some(window) = web_sys::window() {
        let _ = window.request_idle_callback(Closure::once_into_js(task).unchecked_ref());
    }
}
