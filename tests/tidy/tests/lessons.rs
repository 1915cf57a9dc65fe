//! A lesson's folder is whole: the text, its examples, an exercise, a solution, and facts about each of them.

use std::collections::{BTreeMap, BTreeSet};

use forkyard_tidy::tree::files;

/// The files of each lesson, by their names.
fn folders() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut folders: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in files() {
        let mut parts = file.path.splitn(3, '/');
        if let (Some("lessons"), Some(slug), Some(name)) = (parts.next(), parts.next(), parts.next()) {
            folders.entry(slug.to_owned()).or_default().insert(name.to_owned(), file.text);
        }
    }
    assert!(!folders.is_empty(), "there is no lesson");
    folders
}

/// The examples that a lesson's text places.
fn placed(text: &str) -> BTreeSet<&str> {
    let blocks = text.lines().filter_map(|line| line.strip_prefix("{{ example "));
    blocks.filter_map(|block| block.split_whitespace().next()).collect()
}

/// The programs that a lesson's facts speak of.
fn known(facts: &str) -> BTreeSet<&str> {
    let tables = facts.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
    tables.filter_map(|table| table.split('.').next()).collect()
}

#[test]
fn a_lesson_has_its_five_parts() {
    for (slug, files) in folders() {
        for part in ["lesson.md", "exercise.py", "solution.py", "facts.toml"] {
            assert!(files.contains_key(part), "lessons/{slug} has no {part}");
        }
        let text = &files["lesson.md"];
        assert!(!placed(text).is_empty(), "lessons/{slug} has no example");
        assert!(text.contains("\n{{ exercise }}\n"), "lessons/{slug} does not place its exercise");
        assert!(text.contains("\n{{ question }}\n"), "lessons/{slug} asks nothing");
    }
}

#[test]
fn every_program_is_placed_and_has_facts() {
    for (slug, files) in folders() {
        let programs: BTreeSet<&str> = files.keys().filter_map(|name| name.strip_suffix(".py")).collect();
        let (placed, known) = (placed(&files["lesson.md"]), known(&files["facts.toml"]));
        let examples: BTreeSet<&str> = programs.iter().copied().filter(|name| !["exercise", "solution"].contains(name)).collect();
        assert_eq!(examples, placed, "lessons/{slug}: the examples there are and the examples placed");
        assert_eq!(programs, known, "lessons/{slug}: the programs there are and the programs with facts");
    }
}

#[test]
fn a_lesson_begins_with_its_front_matter() {
    for (slug, files) in folders() {
        let text = &files["lesson.md"];
        let front = text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n")).map(|(front, _)| front);
        let front = front.unwrap_or_else(|| panic!("lessons/{slug} does not begin with its front matter"));
        for key in ["title", "summary", "minutes", "goals", "covers"] {
            assert!(front.lines().any(|line| line.starts_with(&format!("{key} = "))), "lessons/{slug} names no {key}");
        }
        let number = slug.split('-').next().unwrap_or("");
        assert!(number.len() == 2 && number.parse::<u32>().is_ok(), "lessons/{slug} does not begin with two digits");
    }
}
