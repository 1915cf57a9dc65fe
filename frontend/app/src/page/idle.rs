//! Work that nobody waits for: it is done when the page has nothing else to do.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Where the browser does not tell when the page is idle (Safari), the task is run after so many milliseconds.
const UNTOLD_MS: i32 = 100;

/// Runs the task once the page is idle.
pub fn at_idle(task: impl FnOnce() + 'static) {
    let Some(window) = web_sys::window() else { return };
    let task = Closure::once_into_js(task);
    if window.request_idle_callback(task.unchecked_ref()).is_err() {
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(task.unchecked_ref(), UNTOLD_MS);
    }
}
