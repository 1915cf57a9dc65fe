//! What the page remembers on this machine: programs, the theme, the height of the timeline.
//!
//! A tab finds what it kept itself, whatever others have kept since; one that is opened anew finds what was kept last.
//! Storage may be full or forbidden; then nothing is remembered, and nothing else happens.

use web_sys::Storage;

/// What was kept under a name.
pub fn get(name: &str) -> Option<String> {
    storages().find_map(|storage| storage.get_item(&key(name)).ok().flatten())
}

/// Keeps a text under a name.
pub fn set(name: &str, text: &str) {
    for storage in storages() {
        let _ = storage.set_item(&key(name), text);
    }
}

/// Forgets a name.
pub fn remove(name: &str) {
    for storage in storages() {
        let _ = storage.remove_item(&key(name));
    }
}

fn key(name: &str) -> String {
    format!("forkyard.{name}")
}

/// The tab's, then everybody's.
fn storages() -> impl Iterator<Item = Storage> {
    let window = web_sys::window();
    let both = window.map(|window| [window.session_storage(), window.local_storage()]);
    both.into_iter().flatten().filter_map(|storage| storage.ok().flatten())
}
