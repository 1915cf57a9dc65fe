//! Birth, life and death: which phase a lane is in, and which start made which process.

use std::collections::BTreeMap;

use forkyard_wire::timeline::{Segment, SegmentKind};

/// A phase of a lane that has begun.
#[derive(Debug, Clone, Copy)]
struct Phase {
    kind: SegmentKind,
    start: u64,
    line: u32,
}

/// The phase each lane is in.
#[derive(Debug, Default)]
pub(crate) struct Phases {
    open: BTreeMap<u32, Phase>,
}

impl Phases {
    /// A lane enters a phase: the end of the one it was in. The same phase again changes nothing.
    pub(crate) fn enter(&mut self, lane: u32, kind: SegmentKind, t: u64) -> Option<Segment> {
        self.enter_from_line(lane, kind, t, 0)
    }

    /// The same, with the line that caused it.
    pub(crate) fn enter_from_line(&mut self, lane: u32, kind: SegmentKind, t: u64, line: u32) -> Option<Segment> {
        if self.open.get(&lane).is_some_and(|phase| phase.kind == kind) {
            return None;
        }
        let ended = self.leave(lane, t);
        self.open.insert(lane, Phase { kind, start: t, line });
        ended
    }

    /// Whether a lane is in a phase.
    pub(crate) fn is_in(&self, lane: u32) -> bool {
        self.open.contains_key(&lane)
    }

    /// The end of the phase a lane is in.
    pub(crate) fn leave(&mut self, lane: u32, t: u64) -> Option<Segment> {
        let phase = self.open.remove(&lane)?;
        Some(segment(lane, phase, t)).filter(|segment| segment.end > segment.start)
    }

    /// All phases that have not ended, as if they did at `t`.
    pub(crate) fn open(&self, t: u64) -> impl Iterator<Item = Segment> + '_ {
        self.open.iter().map(move |(&lane, &phase)| segment(lane, phase, t))
    }
}

fn segment(lane: u32, phase: Phase, end: u64) -> Segment {
    let Phase { kind, start, line } = phase;
    Segment { line, ..super::segment(lane, kind, start, end) }
}

/// A process is being started, or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Start {
    /// The lane of the process that starts it.
    pub(crate) parent: u32,
    /// Since when.
    pub(crate) at: u64,
    /// The line that starts it.
    pub(crate) line: u32,
    /// As in `Kind::StartBegin`.
    pub(crate) method: u32,
}

/// The starts that have not met their process.
#[derive(Debug, Default)]
pub(crate) struct Starts {
    /// By the lane of the thread that starts: a thread starts one process at a time.
    begun: BTreeMap<u32, Start>,
}

impl Starts {
    /// A thread begins to start a process.
    pub(crate) fn begin(&mut self, thread: u32, start: Start) {
        self.begun.insert(thread, start);
    }

    /// It has started a process: the start, unless that process has claimed it.
    pub(crate) fn end(&mut self, thread: u32) -> Option<Start> {
        self.begun.remove(&thread)
    }

    /// A process is born: which start under way made it? One by its parent; else, as a server may have forked it in another's
    /// name, any by the same method.
    pub(crate) fn claim(&mut self, parent: u32, method: u32) -> Option<Start> {
        let of_parent = |start: &Start| start.parent == parent && start.method == method;
        let thread = self.oldest(of_parent).or_else(|| self.oldest(|start| method != 0 && start.method == method))?;
        self.begun.remove(&thread)
    }

    fn oldest(&self, wanted: impl Fn(&Start) -> bool) -> Option<u32> {
        let under_way = self.begun.iter().filter(|(_, start)| wanted(start));
        under_way.min_by_key(|(_, start)| start.at).map(|(&thread, _)| thread)
    }
}
