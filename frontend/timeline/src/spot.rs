//! A segment at its place in the picture, and how to get from one to the next.

use forkyard_wire::timeline::SegmentKind;

use crate::band::BandKind;
use crate::finding::Finding;
use crate::layout::Layout;
use crate::state::State;
use crate::trace::{ArrowId, MarkId, SegmentId, Trace};
use forkyard_pixels::{Piece, Pieces};

/// A segment where it is seen. The same time on a core is seen twice: on the core's row and on the process's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Which run, from 0.
    pub panel: usize,
    /// The lane on which it is seen.
    pub lane: u32,
    /// The band on which it is seen.
    pub band: BandKind,
    /// The segment.
    pub segment: SegmentId,
    /// A moment at which it is seen there.
    pub at_ns: u64,
    /// Whether the whole segment is meant, or only the stretch that is seen at that moment.
    pub part: Part,
}

/// How much of a segment is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it: it was picked from the table or by its line.
    Whole,
    /// What is seen of it: a `run` shows where nothing better is known, and there only that stretch is meant.
    Seen,
}

/// What is selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Selection {
    /// A segment.
    Segment(Spot),
    /// A message.
    Arrow {
        /// Which run, from 0.
        panel: usize,
        /// The message.
        arrow: ArrowId,
    },
    /// A print, an exception, a signal.
    Mark {
        /// Which run, from 0.
        panel: usize,
        /// The moment.
        mark: MarkId,
    },
    /// Something that is no segment: a level, a gap, a lost update.
    Finding {
        /// Which run, from 0.
        panel: usize,
        /// What.
        finding: Finding,
    },
    /// A stretch of time of every run on the axis.
    Range {
        /// Nanoseconds since the run's zero.
        from_ns: u64,
        /// Nanoseconds since the run's zero, at least `from_ns`.
        to_ns: u64,
    },
}

impl Spot {
    /// The spot of a piece.
    pub fn of(piece: &Piece, panel: usize, lane: u32, band: BandKind) -> Self {
        Self { panel, lane, band, segment: SegmentId(piece.row), at_ns: piece.start, part: Part::Seen }
    }

    /// A segment on its own lane, the whole of it, also where something else covers it.
    pub fn of_segment(trace: &Trace, panel: usize, segment: SegmentId) -> Option<Self> {
        let row = trace.segment(segment)?;
        let band = match row.kind {
            SegmentKind::OnCore => BandKind::Core,
            SegmentKind::Hold => BandKind::Hold,
            SegmentKind::Task => BandKind::Task,
            SegmentKind::GilHold => BandKind::Gil,
            _ => BandKind::Main,
        };
        let mut seen = trace.pieces(row.lane, band)?.within(row.start, row.end);
        let at_ns = seen.find(|piece| piece.row == segment.0).map_or(row.start, |piece| piece.start);
        Some(Self { panel, lane: row.lane, band, segment, at_ns, part: Part::Whole })
    }

    /// The state in which it is seen; none on a core's row, and none for a whole segment, which may be seen in several.
    pub fn state(&self, trace: &Trace) -> Option<State> {
        if self.band.shows_hues() || self.part == Part::Whole {
            return None;
        }
        self.piece(trace).and_then(|piece| piece.class.state())
    }

    /// From when to when it is lit: the whole segment, or where only a stretch of a long one is meant, that stretch.
    pub fn extent(&self, trace: &Trace) -> Option<(u64, u64)> {
        match self.state(trace) {
            Some(State::Off | State::Alive) => self.piece(trace).map(|piece| (piece.start, piece.end)),
            _ => trace.segment(self.segment).map(|segment| (segment.start, segment.end)),
        }
    }

    /// The next thing on the same band, or the one before.
    pub fn beside(&self, trace: &Trace, side: Side) -> Option<Self> {
        let pieces = trace.pieces(self.lane, self.band)?;
        let here = pieces.at(self.at_ns)?;
        let mut piece = here;
        loop {
            piece = match side {
                Side::Next => pieces.after(piece.start)?,
                Side::Previous => pieces.before(piece.start)?,
            };
            // A wait within a segment cuts it in two: both halves of another segment are one step, of the same none.
            if piece.row != here.row || stretch(&piece) {
                return Some(Self::of(&piece, self.panel, self.lane, self.band));
            }
        }
    }

    /// What is seen at the same moment on the row above or below.
    pub fn across(&self, traces: &[&Trace], layout: &Layout, way: Way) -> Option<Self> {
        let here = layout.rows.iter().position(|row| (row.panel, row.lane, row.band) == (self.panel, self.lane, self.band))?;
        let middle = self.piece(traces.get(self.panel)?).map_or(self.at_ns, |piece| piece.start.midpoint(piece.end));
        let rows: Box<dyn Iterator<Item = _>> = match way {
            Way::Up => Box::new(layout.rows[..here].iter().rev()),
            Way::Down => Box::new(layout.rows[here + 1..].iter()),
        };
        rows.filter_map(|row| {
            let pieces = traces.get(row.panel)?.pieces(row.lane, row.band)?;
            let mut spot = Self::of(&nearest(pieces, middle)?, row.panel, row.lane, row.band);
            spot.at_ns = spot.at_ns.max(middle.min(pieces.at(spot.at_ns)?.end - 1));
            Some(spot)
        })
        .next()
    }

    /// The first thing of the picture: where the keyboard begins.
    pub fn first(traces: &[&Trace], layout: &Layout) -> Option<Self> {
        let with_main = layout.rows.iter().filter(|row| row.band != BandKind::Core).chain(layout.rows.iter());
        with_main.into_iter().find_map(|row| {
            let pieces = traces.get(row.panel)?.pieces(row.lane, row.band)?;
            Some(Self::of(&nearest(pieces, 0)?, row.panel, row.lane, row.band))
        })
    }

    fn piece(&self, trace: &Trace) -> Option<Piece> {
        trace.pieces(self.lane, self.band)?.at(self.at_ns).filter(|piece| piece.row == self.segment.0)
    }
}

/// Along a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Earlier.
    Previous,
    /// Later.
    Next,
}

/// Across the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the row above.
    Up,
    /// To the row below.
    Down,
}

/// The piece at a moment, else the one nearest to it.
pub(crate) fn nearest(pieces: &Pieces, t_ns: u64) -> Option<Piece> {
    pieces.at(t_ns).or_else(|| match (pieces.before(t_ns), pieces.after(t_ns)) {
        (Some(before), Some(after)) if t_ns - before.end <= after.start - t_ns => Some(before),
        (_, Some(after)) => Some(after),
        (before, None) => before,
    })
}

/// Whether the piece stands for itself and not for its whole segment.
fn stretch(piece: &Piece) -> bool {
    matches!(piece.class.state(), Some(State::Off | State::Alive))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Objects;
    use crate::sample::*;

    fn at(trace: &Trace, lane: u32, band: BandKind, ms: u64) -> Spot {
        let piece = trace.pieces(lane, band).and_then(|pieces| pieces.at(ms * MS)).expect("a piece");
        Spot { at_ns: ms * MS, ..Spot::of(&piece, 0, lane, band) }
    }

    fn kind(trace: &Trace, spot: Option<Spot>) -> Option<SegmentKind> {
        spot.and_then(|spot| trace.segment(spot.segment)).map(|row| row.kind)
    }

    #[test]
    fn stepping_along_a_process_meets_each_thing_once() {
        let trace = trace();
        let mut spot = at(&trace, SECOND, BandKind::Main, 20);
        let mut kinds = vec![];
        while let Some(next) = spot.beside(&trace, Side::Next) {
            kinds.push(kind(&trace, Some(next)).expect("a kind"));
            spot = next;
        }
        assert_eq!(kinds, [SegmentKind::LockAcquire, SegmentKind::OnCore]);
        let back = spot.beside(&trace, Side::Previous);
        assert_eq!(kind(&trace, back), Some(SegmentKind::LockAcquire));
    }

    #[test]
    fn down_goes_to_the_band_below_at_the_same_moment_and_up_comes_back() {
        let trace = trace();
        let layout = Layout::of(&[&trace], Objects::Shown);
        let first = at(&trace, FIRST, BandKind::Main, 40);
        let hold = first.across(&[&trace], &layout, Way::Down).expect("the lock held");
        assert_eq!((hold.lane, hold.band), (FIRST, BandKind::Hold));
        let up = hold.across(&[&trace], &layout, Way::Up).expect("the process");
        assert_eq!((up.lane, up.band), (FIRST, BandKind::Main));
        let top = at(&trace, CORE_0, BandKind::Core, 5);
        assert_eq!(top.across(&[&trace], &layout, Way::Up), None);
    }

    #[test]
    fn the_keyboard_begins_at_the_first_process() {
        let trace = trace();
        let layout = Layout::of(&[&trace], Objects::Shown);
        let first = Spot::first(&[&trace], &layout).expect("a spot");
        assert_eq!((first.lane, first.band), (MAIN, BandKind::Main));
    }

    #[test]
    fn a_wait_is_lit_whole_and_an_unexplained_stretch_by_itself() {
        let trace = trace();
        assert_eq!(at(&trace, SECOND, BandKind::Main, 45).extent(&trace), Some((40 * MS, 50 * MS)));
        assert_eq!(at(&trace, MAIN, BandKind::Main, 95).extent(&trace), Some((90 * MS, 100 * MS)));
    }

    #[test]
    fn a_segment_that_was_picked_from_the_table_is_lit_whole_even_where_it_is_covered() {
        let trace = trace();
        for (id, row) in trace.segments() {
            let spot = Spot::of_segment(&trace, 0, id).unwrap_or_else(|| panic!("{row:?} has no place"));
            assert_eq!(spot.extent(&trace), Some((row.start, row.end)));
        }
    }
}
