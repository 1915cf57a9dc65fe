//! What the picture does not show, in a few words each, and why: said beside the picture, never kept quiet.

use crate::trace::Trace;
use crate::units::count;

/// One thing that is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// In a few words.
    pub what: String,
    /// Why, in a sentence.
    pub why: String,
}

/// What a run's picture does not show.
pub fn of(trace: &Trace) -> Vec<Note> {
    let findings = trace.findings();
    let left_out = findings.left_out;
    let mut notes = Vec::new();
    let mut note = |what: String, why: &str| notes.push(Note { what, why: why.to_owned() });
    if trace.lost() > 0 {
        let what = format!("{} lost", count(trace.lost() as usize, "event", "events"));
        note(what, "The program did things faster than they could be written down. Struck-out stretches are where.");
    }
    if left_out.processes > 0 {
        let what = format!("{} not recorded", count(left_out.processes as usize, "process", "processes"));
        note(what, "More processes were alive at once than can be recorded.");
    }
    if left_out.lanes > 0 {
        let what = format!("{} left out", count(left_out.lanes as usize, "row", "rows"));
        note(what, "The run had more processes and threads than the picture has rows.");
    }
    if left_out.short > 0 {
        let what = format!("{} left out", count(left_out.short as usize, "short moment", "short moments"));
        note(what, "After two million segments and messages only those of a millisecond and more are shown.");
    }
    let unwatched = findings.gil.as_ref().filter(|gil| !gil.watched);
    let threads = trace.lanes().iter().any(|lane| trace.has_threads(lane.id));
    if let Some(gil) = unwatched.filter(|_| threads) {
        note("GIL not watched".to_owned(), gil.reason.as_deref().unwrap_or("Nobody said why."));
    }
    notes
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, GilWatch, LeftOut};

    use super::*;
    use crate::sample::*;

    #[test]
    fn a_whole_picture_needs_no_note() {
        assert!(of(&trace()).is_empty());
    }

    #[test]
    fn what_is_missing_is_said_with_its_reason() {
        let mut trace = trace();
        let gil = Some(GilWatch { watched: false, reason: Some("The interpreter is unknown.".to_owned()) });
        trace.apply(&Chunk { lost: 3, left_out: LeftOut { processes: 1, lanes: 20, short: 0 }, gil, ..Chunk::default() });
        let said: Vec<String> = of(&trace).into_iter().map(|note| note.what).collect();
        assert_eq!(said, ["3 events lost", "1 process not recorded", "20 rows left out", "GIL not watched"]);
        assert_eq!(of(&trace)[3].why, "The interpreter is unknown.");
    }
}
