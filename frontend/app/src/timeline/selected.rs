//! What is selected in the picture, and the row of the table that stands for it.

use forkyard_timeline::{Selection, Spot, Subject};

use super::picture::Picture;

/// The row of a run that stands for what is selected; none for a range.
pub(super) fn row(selection: Option<Selection>) -> Option<(usize, Subject)> {
    match selection? {
        Selection::Segment(spot) => Some((spot.panel, Subject::Segment(spot.segment))),
        Selection::Arrow { panel, arrow } => Some((panel, Subject::Arrow(arrow))),
        Selection::Mark { panel, mark } => Some((panel, Subject::Mark(mark))),
        Selection::Finding { panel, finding } => Some((panel, Subject::Finding(finding))),
        Selection::Range { .. } => None,
    }
}

/// The range that is selected, in nanoseconds.
pub(super) fn range(selection: Option<Selection>) -> Option<(u64, u64)> {
    match selection? {
        Selection::Range { from_ns, to_ns } => Some((from_ns, to_ns)),
        _ => None,
    }
}

/// What a row of a run stands for.
pub(super) fn selection(picture: &Picture, (panel, subject): (usize, Subject)) -> Option<Selection> {
    Some(match subject {
        Subject::Arrow(arrow) => Selection::Arrow { panel, arrow },
        Subject::Mark(mark) => Selection::Mark { panel, mark },
        Subject::Finding(finding) => Selection::Finding { panel, finding },
        Subject::Segment(segment) => Selection::Segment(Spot::of_segment(&picture.runs.get(panel)?.trace(), panel, segment)?),
    })
}
