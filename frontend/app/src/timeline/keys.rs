//! What each key does.

use web_sys::{HtmlSelectElement, KeyboardEvent};
use yew::TargetCast;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// See less of the run, larger.
    ZoomIn,
    /// See more of it.
    ZoomOut,
    /// Earlier.
    Left,
    /// Later.
    Right,
    /// The row above.
    Up,
    /// The row below.
    Down,
    /// Everything.
    Fit,
    /// The selection, as large as it goes.
    FitSelection,
    /// The segment before.
    Previous,
    /// The segment after.
    Next,
    /// A range begins here.
    RangeStart,
    /// And ends here.
    RangeEnd,
    /// Opens the field that finds names.
    Find,
    /// Shows the critical path, or hides it.
    Critical,
    /// Shows the objects' rows, or folds them away.
    Objects,
    /// Picture or table.
    Table,
    /// The sheet with the keys.
    Help,
    /// Gives up.
    Escape,
}

/// A key as the help lists it.
pub(super) struct Key {
    /// How it is written.
    pub(super) keys: &'static [&'static str],
    /// What it does.
    pub(super) does: &'static str,
}

/// Every key, as the help lists them.
pub(super) const KEYS: &[Key] = &[
    Key { keys: &["W", "S"], does: "zoom in, zoom out" },
    Key { keys: &["A", "D", "←", "→"], does: "earlier, later" },
    Key { keys: &["↑", "↓"], does: "the row above, the row below" },
    Key { keys: &[",", "."], does: "the segment before, the segment after" },
    Key { keys: &["F"], does: "show everything" },
    Key { keys: &["Z"], does: "show the selection" },
    Key { keys: &["[", "]"], does: "a range begins here, ends here" },
    Key { keys: &["/"], does: "find a name, a line; Enter and Shift Enter go from hit to hit" },
    Key { keys: &["C"], does: "show what the run's length consists of: the critical path" },
    Key { keys: &["O"], does: "show the objects' rows, fold them away" },
    Key { keys: &["T"], does: "the same as a table" },
    Key { keys: &["?"], does: "open and close this help" },
    Key { keys: &["Esc"], does: "give up the selection, then the critical path" },
];

/// What a key asks for outside the picture, where most keys belong to buttons and lists.
pub(super) fn anywhere(event: &KeyboardEvent) -> Option<Command> {
    let in_list = event.target_dyn_into::<HtmlSelectElement>().is_some();
    if in_list || event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    command(&event.key()).filter(|command| matches!(command, Command::Find | Command::Table | Command::Help | Command::Escape))
}

/// What a key asks for; none for a key that is not ours.
pub(super) fn command(key: &str) -> Option<Command> {
    Some(match key {
        "w" | "W" | "+" | "=" => Command::ZoomIn,
        "s" | "S" | "-" => Command::ZoomOut,
        "a" | "A" | "ArrowLeft" => Command::Left,
        "d" | "D" | "ArrowRight" => Command::Right,
        "ArrowUp" => Command::Up,
        "ArrowDown" => Command::Down,
        "f" | "F" => Command::Fit,
        "z" | "Z" | "Enter" => Command::FitSelection,
        "," => Command::Previous,
        "." => Command::Next,
        "[" => Command::RangeStart,
        "]" => Command::RangeEnd,
        "/" => Command::Find,
        "c" | "C" => Command::Critical,
        "o" | "O" => Command::Objects,
        "t" | "T" => Command::Table,
        "?" => Command::Help,
        "Escape" => Command::Escape,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_help_does_something() {
        for key in KEYS.iter().flat_map(|key| key.keys) {
            let name = match *key {
                "←" => "ArrowLeft",
                "→" => "ArrowRight",
                "↑" => "ArrowUp",
                "↓" => "ArrowDown",
                "Esc" => "Escape",
                other => other,
            };
            assert!(command(name).is_some(), "{key}");
            assert_eq!(command(name), command(&name.to_lowercase()).or(command(name)), "{key}, with and without Shift");
        }
    }

    #[test]
    fn a_key_that_is_not_ours_is_left_to_the_page() {
        for key in ["Tab", "\\", "q", "PageDown", " "] {
            assert_eq!(command(key), None);
        }
    }
}
