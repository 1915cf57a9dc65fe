//! What lies under the pointer.

use forkyard_wire::timeline::{Arrow, Mark};

use crate::band::BandKind;
use crate::finding::Finding;
use crate::layout::{Layout, Row};
use crate::spot::Spot;
use crate::trace::{ArrowId, MarkId, Trace};
use crate::viewport::Viewport;

/// How far from a segment's edge still counts as on it, so that one a single pixel wide can be hit.
const REACH: f64 = 4.0;
/// How far from the foot of a moment's triangle still counts as on it.
const MARK_REACH: (f64, f64) = (5.0, 6.0);
/// How far from an arrow still counts as on it.
const ARROW_REACH: f64 = 5.0;
/// From this width on, in CSS pixels, the pickling or unpickling of a message is seen where there are too many messages to draw.
const PART_LEAST: f64 = 6.0;

/// What a question about the picture needs: the runs, where their rows lie, and which part of the axis is in sight.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The runs on the axis.
    pub traces: &'a [&'a Trace],
    /// Their rows.
    pub layout: &'a Layout,
    /// The part in sight.
    pub viewport: &'a Viewport,
    /// Width of the picture in CSS pixels.
    pub width: f64,
}

/// A message on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArrowLine {
    /// Which run.
    pub panel: usize,
    /// Which message.
    pub arrow: ArrowId,
    /// Where it begins.
    pub from: (f64, f64),
    /// Where it ends.
    pub to: (f64, f64),
    /// Where its sender began to pickle it, on the height of `from`; not right of it.
    pub pickled: f64,
    /// Where its receiver had unpickled it, on the height of `to`; not left of it.
    pub unpickled: f64,
}

impl Scene<'_> {
    /// The segment under a point, both in CSS pixels from the picture's upper left corner.
    pub fn segment_at(&self, x: f64, y: f64) -> Option<Spot> {
        let row = self.layout.row_at(y, REACH)?;
        let pieces = self.traces.get(row.panel)?.pieces(row.lane, row.band)?;
        let t_ns = self.viewport.time(x, self.width).max(0.0);
        let reach = self.viewport.span_ns() / self.width.max(1.0) * REACH;
        let piece = pieces.at(t_ns as u64).or_else(|| {
            let near = |distance: f64| distance <= reach;
            let before = pieces.before(t_ns as u64).filter(|piece| near(t_ns - piece.end as f64));
            before.or_else(|| pieces.after(t_ns as u64).filter(|piece| near(piece.start as f64 - t_ns)))
        })?;
        let mut spot = Spot::of(&piece, row.panel, row.lane, row.band);
        spot.at_ns = (t_ns as u64).clamp(piece.start, piece.end - 1);
        Some(spot)
    }

    /// The print, exception or signal whose triangle is nearest to a point, if one is near.
    pub fn mark_at(&self, x: f64, y: f64) -> Option<(usize, MarkId)> {
        let near = self.traces.iter().enumerate().flat_map(|(panel, trace)| {
            let marks = trace.marks().iter().enumerate();
            marks.map(move |(row, mark)| (panel, MarkId(row as u32), mark))
        });
        near.filter_map(|(panel, id, mark)| {
            // Of thousands most are far away: that is seen before their rows are looked for.
            let across = (self.viewport.x(mark.at_ns as f64, self.width) - x).abs();
            let near = across <= MARK_REACH.0 && (self.mark_place(panel, mark)?.1 - y).abs() <= MARK_REACH.1;
            near.then_some((across, panel, id))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, panel, id)| (panel, id))
    }

    /// Where a moment lies: on the lower edge of its lane's first row.
    pub fn mark_place(&self, panel: usize, mark: &Mark) -> Option<(f64, f64)> {
        let row = self.main_row(panel, mark.lane)?;
        Some((self.viewport.x(mark.at_ns as f64, self.width), row.bottom()))
    }

    /// The message nearest to a point, if one is near.
    pub fn arrow_at(&self, lines: &[ArrowLine], point: (f64, f64)) -> Option<(usize, ArrowId)> {
        lines
            .iter()
            .map(|line| {
                let ends = [((line.pickled, line.from.1), line.from), (line.to, (line.unpickled, line.to.1))];
                let along = |(from, to)| distance(point, from, to);
                (distance(point, line.from, line.to).min(along(ends[0])).min(along(ends[1])), line)
            })
            .filter(|(distance, _)| *distance <= ARROW_REACH)
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, line)| (line.panel, line.arrow))
    }

    /// The messages in sight. Where there are more than `most`, only those whose pickling or unpickling can be seen: all of them
    /// would only be a grey haze.
    pub fn arrow_lines(&self, most: usize) -> Vec<ArrowLine> {
        let mut lines = Vec::new();
        for (panel, trace) in self.traces.iter().enumerate() {
            for (index, _) in trace.arrows().iter().enumerate().filter(|(_, arrow)| self.sees(arrow)) {
                let Some(line) = self.arrow_line(panel, ArrowId(index as u32)) else { continue };
                if lines.len() == most {
                    return self.heavy_lines();
                }
                lines.push(line);
            }
        }
        lines
    }

    fn heavy_lines(&self) -> Vec<ArrowLine> {
        let least = (self.viewport.span_ns() / self.width.max(1.0) * PART_LEAST) as u32;
        let panels = self.traces.iter().enumerate().flat_map(|(panel, trace)| trace.heavy().map(move |id| (panel, trace, id)));
        let long = panels.filter(|(_, trace, id)| {
            trace.arrow(*id).is_some_and(|arrow| arrow.pickling.max(arrow.unpickling) > least && self.sees(arrow))
        });
        long.filter_map(|(panel, _, id)| self.arrow_line(panel, id)).collect()
    }

    fn sees(&self, arrow: &Arrow) -> bool {
        let (from, to) = way(arrow);
        to as f64 >= self.viewport.start_ns() && from as f64 <= self.viewport.end_ns()
    }

    /// Where a message lies; none where one of its ends has no row.
    pub fn arrow_line(&self, panel: usize, arrow: ArrowId) -> Option<ArrowLine> {
        let message = self.traces.get(panel)?.arrow(arrow)?;
        let end = |lane: u32, t_ns: u64| {
            let row = self.main_row(panel, lane)?;
            Some((self.viewport.x(t_ns as f64, self.width), row.middle()))
        };
        let (pickled, unpickled) = way(message);
        Some(ArrowLine {
            panel,
            arrow,
            from: end(message.from, message.sent)?,
            to: end(message.to, message.received)?,
            pickled: self.viewport.x(pickled as f64, self.width),
            unpickled: self.viewport.x(unpickled as f64, self.width),
        })
    }

    /// What lies at a point that is no segment: a gap or lost updates on a lane's row, the level of an object.
    pub fn finding_at(&self, x: f64, y: f64) -> Option<(usize, Finding)> {
        let row = self.layout.row_at(y, REACH)?;
        let trace = self.traces.get(row.panel)?;
        let t_ns = self.viewport.time(x, self.width).max(0.0) as u64;
        let findings = trace.findings();
        if let BandKind::Level(measure) = row.band {
            let level = Finding::Level { object: row.lane, measure, at_ns: t_ns };
            return (t_ns < trace.end_ns() && !level.sentence(trace).is_empty()).then_some((row.panel, level));
        }
        if row.band == BandKind::Used {
            return Finding::cores(trace, t_ns).map(|cores| (row.panel, cores));
        }
        if row.band != BandKind::Main {
            return None;
        }
        let lost = findings
            .lost_updates
            .iter()
            .position(|lost| lost.lane == row.lane && (self.viewport.x(lost.at_ns as f64, self.width) - x).abs() <= MARK_REACH.0);
        if let Some(index) = lost.filter(|_| (row.top - y).abs() <= MARK_REACH.1) {
            return Some((row.panel, Finding::LostUpdates(index as u32)));
        }
        let gap = findings.gaps.iter().position(|gap| gap.lane == row.lane && (gap.from_ns..gap.to_ns).contains(&t_ns))?;
        Some((row.panel, Finding::Gap(gap as u32)))
    }

    /// Where a finding of a moment lies: on the upper edge of its lane's first row.
    pub fn finding_place(&self, panel: usize, finding: Finding) -> Option<(f64, f64)> {
        let trace = self.traces.get(panel)?;
        let row = self.main_row(panel, finding.lane(trace)?)?;
        Some((self.viewport.x(finding.extent(trace)?.0 as f64, self.width), row.top))
    }

    /// The row on which a finding is seen.
    pub fn finding_row(&self, panel: usize, finding: Finding) -> Option<&Row> {
        match finding {
            Finding::Level { object, measure, .. } => self.layout.row(panel, object, BandKind::Level(measure)),
            Finding::Cores { .. } => self.layout.row(panel, 0, BandKind::Used),
            Finding::Gap(_) | Finding::LostUpdates(_) => self.main_row(panel, finding.lane(self.traces.get(panel)?)?),
        }
    }

    /// The first row of a lane.
    pub fn main_row(&self, panel: usize, lane: u32) -> Option<&Row> {
        self.layout.rows.iter().find(|row| row.panel == panel && row.lane == lane && !row.band.is_of_object())
    }
}

/// From when to when somebody was at work with a message: from the beginning of its pickling to the end of its unpickling.
pub fn way(arrow: &Arrow) -> (u64, u64) {
    (arrow.sent.saturating_sub(arrow.pickling.into()), arrow.received + u64::from(arrow.unpickling))
}

/// From a point to a line between two points.
fn distance(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx * dx + dy * dy;
    let along = if length == 0.0 { 0.0 } else { ((point.0 - from.0) * dx + (point.1 - from.1) * dy) / length };
    let along = along.clamp(0.0, 1.0);
    let (across, down) = (point.0 - from.0 - along * dx, point.1 - from.1 - along * dy);
    (across * across + down * down).sqrt()
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, MarkKind};

    use super::*;
    use crate::layout::Objects;
    use crate::sample::*;

    #[test]
    fn every_row_answers_for_the_segment_that_is_painted_there() {
        let trace = trace();
        let (layout, viewport) = (Layout::of(&[&trace], Objects::Shown), Viewport::fit(trace.end_ns()));
        let scene = Scene { traces: &[&trace], layout: &layout, viewport: &viewport, width: 1_000.0 };
        for row in &layout.rows {
            let Some(pieces) = trace.pieces(row.lane, row.band) else { continue };
            for piece in pieces.within(0, u64::MAX) {
                let x = viewport.x(piece.start.midpoint(piece.end) as f64, 1_000.0);
                let spot = scene.segment_at(x, row.middle()).expect("something is painted there");
                assert_eq!((spot.lane, spot.band, spot.segment.0), (row.lane, row.band, piece.row));
            }
        }
    }

    #[test]
    fn a_narrow_segment_can_be_hit_beside_and_empty_space_cannot() {
        let trace = trace();
        let (layout, viewport) = (Layout::of(&[&trace], Objects::Shown), Viewport::fit(trace.end_ns()));
        let scene = Scene { traces: &[&trace], layout: &layout, viewport: &viewport, width: 1_000.0 };
        let y = layout.row(0, SECOND, BandKind::Main).expect("a row").middle();
        let edge = viewport.x((80 * MS) as f64, 1_000.0);
        assert!(scene.segment_at(edge + 2.0, y).is_some());
        assert_eq!(scene.segment_at(edge + 20.0, y), None);
        assert_eq!(scene.segment_at(edge, layout.height + 50.0), None);
    }

    #[test]
    fn a_print_is_hit_at_the_foot_of_its_row() {
        let mut trace = trace();
        let mark = Mark { lane: FIRST, at_ns: 50 * MS, kind: MarkKind::Stdout, text: "hello".to_owned() };
        trace.apply(&Chunk { marks: vec![mark], ..Chunk::default() });
        let (layout, viewport) = (Layout::of(&[&trace], Objects::Shown), Viewport::fit(trace.end_ns()));
        let scene = Scene { traces: &[&trace], layout: &layout, viewport: &viewport, width: 1_000.0 };
        let (x, y) = scene.mark_place(0, &trace.marks()[0]).expect("a place");
        assert_eq!(scene.mark_at(x + 2.0, y), Some((0, MarkId(0))));
        assert_eq!(scene.mark_at(x + 20.0, y), None);
        assert_eq!(scene.mark_at(x, y - 12.0), None);
    }

    #[test]
    fn a_message_runs_from_its_senders_row_to_its_receivers() {
        let trace = trace();
        let (layout, viewport) = (Layout::of(&[&trace], Objects::Shown), Viewport::fit(trace.end_ns()));
        let scene = Scene { traces: &[&trace], layout: &layout, viewport: &viewport, width: 1_000.0 };
        let lines = scene.arrow_lines(10);
        assert_eq!(lines.len(), 1);
        let middle = ((lines[0].from.0 + lines[0].to.0) / 2.0, (lines[0].from.1 + lines[0].to.1) / 2.0);
        assert_eq!(scene.arrow_at(&lines, middle), Some((0, ArrowId(0))));
        assert_eq!(scene.arrow_at(&lines, (0.0, 0.0)), None);
        assert!(scene.arrow_lines(0).is_empty(), "more than can be told apart");
    }

    #[test]
    fn what_was_long_pickled_is_drawn_among_however_many_and_hit_where_it_was_pickled() {
        let mut trace = trace();
        let heavy = Arrow { pickling: 20 * MS as u32, unpickling: 8 * MS as u32, ..trace.arrows()[0] };
        let quick = Arrow { pickling: 1_000, unpickling: 0, ..heavy };
        trace.apply(&Chunk { arrows: [heavy, quick].into_iter().collect(), ..Chunk::default() });
        let (layout, viewport) = (Layout::of(&[&trace], Objects::Shown), Viewport::fit(trace.end_ns()));
        let scene = Scene { traces: &[&trace], layout: &layout, viewport: &viewport, width: 1_000.0 };
        let lines = scene.arrow_lines(0);
        assert_eq!(lines.iter().map(|line| line.arrow).collect::<Vec<_>>(), [ArrowId(1)]);
        let line = lines[0];
        assert_eq!(
            (line.pickled, line.unpickled),
            (viewport.x((59 * MS) as f64, 1_000.0), viewport.x((98 * MS) as f64, 1_000.0))
        );
        assert_eq!(scene.arrow_at(&lines, (line.pickled + 3.0, line.from.1)), Some((0, ArrowId(1))));
        assert_eq!(scene.arrow_at(&lines, (line.pickled - 20.0, line.from.1)), None);
        assert_eq!(way(&heavy), (59 * MS, 98 * MS));
    }
}
