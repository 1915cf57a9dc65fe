//! A rule and what breaks it.

use crate::exceptions::EXCEPTIONS;

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    /// The file, relative to the repository.
    pub path: String,
    /// The line, 0 for the file as a whole.
    pub line: usize,
    /// What is wrong there, and what to do.
    pub what: String,
}

impl Breach {
    /// A breach at a line.
    pub fn at(path: &str, line: usize, what: impl Into<String>) -> Self {
        Breach { path: path.to_owned(), line, what: what.into() }
    }

    /// A breach by a file as a whole.
    pub fn of(path: &str, what: impl Into<String>) -> Self {
        Breach::at(path, 0, what)
    }
}

/// Fails when something breaks the rule that no exception permits, or when an exception permits what nothing does.
///
/// # Panics
///
/// That is how a test fails.
#[track_caller]
pub fn settle(rule: &str, breaches: Vec<Breach>) {
    let permits = |path: &str, place: &str| path == place || (place.ends_with('/') && path.starts_with(place));
    let exceptions = || EXCEPTIONS.iter().filter(|exception| exception.rule == rule);
    let idle: Vec<_> =
        exceptions().filter(|exception| !breaches.iter().any(|breach| permits(&breach.path, exception.place))).collect();
    let mut open: Vec<_> =
        breaches.iter().filter(|breach| !exceptions().any(|exception| permits(&breach.path, exception.place))).collect();
    open.sort();
    let mut report = String::new();
    for Breach { path, line, what } in open {
        let place = if *line == 0 { path.clone() } else { format!("{path}:{line}") };
        report.push_str(&format!("\n  {place}: {what}"));
    }
    for exception in idle {
        report.push_str(&format!("\n  the exception for {} is needed no more: delete it", exception.place));
    }
    assert!(report.is_empty(), "rule `{rule}`:{report}\n");
}
