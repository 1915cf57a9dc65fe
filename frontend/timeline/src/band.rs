//! One band of a lane: the rows that compete in it, and the pieces that are seen.

use std::iter::Peekable;

use forkyard_wire::timeline::{Category, Measure, Segment, SegmentKind};

use crate::blocks::Blocks;
use crate::skyline;
use crate::sorted::{Entry, Sorted};
use crate::state::Class;
use forkyard_pixels::Pieces;

/// Which band of a lane, or of an object. The order is the order on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BandKind {
    /// A process or thread: its life, its waits, its time on cores.
    Main,
    /// A core: who was on it.
    Core,
    /// Locks held.
    Hold,
    /// The interpreter's lock held.
    Gil,
    /// Tasks of a pool.
    Task,
    /// An object's: who held it. Its row has the object's id in place of the lane's.
    Holder,
    /// An object's: how many there were of something. It has no pieces.
    Level(Measure),
    /// How many cores the run was on. It has no pieces, and its row no lane.
    Used,
}

impl BandKind {
    /// Whether its pieces have the hues of processes, and not states.
    pub fn shows_hues(self) -> bool {
        matches!(self, BandKind::Core | BandKind::Holder)
    }

    /// A number below 8 that tells the kinds with pieces apart.
    pub(crate) fn number(self) -> usize {
        match self {
            BandKind::Main => 0,
            BandKind::Core => 1,
            BandKind::Hold => 2,
            BandKind::Gil => 3,
            BandKind::Task => 4,
            BandKind::Holder => 5,
            BandKind::Level(_) | BandKind::Used => 6,
        }
    }

    /// Whether its row's `lane` is no lane: an object's id, or nobody's.
    pub fn is_of_object(self) -> bool {
        matches!(self, BandKind::Holder | BandKind::Level(_) | BandKind::Used)
    }
}

/// Rows that hardly overlap each other are kept together: a long `run` must not make a search for waits long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Life = 0,
    Wait = 1,
    Core = 2,
}

impl Group {
    /// The bands a segment lies in. A time on a core lies on the core's lane and on the thread's, a hold on the holder's and on the object's.
    pub(crate) fn of(segment: &Segment) -> impl Iterator<Item = ((u32, BandKind), Group)> + use<> {
        let lane = segment.lane;
        let (first, second) = match segment.kind.category() {
            Category::Lifecycle => (Some(((lane, BandKind::Main), Group::Life)), None),
            Category::Wait => (Some(((lane, BandKind::Main), Group::Wait)), None),
            Category::Hold => {
                let object = (segment.object != 0).then_some(((segment.object, BandKind::Holder), Group::Life));
                (Some(((lane, BandKind::Hold), Group::Life)), object)
            }
            Category::Task => (Some(((lane, BandKind::Task), Group::Life)), None),
            Category::Gil => (Some(((lane, BandKind::Gil), Group::Life)), None),
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

    /// Draws again from a moment on; the rows are those of the trace.
    pub(crate) fn redraw(&mut self, from_ns: u64, rows: &Blocks<Segment>) {
        self.pieces.cut(from_ns);
        self.groups.iter_mut().for_each(Sorted::settle);
        let [life, wait, core] = &self.groups;
        let known = |entry: Entry| Entry { end: if entry.is_open() { rows[entry.row as usize].end } else { entry.end }, ..entry };
        let heads = [life, wait, core].map(|group| group.past(from_ns).peekable());
        skyline::draw(&mut self.pieces, from_ns, Merged(heads).map(known));
    }

    /// Counts its rows as something else, each by its number in the trace; where they lie does not change.
    pub(crate) fn recount(&mut self, class: impl Fn(u32) -> Class) {
        for group in &mut self.groups {
            group.recount(&class);
        }
        self.pieces.recount(&class);
    }
}

/// The rows of some groups in the order of (start, row).
struct Merged<I: Iterator<Item = Entry>>([Peekable<I>; 3]);

impl<I: Iterator<Item = Entry>> Iterator for Merged<I> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let mut first: Option<(u64, u32, usize)> = None;
        for (group, head) in self.0.iter_mut().enumerate() {
            if let Some(entry) = head.peek()
                && first.is_none_or(|first| (entry.start, entry.row) < (first.0, first.1))
            {
                first = Some((entry.start, entry.row, group));
            }
        }
        self.0[first?.2].next()
    }
}
