//! One band of a lane: the rows that compete in it, and the pieces that are seen.

use forkyard_wire::timeline::{Category, Segment, SegmentKind};

use crate::pieces::Pieces;
use crate::skyline::{self, Candidate};
use crate::sorted::{Entry, Sorted};
use crate::state::{Class, rank, state_of};

/// Which band of a lane. The order is the order on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BandKind {
    /// A process or thread: its life, its waits, its time on cores.
    Main,
    /// A core: who was on it.
    Core,
    /// Locks held.
    Hold,
    /// Tasks of a pool.
    Task,
}

/// Rows that hardly overlap each other are kept together: a long `run` must not make a search for waits long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Life = 0,
    Wait = 1,
    Core = 2,
}

impl Group {
    /// The bands a segment lies in. A time on a core lies on the core's lane and on the thread's.
    pub(crate) fn of(segment: &Segment) -> impl Iterator<Item = ((u32, BandKind), Group)> + use<> {
        let lane = segment.lane;
        let (first, second) = match segment.kind.category() {
            Category::Lifecycle => (Some(((lane, BandKind::Main), Group::Life)), None),
            Category::Wait => (Some(((lane, BandKind::Main), Group::Wait)), None),
            Category::Hold => (Some(((lane, BandKind::Hold), Group::Life)), None),
            Category::Task => (Some(((lane, BandKind::Task), Group::Life)), None),
            // The interpreter's lock has no row yet.
            Category::Gil => (None, None),
            Category::Core if segment.kind == SegmentKind::OnCore => {
                let thread = (segment.holder != 0).then_some(((segment.holder, BandKind::Main), Group::Core));
                (Some(((lane, BandKind::Core), Group::Core)), thread)
            }
            Category::Core => (Some(((lane, BandKind::Main), Group::Core)), None),
        };
        first.into_iter().chain(second)
    }
}

/// A band.
#[derive(Debug, Clone, Default)]
pub(crate) struct Band {
    groups: [Sorted; 3],
    /// What is seen.
    pub(crate) pieces: Pieces,
}

impl Band {
    /// Puts a row in.
    pub(crate) fn add(&mut self, group: Group, entry: Entry) {
        self.groups[group as usize].insert(entry);
    }

    /// Gives a row its final end.
    pub(crate) fn close(&mut self, group: Group, entry: Entry) {
        self.groups[group as usize].close(entry);
    }

    /// Draws again from a moment on.
    pub(crate) fn redraw(&mut self, from_ns: u64, rows: &[Segment], class: impl Fn(&Segment) -> Class) {
        let candidates = self
            .groups
            .iter()
            .flat_map(|group| group.past(from_ns))
            .map(|entry| {
                let segment = &rows[entry.row as usize];
                let rank = rank(state_of(segment.kind, Default::default()));
                Candidate { rank, start: segment.start, end: segment.end, class: class(segment), row: entry.row }
            })
            .filter(|candidate| candidate.end > from_ns)
            .collect();
        self.pieces.cut(from_ns);
        skyline::draw(&mut self.pieces, from_ns, candidates);
    }
}
