//! What the page remembers on this machine: programs, the theme, the height of the timeline.
//!
//! A tab finds what it kept itself, whatever others have kept since; one that is opened anew finds what was kept last.
//! Storage may be full or forbidden; then nothing is remembered, and nothing else happens.

use web_sys::Storage;

/// What was kept under a name.
pub fn get(name: &str) -> Option<String> {
    let key = key(name);
    let of = |storage: Option<Storage>| storage?.get_item(&key).ok()?;
    let [tabs, everybodys] = storages();
    of(tabs).or_else(|| of(everybodys))
}

/// Keeps a text under a name.
pub fn set(name: &str, text: &str) {
    let key = key(name);
    for storage in storages().iter().flatten() {
        let _ = storage.set_item(&key, text);
    }
}

/// Forgets a name.
pub fn remove(name: &str) {
    let key = key(name);
    for storage in storages().iter().flatten() {
        let _ = storage.remove_item(&key);
    }
}

fn key(name: &str) -> String {
    format!("forkyard.{name}")
}

/// The tab's, then everybody's.
fn storages() -> [Option<Storage>; 2] {
    let Some(window) = web_sys::window() else { return [None, None] };
    [window.session_storage().ok().flatten(), window.local_storage().ok().flatten()]
}
