//! What is on the screen: the runs, where their rows lie, which part of the axis is in sight, how wide it is.

use std::rc::Rc;

use forkyard_timeline::{ArrowId, Layout, MarkId, Scene, Selection, Spot, Trace, Viewport, sentence, way};
use forkyard_wire::timeline::{Mark, MarkKind};

use super::recording::Recording;

/// So many CSS pixels to an arrow, or none is drawn: closer they are only a haze.
const ARROW_ROOM: f64 = 6.0;

/// A picture of one run, or of several on one axis.
#[derive(Clone, PartialEq)]
pub(super) struct Picture {
    /// The runs.
    pub(super) runs: Vec<Recording>,
    /// Their rows.
    pub(super) layout: Rc<Layout>,
    /// The part of the axis in sight.
    pub(super) viewport: Viewport,
    /// Width in CSS pixels.
    pub(super) width: f64,
    /// From where to where rows are painted, in CSS pixels.
    pub(super) sight: (i32, i32),
}

impl Picture {
    /// Asks the model something.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&Scene) -> T) -> T {
        let traces: Vec<_> = self.runs.iter().map(Recording::trace).collect();
        let traces: Vec<&Trace> = traces.iter().map(|trace| &**trace).collect();
        question(&Scene { traces: &traces, layout: &self.layout, viewport: &self.viewport, width: self.width })
    }

    /// What lies under a point: the smaller before the larger.
    pub(super) fn under(&self, x: f64, y: f64) -> Option<Selection> {
        self.ask(|scene| {
            if let Some((panel, mark)) = scene.mark_at(x, y) {
                return Some(Selection::Mark { panel, mark });
            }
            if let Some((panel, finding)) = scene.finding_at(x, y) {
                return Some(Selection::Finding { panel, finding });
            }
            let arrow = scene.arrow_at(&scene.arrow_lines(most_arrows(self.width)), (x, y));
            let arrow = arrow.map(|(panel, arrow)| Selection::Arrow { panel, arrow });
            arrow.or_else(|| scene.segment_at(x, y).map(Selection::Segment))
        })
    }

    /// The sentence of what is selected; a range has none.
    pub(super) fn sentence(&self, selection: Selection) -> Option<String> {
        self.ask(|scene| match selection {
            Selection::Segment(spot) => Some(sentence::spot(scene.traces.get(spot.panel)?, &spot)),
            Selection::Arrow { panel, arrow } => {
                let trace = scene.traces.get(panel)?;
                Some(sentence::arrow(trace, trace.arrow(arrow)?))
            }
            Selection::Mark { panel, mark } => {
                let trace = scene.traces.get(panel)?;
                Some(sentence::mark(trace, trace.mark_at(mark)?))
            }
            Selection::Finding { panel, finding } => Some(finding.sentence(scene.traces.get(panel)?)),
            Selection::Range { .. } => None,
        })
    }

    /// The line of the program that a selection belongs to.
    pub(super) fn line(&self, selection: Option<Selection>) -> Option<u32> {
        let line = match selection? {
            Selection::Segment(spot) => self.runs.get(spot.panel)?.trace().segment(spot.segment)?.line,
            Selection::Finding { panel, finding } => finding.line(&self.runs.get(panel)?.trace()),
            Selection::Arrow { .. } | Selection::Mark { .. } | Selection::Range { .. } => 0,
        };
        (line != 0).then_some(line)
    }

    /// The run, lane and time of a selection that is something printed.
    pub(super) fn printed(&self, selection: Option<Selection>) -> Option<(usize, u32, u64)> {
        let Some(Selection::Mark { panel, mark }) = selection else { return None };
        let trace = self.runs.get(panel)?.trace();
        trace.mark_at(mark).filter(|mark| is_print(mark)).map(|mark| (panel, mark.lane, mark.at_ns))
    }

    /// What was printed then: the last of its lane that is not later.
    pub(super) fn find_printed(&self, (panel, lane, at_ns): (usize, u32, u64)) -> Option<Selection> {
        let trace = self.runs.get(panel)?.trace();
        let before = |mark: &Mark| mark.lane == lane && mark.at_ns <= at_ns && is_print(mark);
        let row = trace.marks().iter().rposition(before)?;
        Some(Selection::Mark { panel, mark: MarkId(row as u32) })
    }

    /// From when to when a selection reaches.
    pub(super) fn extent(&self, selection: Selection) -> Option<(u64, u64)> {
        match selection {
            Selection::Segment(spot) => self.spot_extent(&spot),
            Selection::Arrow { panel, arrow } => self.arrow_extent(panel, arrow),
            Selection::Mark { panel, mark } => self.runs.get(panel)?.trace().mark_at(mark).map(|mark| (mark.at_ns, mark.at_ns)),
            Selection::Finding { panel, finding } => finding.extent(&self.runs.get(panel)?.trace()),
            Selection::Range { from_ns, to_ns } => Some((from_ns, to_ns)),
        }
    }

    /// From where to where there is something to paint, in CSS pixels: a canvas as high as hundreds of rows is more than browsers give.
    pub(super) fn painted(&self) -> (f64, f64) {
        let height = self.layout.height;
        (f64::from(self.sight.0).min(height), f64::from(self.sight.1).min(height))
    }

    /// The length of the longest run.
    pub(super) fn length_ns(&self) -> u64 {
        length_ns(&self.runs)
    }

    fn spot_extent(&self, spot: &Spot) -> Option<(u64, u64)> {
        spot.extent(&self.runs.get(spot.panel)?.trace())
    }

    fn arrow_extent(&self, panel: usize, arrow: ArrowId) -> Option<(u64, u64)> {
        self.runs.get(panel)?.trace().arrow(arrow).map(way)
    }
}

fn is_print(mark: &Mark) -> bool {
    matches!(mark.kind, MarkKind::Stdout | MarkKind::Stderr)
}

/// How many arrows a picture of this width shows before they are only a haze.
pub(super) fn most_arrows(width: f64) -> usize {
    (width / ARROW_ROOM) as usize
}

/// The length of the longest of some runs.
pub(super) fn length_ns(runs: &[Recording]) -> u64 {
    runs.iter().map(|run| run.trace().end_ns()).max().unwrap_or(0)
}

/// Small runs for the tests of this folder.
#[cfg(test)]
pub(super) mod sample {
    use forkyard_wire::timeline::{Chunk, Lane, LaneKind, Segment, SegmentKind};

    use super::*;

    /// A hundred milliseconds of two processes on a picture 1000 pixels wide; the second waits from 40 to 50.
    pub(in crate::timeline) fn picture() -> Picture {
        let lane = |id: u32| Lane {
            id,
            kind: LaneKind::Process,
            name: format!("Process-{id}"),
            parent: 0,
            pid: id,
            tid: id,
            start_ns: 0,
            end_ns: None,
            exit_code: None,
            signal: None,
            cpu_ns: None,
        };
        let segment = |lane, kind, start_ms: u64, end_ms: u64| Segment {
            lane,
            kind,
            start: start_ms * 1_000_000,
            end: end_ms * 1_000_000,
            object: 0,
            line: 14,
            holder: 0,
            released_by: 0,
            detail: 0,
            index: 0,
        };
        let rows = [
            segment(1, SegmentKind::Run, 0, 100),
            segment(2, SegmentKind::Run, 0, 100),
            segment(2, SegmentKind::LockAcquire, 40, 50),
        ];
        let chunk =
            Chunk { to_ns: 100_000_000, lanes: vec![lane(1), lane(2)], segments: rows.into_iter().collect(), ..Chunk::default() };
        let runs = vec![Recording::of(&[chunk])];
        let layout = Rc::new(Layout::of(&[&runs[0].trace()], Default::default()));
        Picture { viewport: Viewport::fit(length_ns(&runs)), runs, layout, width: 1_000.0, sight: (0, 1_000) }
    }
}
