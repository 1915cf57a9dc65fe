//! Where each row lies: tracks from the top, and the bands of each track below each other; the objects' tracks last.
//!
//! Lengths are CSS pixels, before any scale of the device. Pure: the same traces give the same layout.

use forkyard_wire::timeline::{LaneKind, Measure};

use crate::band::BandKind;
use crate::level::Levels;
use crate::state::Hue;
use crate::totals::cores_used;
use crate::trace::Trace;
use crate::units::fixed;

/// Above each track.
const GAP: f64 = 8.0;
/// Above an object's track.
const OBJECT_GAP: f64 = 3.0;
/// Between the cores and the first process, above the objects, and above a second run.
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
    /// Whose it is: a lane, or an object where the band is one's.
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

/// What a track stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackKind {
    /// A core.
    Core,
    /// A process and its main thread.
    Process,
    /// A further thread.
    Thread,
    /// Something of an object: who held it, how many there were of something.
    Object,
}

impl From<LaneKind> for TrackKind {
    fn from(kind: LaneKind) -> Self {
        match kind {
            LaneKind::Core => TrackKind::Core,
            LaneKind::Process => TrackKind::Process,
            LaneKind::Thread => TrackKind::Thread,
        }
    }
}

/// Whether objects have tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Objects {
    /// They have.
    #[default]
    Shown,
    /// They are folded away.
    Folded,
}

/// A lane on the screen, or something of an object: its label and all its bands.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Which run, from 0.
    pub panel: usize,
    /// Whose it is: a lane, or an object.
    pub lane: u32,
    /// What it is.
    pub kind: TrackKind,
    /// Whose it is, as it is written beside it.
    pub label: String,
    /// What of it is shown, written after the label and never cut; empty for a lane.
    pub note: String,
    /// The process's hue; [`Hue::OTHER`] for a core and an object.
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
    objects: Objects,
    /// Height of everything.
    pub height: f64,
}

impl Layout {
    /// Lays out one run, or several on one axis.
    pub fn of(panels: &[&Trace], objects: Objects) -> Self {
        let mut layout = Self { objects, ..Self::default() };
        for (panel, trace) in panels.iter().enumerate() {
            if panels.len() > 1 {
                let top = layout.height + if panel > 0 { SECTION_GAP } else { 0.0 };
                layout.headings.push(Heading { panel, top: top as u32, height: HEADING as u32 });
                layout.height = top + HEADING;
            }
            layout.add_run(panel, trace);
            if objects == Objects::Shown {
                layout.add_objects(panel, trace);
            }
        }
        layout.height += GAP;
        layout
    }

    /// Whether objects have tracks.
    pub fn objects(&self) -> Objects {
        self.objects
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

    /// How many tracks of objects a run has when they are shown.
    pub fn object_tracks(trace: &Trace) -> usize {
        of_objects(trace).len()
    }

    fn add_objects(&mut self, panel: usize, trace: &Trace) {
        for (index, (object, band, note)) in of_objects(trace).into_iter().enumerate() {
            let top = self.height + OBJECT_GAP + if index == 0 { SECTION_GAP } else { 0.0 };
            let row = Row { panel, lane: object, band, top, height: height(band) };
            self.tracks.push(Track {
                panel,
                lane: object,
                kind: TrackKind::Object,
                label: trace.object(object).map_or_else(String::new, |object| object.name.clone()),
                note,
                hue: Hue::OTHER,
                top,
                height: row.height,
            });
            self.height = row.bottom();
            self.rows.push(row);
        }
    }

    /// How many cores were used, above them; nothing where nobody recorded it.
    fn add_used(&mut self, panel: usize, trace: &Trace) {
        let Some(mean) = cores_used(trace, (0, trace.end_ns())) else { return };
        let row = Row { panel, lane: 0, band: BandKind::Used, top: self.height + GAP, height: height(BandKind::Used) };
        self.tracks.push(Track {
            panel,
            lane: 0,
            kind: TrackKind::Core,
            label: "Cores used".to_owned(),
            note: format!(": {}", fixed(mean, 1)),
            hue: Hue::OTHER,
            top: row.top,
            height: row.height,
        });
        self.height = row.bottom();
        self.rows.push(row);
    }

    fn add_run(&mut self, panel: usize, trace: &Trace) {
        self.add_used(panel, trace);
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
                kind: lane.kind.into(),
                label: lane.name.clone(),
                note: String::new(),
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
        // In a process of one thread nobody else wants the interpreter's lock.
        let shared = trace.process_of(lane).is_some_and(|process| trace.has_threads(process.id));
        let further = trace.bands(lane).filter(|band| match band {
            BandKind::Hold | BandKind::Task => true,
            BandKind::Gil => shared,
            BandKind::Main | BandKind::Core | BandKind::Holder | BandKind::Level(_) | BandKind::Used => false,
        });
        std::iter::once(first).chain(further).collect()
    }
}

/// What there is to show of each object, in the order of their making: the object, the band, and what the band says.
fn of_objects(trace: &Trace) -> Vec<(u32, BandKind, String)> {
    let findings = trace.findings();
    let mut found = Vec::new();
    for object in trace.objects() {
        if trace.pieces(object.id, BandKind::Holder).is_some() {
            found.push((object.id, BandKind::Holder, ": held by".to_owned()));
        }
        for measure in [Measure::Waiters, Measure::Depth, Measure::Tasks] {
            let most = findings.levels(object.id, measure).map_or(0, Levels::most);
            let note = match (measure, most) {
                (_, 0) => continue,
                (Measure::Waiters, _) => format!(": {most} waiting"),
                (Measure::Depth, _) => format!(": {most} inside"),
                (Measure::Tasks, _) => format!(": {most} to do"),
            };
            found.push((object.id, BandKind::Level(measure), note));
        }
    }
    found
}

fn height(band: BandKind) -> f64 {
    match band {
        BandKind::Main => 22.0,
        BandKind::Core | BandKind::Used => 14.0,
        BandKind::Hold | BandKind::Gil => 8.0,
        BandKind::Task => 16.0,
        BandKind::Holder => 14.0,
        BandKind::Level(_) => 18.0,
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, Level, SegmentKind};

    use super::*;
    use crate::sample::*;

    #[test]
    fn rows_lie_below_each_other_and_inside_the_picture() {
        let trace = trace();
        let layout = Layout::of(&[&trace, &trace], Objects::Shown);
        for pair in layout.rows.windows(2) {
            assert!(pair[0].bottom() <= pair[1].top);
        }
        assert!(layout.rows.last().is_some_and(|row| row.bottom() <= layout.height));
        assert_eq!(layout.headings.len(), 2);
    }

    #[test]
    fn a_band_appears_when_there_is_something_in_it() {
        let layout = Layout::of(&[&trace()], Objects::Shown);
        let bands = |lane| {
            layout.rows.iter().filter(|row| row.lane == lane && !row.band.is_of_object()).map(|row| row.band).collect::<Vec<_>>()
        };
        assert_eq!(bands(CORE_0), [BandKind::Core]);
        assert_eq!(bands(MAIN), [BandKind::Main]);
        assert_eq!(bands(FIRST), [BandKind::Main, BandKind::Hold, BandKind::Task]);
    }

    #[test]
    fn above_the_cores_is_how_many_were_used() {
        let layout = Layout::of(&[&trace()], Objects::Shown);
        assert_eq!((layout.tracks[0].label.as_str(), layout.tracks[0].note.as_str()), ("Cores used", ": 1.4"));
        assert_eq!(layout.rows[0].band, BandKind::Used);
    }

    #[test]
    fn one_run_alone_has_no_heading() {
        assert!(Layout::of(&[&trace()], Objects::Shown).headings.is_empty());
    }

    #[test]
    fn a_height_between_two_rows_belongs_to_the_nearer_if_it_is_near() {
        let layout = Layout::of(&[&trace()], Objects::Shown);
        let row = layout.rows[2];
        assert_eq!(layout.row_at(row.bottom() + 1.0, 4.0), Some(&row));
        assert_eq!(layout.row_at(-50.0, 4.0), None);
    }

    #[test]
    fn objects_come_last_and_only_those_of_which_there_is_something_to_show() {
        let mut trace = trace();
        let level = |object, measure, value| Level { object, measure, at: 10 * MS, value };
        let levels = [level(LOCK, Measure::Waiters, 2), level(QUEUE, Measure::Depth, 5), level(POOL, Measure::Tasks, 0)];
        trace.apply(&Chunk { levels: levels.into_iter().collect(), ..Chunk::default() });
        let layout = Layout::of(&[&trace], Objects::Shown);
        let objects = layout.tracks.iter().filter(|track| track.kind == TrackKind::Object);
        let said: Vec<String> = objects.map(|track| format!("{}{}", track.label, track.note)).collect();
        assert_eq!(said, ["counter_lock: held by", "counter_lock: 2 waiting", "results: 5 inside"]);
        assert_eq!(layout.tracks.last().map(|track| track.kind), Some(TrackKind::Object));
        let folded = Layout::of(&[&trace], Objects::Folded);
        assert_eq!((folded.tracks.len() + said.len(), Layout::object_tracks(&trace)), (layout.tracks.len(), 3));
    }

    #[test]
    fn the_interpreters_lock_has_a_band_where_threads_share_it() {
        let mut trace = trace();
        let holds = [segment(MAIN, SegmentKind::GilHold, 0, 5), segment(FIRST, SegmentKind::GilHold, 10, 50)];
        trace.apply(&Chunk { segments: holds.into_iter().collect(), ..Chunk::default() });
        let layout = Layout::of(&[&trace], Objects::Folded);
        assert!(layout.row(0, MAIN, BandKind::Gil).is_some(), "the main process has a second thread");
        assert!(layout.row(0, FIRST, BandKind::Gil).is_none());
    }
}
