//! Where each row lies: tracks from the top, and the bands of each track below each other.
//!
//! Lengths are CSS pixels, before any scale of the device. Pure: the same traces give the same layout.

use forkyard_wire::timeline::LaneKind;

use crate::band::BandKind;
use crate::state::Hue;
use crate::trace::Trace;

/// Above each track.
const GAP: f64 = 8.0;
/// Between the cores and the first process, and above a second run.
const SECTION_GAP: f64 = 8.0;
/// A second run's heading.
const HEADING: f64 = 22.0;
/// Between the bands of a track.
const BAND_GAP: f64 = 2.0;

/// A band on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Which run, from 0.
    pub panel: usize,
    /// Whose it is.
    pub lane: u32,
    /// Which band of it.
    pub band: BandKind,
    /// Upper edge.
    pub top: f64,
    /// Height.
    pub height: f64,
}

impl Row {
    /// Lower edge.
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Where arrows begin and end.
    pub fn middle(&self) -> f64 {
        self.top + self.height / 2.0
    }
}

/// A lane on the screen: its label and all its bands.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Which run, from 0.
    pub panel: usize,
    /// Whose it is.
    pub lane: u32,
    /// What it is.
    pub kind: LaneKind,
    /// What is written beside it.
    pub label: String,
    /// The process's hue; [`Hue::OTHER`] for a core.
    pub hue: Hue,
    /// Upper edge of the first band.
    pub top: f64,
    /// From there to the lower edge of the last band.
    pub height: f64,
}

/// The title of a run, where there are several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Which run, from 0.
    pub panel: usize,
    /// Upper edge, in whole pixels.
    pub top: u32,
    /// Height, in whole pixels.
    pub height: u32,
}

/// The whole picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// Lanes from the top.
    pub tracks: Vec<Track>,
    /// Bands from the top.
    pub rows: Vec<Row>,
    /// A heading for each run, where there are several.
    pub headings: Vec<Heading>,
    /// Height of everything.
    pub height: f64,
}

impl Layout {
    /// Lays out one run, or several on one axis.
    pub fn of(panels: &[&Trace]) -> Self {
        let mut layout = Self::default();
        for (panel, trace) in panels.iter().enumerate() {
            if panels.len() > 1 {
                let top = layout.height + if panel > 0 { SECTION_GAP } else { 0.0 };
                layout.headings.push(Heading { panel, top: top as u32, height: HEADING as u32 });
                layout.height = top + HEADING;
            }
            layout.add_run(panel, trace);
        }
        layout.height += GAP;
        layout
    }

    /// The row of a band.
    pub fn row(&self, panel: usize, lane: u32, band: BandKind) -> Option<&Row> {
        self.rows.iter().find(|row| row.panel == panel && row.lane == lane && row.band == band)
    }

    /// The row at a height, or the nearest within `reach`.
    pub fn row_at(&self, y: f64, reach: f64) -> Option<&Row> {
        let distance = |row: &Row| (row.top - y).max(y - row.bottom()).max(0.0);
        self.rows.iter().filter(|row| distance(row) <= reach).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    fn add_run(&mut self, panel: usize, trace: &Trace) {
        let mut above = None;
        for lane in trace.lanes() {
            if above == Some(LaneKind::Core) && lane.kind != LaneKind::Core {
                self.height += SECTION_GAP;
            }
            above = Some(lane.kind);
            let top = self.height + GAP;
            let mut bottom = top;
            for band in Self::bands(trace, lane.id, lane.kind) {
                let at = if bottom > top { bottom + BAND_GAP } else { top };
                let row = Row { panel, lane: lane.id, band, top: at, height: height(band) };
                bottom = row.bottom();
                self.rows.push(row);
            }
            self.tracks.push(Track {
                panel,
                lane: lane.id,
                kind: lane.kind,
                label: lane.name.clone(),
                hue: trace.hue(lane.id),
                top,
                height: bottom - top,
            });
            self.height = bottom;
        }
    }

    /// The main band always, so that a process has its row from its first moment; the others once they have something.
    fn bands(trace: &Trace, lane: u32, kind: LaneKind) -> Vec<BandKind> {
        let first = if kind == LaneKind::Core { BandKind::Core } else { BandKind::Main };
        let further = trace.bands(lane).filter(|band| matches!(band, BandKind::Hold | BandKind::Task));
        std::iter::once(first).chain(further).collect()
    }
}

fn height(band: BandKind) -> f64 {
    match band {
        BandKind::Main => 22.0,
        BandKind::Core => 14.0,
        BandKind::Hold => 8.0,
        BandKind::Task => 16.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::*;

    #[test]
    fn rows_lie_below_each_other_and_inside_the_picture() {
        let trace = trace();
        let layout = Layout::of(&[&trace, &trace]);
        for pair in layout.rows.windows(2) {
            assert!(pair[0].bottom() <= pair[1].top);
        }
        assert!(layout.rows.last().is_some_and(|row| row.bottom() <= layout.height));
        assert_eq!(layout.headings.len(), 2);
    }

    #[test]
    fn a_band_appears_when_there_is_something_in_it() {
        let layout = Layout::of(&[&trace()]);
        let bands = |lane| layout.rows.iter().filter(|row| row.lane == lane).map(|row| row.band).collect::<Vec<_>>();
        assert_eq!(bands(CORE_0), [BandKind::Core]);
        assert_eq!(bands(MAIN), [BandKind::Main]);
        assert_eq!(bands(FIRST), [BandKind::Main, BandKind::Hold, BandKind::Task]);
    }

    #[test]
    fn one_run_alone_has_no_heading() {
        assert!(Layout::of(&[&trace()]).headings.is_empty());
    }

    #[test]
    fn a_height_between_two_rows_belongs_to_the_nearer_if_it_is_near() {
        let layout = Layout::of(&[&trace()]);
        let row = layout.rows[2];
        assert_eq!(layout.row_at(row.bottom() + 1.0, 4.0), Some(&row));
        assert_eq!(layout.row_at(-50.0, 4.0), None);
    }
}
