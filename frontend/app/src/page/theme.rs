//! The theme: the system's, or the one the reader chose. `static/before.js` sets it before the first paint.

use super::storage;

const NAME: &str = "theme";

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light, whatever the system says.
    Light,
    /// Dark, whatever the system says.
    Dark,
}

impl Theme {
    /// The theme that is remembered.
    pub fn remembered() -> Self {
        match storage::get(NAME).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// The next one, as the button goes round.
    pub fn next(self) -> Self {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// Shows the page in it, and remembers it.
    pub fn choose(self) {
        let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
        let Some(root) = root else { return };
        let _ = match self {
            Theme::System => {
                storage::remove(NAME);
                root.remove_attribute("data-theme")
            }
            Theme::Light | Theme::Dark => {
                storage::set(NAME, self.name());
                root.set_attribute("data-theme", self.name())
            }
        };
    }
}
