//! Colours are named once, in one file; everything else speaks of them by their custom properties.

use forkyard_tidy::rule::{Breach, settle};
use forkyard_tidy::tree::files;

/// The one file.
const COLOURS: &str = "frontend/app/styles/colours.css";

/// The first colour written out in a line.
fn colour(line: &str) -> Option<&str> {
    let functions = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "oklab(", "lab(", "lch(", "hwb("];
    for function in functions {
        let found = line.match_indices(function).find(|(place, _)| {
            // `some_rgb(` is a name, and `rgb(var(…))` is a reference.
            let before = line[..*place].chars().last();
            !before.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
        });
        if found.is_some() {
            return Some(function);
        }
    }
    line.match_indices('#').find_map(|(place, _)| {
        let rest = &line[place + 1..];
        let length =
            rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '-').unwrap_or(rest.len());
        let word = &rest[..length];
        let hex = matches!(length, 3 | 4 | 6 | 8) && word.chars().all(|letter| letter.is_ascii_hexdigit());
        // `&#160;` is a character.
        (hex && !line[..place].ends_with('&')).then(|| &line[place..=place + length])
    })
}

#[test]
fn colours_are_written_in_one_file() {
    let mut breaches = Vec::new();
    for file in files().iter().filter(|file| file.below("frontend") && file.path != COLOURS) {
        if file.is(&["css", "rs", "html", "js", "mjs", "ts", "svg"]) {
            for (number, line) in file.lines() {
                if let Some(colour) = colour(line) {
                    breaches.push(Breach::at(
                        &file.path,
                        number,
                        format!("writes the colour `{colour}` out: name it in {COLOURS}"),
                    ));
                }
            }
        }
    }
    settle("colours", breaches);
}

#[test]
fn the_rule_knows_a_colour() {
    assert_eq!(colour("  color: #fff;"), Some("#fff"));
    assert_eq!(colour("fill=\"#a1b2c3\""), Some("#a1b2c3"));
    assert_eq!(colour("  background: rgb(0 0 0 / 10%);"), Some("rgb("));
    for innocent in ["#[derive(Debug)]", "href=\"#main\"", "&#160;", "  color: var(--accent);", "#face-off", "let x = to_rgb(y);"]
    {
        assert_eq!(colour(innocent), None, "{innocent}");
    }
}
