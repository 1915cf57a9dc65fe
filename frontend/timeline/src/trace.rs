//! A run as it is known so far: what the chunks added up to, kept so that any window can be drawn and any segment found.
//!
//! [`Trace::apply`] is the only way in. Rows keep their number for good, also while they are open, so a selection outlives
//! the chunk that closes its segment. Meaning was made by the merge; here it is only put in order.

use std::collections::BTreeMap;

use forkyard_wire::timeline::{Arrow, Chunk, Lane, LaneKind, Mark, Object, Segment, SegmentKind};

use crate::band::{BandKind, Group};
use crate::bands::Bands;
use crate::blocks::Blocks;
use crate::findings::Findings;
use crate::lanes::Lanes;
use crate::lines::Lines;
use crate::open::{Key, Open};
use crate::sorted::{Entry, OPEN};
use crate::state::{Class, Cores, Hue, rank, state_of};
use crate::sums::{Sum, Sums};
use forkyard_pixels::{Piece, Pieces};

/// A segment of a trace, by its row. Stable for the life of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(pub u32);

/// A message of a trace, by its row. Stable for the life of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArrowId(pub u32);

/// A moment of a trace, by its row. Stable for the life of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkId(pub u32);

/// Everything known about a run.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    to_ns: u64,
    lost: u64,
    lanes: Lanes,
    objects: BTreeMap<u32, Object>,
    strings: Vec<String>,
    rows: Blocks<Segment>,
    open: Open,
    /// No open row began after this.
    last_open_ns: u64,
    bands: Bands,
    arrows: Vec<Arrow>,
    /// Those of which it was recorded how long they were pickled or unpickled.
    heavy: Vec<u32>,
    marks: Vec<Mark>,
    findings: Findings,
    /// Of the rows that are final.
    sums: Sums,
    lines: Lines,
    cores: Cores,
    /// Lanes that were on a core, or held something, before anybody knew whose they are.
    strangers: Vec<u32>,
}

impl Trace {
    /// A run of which nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a chunk.
    pub fn apply(&mut self, chunk: &Chunk) {
        let known_to = self.to_ns;
        self.to_ns = self.to_ns.max(chunk.to_ns);
        self.lost = self.lost.max(chunk.lost);
        self.strings.extend(chunk.strings.iter().cloned());
        self.objects.extend(chunk.objects.iter().map(|object| (object.id, object.clone())));
        self.marks.extend(chunk.marks.iter().cloned());
        for arrow in chunk.arrows.iter() {
            if arrow.pickling | arrow.unpickling != 0 {
                self.heavy.push(self.arrows.len() as u32);
            }
            self.arrows.push(arrow);
        }
        self.findings.apply(chunk);
        self.add_lanes(&chunk.lanes);
        for segment in chunk.segments.iter() {
            self.close(segment, known_to);
        }
        self.replace_open(chunk.open.iter().collect(), known_to);
        let Self { bands, rows, .. } = self;
        bands.redraw(|band, from_ns| band.redraw(from_ns, rows));
    }

    /// Whether there is anything to draw.
    pub fn is_empty(&self) -> bool {
        self.lanes.shown().is_empty()
    }

    /// Everything before this is known, in nanoseconds since the run's zero.
    pub fn to_ns(&self) -> u64 {
        self.to_ns
    }

    /// The end of the last thing known; at least [`Trace::to_ns`].
    pub fn end_ns(&self) -> u64 {
        self.bands.iter().map(|band| band.pieces.end()).max().unwrap_or(0).max(self.to_ns)
    }

    /// Events that were lost because a ring was full.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// What is known beside the rows.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Whether core rows were recorded.
    pub fn cores(&self) -> Cores {
        self.cores
    }

    /// The lanes in the order in which they are shown: cores, then each process by birth with its threads below it.
    pub fn lanes(&self) -> &[Lane] {
        self.lanes.shown()
    }

    /// A lane by its id.
    pub fn lane(&self, id: u32) -> Option<&Lane> {
        self.lanes.get(id)
    }

    /// The process a lane belongs to: itself, or a thread's process. None for a core.
    pub fn process_of(&self, id: u32) -> Option<&Lane> {
        self.lanes.process_of(id)
    }

    /// Whether a process has further threads.
    pub fn has_threads(&self, process: u32) -> bool {
        self.lanes.has_threads(process)
    }

    /// The hue of the process that a lane belongs to.
    pub fn hue(&self, lane: u32) -> Hue {
        self.lanes.hue(lane)
    }

    /// An object by its id.
    pub fn object(&self, id: u32) -> Option<&Object> {
        self.objects.get(&id)
    }

    /// The objects in order of their making.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// A string by its id, from 1.
    pub fn string(&self, id: u32) -> Option<&str> {
        self.strings.get((id as usize).checked_sub(1)?).map(String::as_str)
    }

    /// A segment. An open one ends at [`Trace::to_ns`].
    pub fn segment(&self, id: SegmentId) -> Option<&Segment> {
        self.rows.get(id.0 as usize)
    }

    /// Whether a segment has not ended yet.
    pub fn is_open(&self, id: SegmentId) -> bool {
        self.segment(id).is_some_and(|segment| self.open.get(&Key::of(segment)) == Some(id.0))
    }

    /// Every segment in order of arrival, the open ones too.
    pub fn segments(&self) -> impl Iterator<Item = (SegmentId, &Segment)> {
        self.rows.iter().enumerate().map(|(row, segment)| (SegmentId(row as u32), segment))
    }

    /// What the segments add up to; the open ones, as far as they have come, each by itself.
    pub(crate) fn sums(&self) -> impl Iterator<Item = Sum> + '_ {
        let open = self.open.rows().filter_map(|row| Sum::of(self.rows.get(row as usize)?, (0, u64::MAX)));
        self.sums.iter().chain(open)
    }

    /// The messages in order of arrival.
    pub fn arrows(&self) -> &[Arrow] {
        &self.arrows
    }

    /// The messages of which it was recorded how long they were pickled or unpickled, in order of arrival.
    pub fn heavy(&self) -> impl Iterator<Item = ArrowId> + '_ {
        self.heavy.iter().map(|row| ArrowId(*row))
    }

    /// A message.
    pub fn arrow(&self, id: ArrowId) -> Option<&Arrow> {
        self.arrows.get(id.0 as usize)
    }

    /// Prints, exceptions, signals, in order of arrival.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// A moment.
    pub fn mark_at(&self, id: MarkId) -> Option<&Mark> {
        self.marks.get(id.0 as usize)
    }

    /// The pieces of a band, if anything lies in it.
    pub fn pieces(&self, lane: u32, kind: BandKind) -> Option<&Pieces> {
        self.bands.get((lane, kind)).map(|band| &band.pieces)
    }

    /// The bands of a lane that have something in them, from the top.
    pub fn bands(&self, lane: u32) -> impl Iterator<Item = BandKind> + '_ {
        self.bands.keys((lane, BandKind::Main), (lane, BandKind::Task)).map(|(_, kind)| kind)
    }

    /// The segments of a line of the program, in order of arrival.
    pub fn of_line(&self, line: u32) -> impl Iterator<Item = SegmentId> + '_ {
        self.lines.of(line).iter().map(|row| SegmentId(*row))
    }

    /// The segment that a piece of a band belongs to.
    pub fn segment_of(&self, piece: &Piece) -> SegmentId {
        SegmentId(piece.row)
    }

    fn add_lanes(&mut self, lanes: &[Lane]) {
        let new = self.lanes.add(lanes);
        if new.contains(&LaneKind::Core) && self.cores == Cores::Unknown {
            // Whoever was taken for running may turn out to have been on no core.
            self.cores = Cores::Recorded;
            self.recount(|kind| !kind.shows_hues());
        }
        let met = self.strangers.len();
        let lanes = &self.lanes;
        self.strangers.retain(|lane| lanes.hue(*lane) == Hue::OTHER);
        if self.strangers.len() < met {
            self.recount(BandKind::shows_hues);
        }
    }

    /// Counts all rows of some bands anew: more is known of what they stand for.
    fn recount(&mut self, which: impl Fn(BandKind) -> bool) {
        let Self { bands, rows, lanes, cores, .. } = self;
        for ((_, kind), band) in bands.iter_mut().filter(|((_, kind), _)| which(*kind)) {
            band.recount(|row| rows.get(row as usize).map_or(Class::of_hue(Hue::OTHER), |row| class(row, kind, lanes, *cores)));
        }
    }

    fn close(&mut self, segment: Segment, known_to: u64) {
        self.sums.add(&segment);
        // Nearly every row is new: the others need not be looked for.
        let before = if segment.start <= self.last_open_ns { self.open.remove(&Key::of(&segment)) } else { None };
        match before {
            Some(row) => {
                let from_ns = self.rows[row as usize].end.min(segment.end).min(known_to);
                // Only its end tells who brought it about.
                self.rows[row as usize] = segment;
                self.end(row, from_ns);
            }
            None => {
                self.add(segment, End::Known);
            }
        }
    }

    /// Open rows grow from one chunk to the next; only what is new of them is drawn.
    fn replace_open(&mut self, now: Vec<Segment>, known_to: u64) {
        let mut before = std::mem::take(&mut self.open);
        self.last_open_ns = now.iter().map(|segment| segment.start).max().unwrap_or(0);
        for segment in now {
            let key = Key::of(&segment);
            let row = match before.remove(&key) {
                Some(row) => {
                    self.rows[row as usize] = segment;
                    for (key, _) in Group::of(&segment) {
                        self.bands.change(key, known_to);
                    }
                    row
                }
                None => self.add(segment, End::Open),
            };
            self.open.insert(key, row);
        }
        // The merge changed its mind about these: they take no time.
        for row in before.rows() {
            let start = self.rows[row as usize].start;
            self.rows[row as usize].end = start;
            self.end(row, start);
        }
    }

    fn add(&mut self, segment: Segment, end: End) -> u32 {
        let row = self.rows.len() as u32;
        let reach = if end == End::Open { OPEN } else { segment.end };
        self.rows.push(segment);
        for (key, group) in Group::of(&segment) {
            let entry = self.entry((row, reach), key.1);
            self.bands.change(key, segment.start).add(group, entry);
        }
        if segment.line != 0 && segment.kind != SegmentKind::OnCore {
            self.lines.add(segment.line, row);
        }
        row
    }

    /// Gives a row the end that it has in the table.
    fn end(&mut self, row: u32, from_ns: u64) {
        let segment = self.rows[row as usize];
        for (key, group) in Group::of(&segment) {
            let entry = self.entry((row, segment.end), key.1);
            self.bands.change(key, from_ns).close(group, entry);
        }
    }

    fn entry(&mut self, (row, end): (u32, u64), kind: BandKind) -> Entry {
        let segment = &self.rows[row as usize];
        let class = class(segment, kind, &self.lanes, self.cores);
        if kind.shows_hues() && class == Class::of_hue(Hue::OTHER) {
            let lane = owner(segment, kind);
            if lane != 0 && !self.strangers.contains(&lane) {
                self.strangers.push(lane);
            }
        }
        Entry { start: segment.start, end, row, rank: rank(state_of(segment.kind, Cores::default())), class }
    }
}

/// What a row counts as in a band.
fn class(row: &Segment, kind: BandKind, lanes: &Lanes, cores: Cores) -> Class {
    if kind.shows_hues() { Class::of_hue(lanes.hue(owner(row, kind))) } else { Class::of_state(state_of(row.kind, cores)) }
}

/// Whose hue a row has in a band of hues.
fn owner(row: &Segment, kind: BandKind) -> u32 {
    if kind == BandKind::Core { row.holder } else { row.lane }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Known,
    Open,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::playback::Playback;
    use crate::sample::*;
    use crate::state::State;

    fn state_at(trace: &Trace, lane: u32, ms: u64) -> Option<State> {
        trace.pieces(lane, BandKind::Main)?.at(ms * MS)?.class.state()
    }

    #[test]
    fn cores_come_first_and_threads_lie_under_their_process() {
        let ids: Vec<u32> = trace().lanes().iter().map(|lane| lane.id).collect();
        assert_eq!(ids, [CORE_0, CORE_1, MAIN, THREAD, FIRST, SECOND]);
    }

    #[test]
    fn a_process_shows_its_wait_its_core_and_what_is_neither() {
        let trace = trace();
        assert_eq!(state_at(&trace, SECOND, 20), Some(State::OnCore));
        assert_eq!(state_at(&trace, SECOND, 45), Some(State::Wait));
        assert_eq!(state_at(&trace, MAIN, 95), Some(State::Off));
        assert_eq!(state_at(&trace, SECOND, 90), None);
    }

    #[test]
    fn without_core_rows_a_process_in_its_code_is_running_and_nobody_says_where() {
        let mut trace = Trace::new();
        let mut chunk = chunk();
        chunk.lanes.retain(|lane| lane.kind != LaneKind::Core);
        chunk.segments = chunk.segments.iter().filter(|row| row.kind != SegmentKind::OnCore).collect();
        trace.apply(&chunk);
        assert_eq!(state_at(&trace, SECOND, 20), Some(State::Alive));
    }

    #[test]
    fn a_core_shows_the_hue_of_who_was_on_it() {
        let trace = trace();
        let pieces = trace.pieces(CORE_1, BandKind::Core).expect("a band");
        assert_eq!(pieces.at(20 * MS).map(|piece| piece.class.hue()), Some(trace.hue(FIRST)));
        assert_eq!(pieces.at(81 * MS).map(|piece| piece.class.hue()), Some(Hue::OTHER));
        assert_eq!(trace.hue(THREAD), trace.hue(MAIN));
    }

    #[test]
    fn a_core_gets_the_hue_of_a_process_that_is_known_only_later() {
        let mut trace = Trace::new();
        let on_core = Segment { holder: FIRST, ..segment(CORE_1, SegmentKind::OnCore, 1, 5) };
        let early: Vec<Lane> = lanes().into_iter().filter(|lane| lane.id != FIRST).collect();
        trace.apply(&Chunk { to_ns: 5 * MS, lanes: early, segments: [on_core].into_iter().collect(), ..Chunk::default() });
        trace.apply(&Chunk { to_ns: 6 * MS, lanes: lanes(), ..Chunk::default() });
        let piece = trace.pieces(CORE_1, BandKind::Core).and_then(|pieces| pieces.at(2 * MS)).expect("a piece");
        assert_eq!(piece.class.hue(), trace.hue(FIRST));
        assert_ne!(piece.class.hue(), Hue::OTHER);
    }

    #[test]
    fn processes_are_shown_in_order_of_birth_also_when_that_is_corrected() {
        let mut trace = trace();
        let born = |id, name: &str, start_ns| Lane { start_ns, ..lane(id, LaneKind::Process, name, MAIN) };
        trace.apply(&Chunk { lanes: vec![born(FIRST, "Process-1", 9), born(SECOND, "Process-2", 8)], ..Chunk::default() });
        let ids: Vec<u32> = trace.lanes().iter().map(|lane| lane.id).collect();
        assert_eq!(ids, [CORE_0, CORE_1, MAIN, THREAD, SECOND, FIRST]);
    }

    #[test]
    fn an_open_segment_grows_keeps_its_number_and_ends() {
        let mut trace = Trace::new();
        let open = |to: u64| Chunk {
            to_ns: to * MS,
            lanes: lanes(),
            open: [segment(MAIN, SegmentKind::Sleep, 5, to)].into_iter().collect(),
            ..Chunk::default()
        };
        trace.apply(&open(10));
        trace.apply(&open(20));
        let (id, row) = trace.segments().next().map(|(id, row)| (id, *row)).expect("a row");
        assert_eq!((row.end, trace.is_open(id)), (20 * MS, true));
        trace.apply(&Chunk {
            to_ns: 40 * MS,
            segments: [segment(MAIN, SegmentKind::Sleep, 5, 33)].into_iter().collect(),
            ..Chunk::default()
        });
        assert_eq!(trace.segments().count(), 1);
        assert_eq!(trace.segment(id).map(|row| row.end), Some(33 * MS));
        assert!(!trace.is_open(id));
        assert_eq!(state_at(&trace, MAIN, 34), None);
    }

    #[test]
    fn an_open_segment_that_the_merge_takes_back_takes_no_time() {
        let mut trace = Trace::new();
        let open = [segment(MAIN, SegmentKind::QueueGet, 5, 10)].into_iter().collect();
        trace.apply(&Chunk { to_ns: 10 * MS, lanes: lanes(), open, ..Chunk::default() });
        trace.apply(&Chunk { to_ns: 20 * MS, ..Chunk::default() });
        assert_eq!(state_at(&trace, MAIN, 7), None);
    }

    #[test]
    fn a_line_finds_its_segments_in_every_process() {
        let trace = trace();
        let lanes: Vec<u32> = trace.of_line(14).filter_map(|id| trace.segment(id)).map(|row| row.lane).collect();
        assert_eq!(lanes, [FIRST, SECOND, SECOND]);
        assert_eq!(trace.of_line(99).count(), 0);
    }

    proptest! {
        #[test]
        fn a_run_that_came_in_many_chunks_is_the_run_that_came_in_one(mut moments in prop::collection::vec(0_u64..110, 0..12)) {
            moments.sort_unstable();
            moments.push(100);
            let mut grown = Trace::new();
            let mut playback = Playback::of(&[chunk()]);
            for moment in moments {
                grown.apply(&playback.until(moment * MS));
            }
            let whole = trace();
            prop_assert_eq!(grown.segments().count(), whole.segments().count());
            prop_assert_eq!(grown.arrows(), whole.arrows());
            for lane in whole.lanes() {
                for band in [BandKind::Main, BandKind::Core, BandKind::Hold, BandKind::Task] {
                    let seen = |trace: &Trace| -> Vec<_> {
                        let pieces = trace.pieces(lane.id, band).into_iter().flat_map(|pieces| pieces.within(0, u64::MAX));
                        let rows = |piece: &Piece| trace.segment(SegmentId(piece.row)).map(|row| (row.kind, row.start, row.holder, row.released_by));
                        pieces.map(|piece| (piece.start, piece.end, piece.class, rows(&piece))).collect()
                    };
                    prop_assert_eq!(seen(&grown), seen(&whole), "lane {} band {:?}", lane.id, band);
                }
            }
        }
    }
}
