//! Files: how long, how named, how begun, and what they must not hold.

use forkyard_tidy::rule::{Breach, settle};
use forkyard_tidy::tree::{files, root, sources};

/// The longest a file may be, in lines.
const LONGEST: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "misc", "stuff", "various"];

/// What belongs to one machine and not to the project; put together here so that this file does not break the rule itself.
const PLACES: [&str; 8] = [
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("../sha", "red"),
    concat!("registry.npm", "js.org"),
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("pypi", ".org/simple"),
    concat!("files.python", "hosted"),
];

/// Code that promises to be written later, or a test that is not run.
const UNFINISHED: [&str; 6] = [
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[ig", "nore"),
    concat!("test.", "skip("),
    concat!("test.", "only("),
    concat!("@unittest.", "skip("),
];

#[test]
fn no_file_is_too_long() {
    let long = sources(&["rs", "py", "js", "mjs", "ts", "css"]).into_iter().filter(|file| file.text.lines().count() > LONGEST);
    settle(
        "length",
        long.map(|file| Breach::of(&file.path, format!("has {} lines: it is two ideas", file.text.lines().count()))).collect(),
    );
}

#[test]
fn every_rust_file_says_what_it_is_for() {
    let silent = sources(&["rs"]).into_iter().filter(|file| !file.text.starts_with("//! "));
    settle("module docs", silent.map(|file| Breach::of(&file.path, "does not begin with `//!`")).collect());
}

#[test]
fn every_python_module_says_what_it_is_for() {
    // Examples speak through the lesson around them; an empty file has nothing to say.
    let modules = sources(&["py"]).into_iter().filter(|file| !file.below("lessons") && !file.text.is_empty());
    let silent = modules.filter(|file| {
        let code = file.text.trim_start_matches(|letter: char| letter.is_whitespace());
        let code = if code.starts_with("#!") { code.split_once('\n').map_or("", |(_, rest)| rest) } else { code };
        !code.starts_with("\"\"\"") && !code.starts_with("r\"\"\"")
    });
    settle("module docs in Python", silent.map(|file| Breach::of(&file.path, "does not begin with a docstring")).collect());
}

#[test]
fn names_say_what_is_inside() {
    let mut breaches = Vec::new();
    for file in files() {
        for part in file.path.split('/') {
            let stem = part.split('.').next().unwrap_or(part);
            if EMPTY_NAMES.contains(&stem) {
                breaches.push(Breach::of(&file.path, format!("`{stem}` says nothing: name it by the noun the user knows")));
            }
        }
    }
    settle("names", breaches);
}

#[test]
fn nothing_is_left_unfinished() {
    let mut breaches = Vec::new();
    for file in sources(&["rs", "py", "js", "mjs", "ts"]) {
        for (number, line) in file.lines() {
            if let Some(word) = UNFINISHED.iter().find(|word| line.contains(**word)) {
                breaches.push(Breach::at(&file.path, number, format!("`{word}…`: finish it or leave it out")));
            }
        }
    }
    settle("unfinished", breaches);
}

#[test]
fn a_lint_is_excused_with_a_reason() {
    let mut breaches = Vec::new();
    for file in sources(&["rs"]) {
        for (start, _) in file.text.match_indices("allow(") {
            let before = file.text[..start].trim_end();
            let attribute = file.text[start..].split_once(']').map_or("", |(attribute, _)| attribute);
            if before.ends_with("#[") || before.ends_with("#![") && !attribute.contains("reason = ") {
                let line = before.matches('\n').count() + 1;
                breaches.push(Breach::at(
                    &file.path,
                    line,
                    "use `#[expect(…, reason = \"…\")]`, or give the module's excuse a reason",
                ));
            }
        }
    }
    settle("lints", breaches);
}

#[test]
fn nothing_names_a_machine_or_a_registry() {
    let mut breaches = Vec::new();
    for file in files() {
        for (number, line) in file.lines() {
            if let Some(place) = PLACES.iter().find(|place| line.contains(**place)) {
                breaches.push(Breach::at(&file.path, number, format!("names `{place}`")));
            }
        }
    }
    settle("places", breaches);
}

#[test]
fn the_papers_are_there() {
    for paper in ["README.md", "ARCHITECTURE.md", "DESIGN.md", "CONTRIBUTING.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        let text = std::fs::read_to_string(root().join(paper)).unwrap_or_default();
        assert!(text.lines().count() > 5, "{paper} is missing or empty");
    }
}
