//! A run told by hand: who did what when, and the chunk that comes of it.

use forkyard_trace::event::{Event, Kind, pack};
use forkyard_trace::merge::Merge;
use forkyard_trace::names::Name;
use forkyard_trace::reader::RawBatch;
use forkyard_wire::timeline::{Chunk, Lane, Segment, SegmentKind};

/// The run's zero on the clock.
pub(crate) const ZERO: u64 = 1_000_000_000;

/// A run under way.
pub(crate) struct Scene {
    pub(crate) merge: Merge,
    batches: Vec<RawBatch>,
}

impl Scene {
    /// A main process, pid 10, that runs its program from 100 on.
    pub(crate) fn new() -> Self {
        let mut scene = Scene { merge: Merge::new(ZERO), batches: Vec::new() };
        scene.name(10, Name::Process { name: "MainProcess".into() });
        scene.at(40, 10, Kind::Born, 0, pack(0, 3));
        scene.at(50, 10, Kind::Phase(SegmentKind::Boot), 0, 0);
        scene.at(100, 10, Kind::Phase(SegmentKind::Run), 0, 0);
        scene
    }

    /// A child, forked by the main process at `t` and running 20 later.
    pub(crate) fn fork(&mut self, t: u64, pid: u32, name: &str) {
        self.at(t, 10, Kind::StartBegin, 0, pack(0, 7));
        self.name(pid, Name::Process { name: name.into() });
        self.at(t + 10, pid, Kind::Born, 0, pack(10, 0));
        self.at(t + 15, 10, Kind::StartEnd, 0, pack(pid, 0));
        self.at(t + 20, pid, Kind::Phase(SegmentKind::Run), 0, 0);
    }

    /// The main thread of a process does something.
    pub(crate) fn at(&mut self, t: u64, pid: u32, kind: Kind, object: u32, argument: u64) {
        self.thread_at(t, (pid, pid), kind, object, argument);
    }

    /// A thread does something.
    pub(crate) fn thread_at(&mut self, t: u64, (pid, tid): (u32, u32), kind: Kind, object: u32, argument: u64) {
        let event = Event { t_ns: ZERO + t, tid, kind: kind.pack(), core: 0, object, sequence: 0, argument };
        self.batch(pid).events.push(event);
    }

    /// A process names something.
    pub(crate) fn name(&mut self, pid: u32, name: Name) {
        self.batch(pid).names.push(name);
    }

    /// An object made by the main process.
    pub(crate) fn object(&mut self, id: u32, kind: &str, name: &str) {
        self.name(10, Name::Object { id, kind: kind.into(), name: name.into(), line: id });
    }

    /// What is being fed next of a process.
    pub(crate) fn batch(&mut self, pid: u32) -> &mut RawBatch {
        let place = self.batches.iter().position(|batch| batch.pid == pid).unwrap_or_else(|| {
            self.batches.push(RawBatch { slot: pid as usize, pid, ..RawBatch::default() });
            self.batches.len() - 1
        });
        &mut self.batches[place]
    }

    /// Feeds what was told so far.
    pub(crate) fn feed(&mut self) {
        let batches = std::mem::take(&mut self.batches);
        batches.iter().for_each(|batch| self.merge.feed(batch));
    }

    /// Feeds the rest and ends the run at `t`.
    pub(crate) fn finish(&mut self, t: u64) -> Chunk {
        self.feed();
        self.merge.finish(ZERO + t)
    }
}

/// The segments of a kind, in order of their start.
pub(crate) fn of_kind(chunk: &Chunk, kind: SegmentKind) -> Vec<Segment> {
    let mut found: Vec<Segment> = chunk.segments.iter().filter(|segment| segment.kind == kind).collect();
    found.sort_by_key(|segment| (segment.start, segment.lane));
    found
}

/// The lane with a name.
pub(crate) fn lane<'a>(chunk: &'a Chunk, name: &str) -> &'a Lane {
    chunk.lanes.iter().find(|lane| lane.name == name).unwrap_or_else(|| panic!("no lane is called {name}"))
}

/// The name of a lane; `-` for none.
pub(crate) fn name(chunk: &Chunk, id: u32) -> &str {
    chunk.lanes.iter().find(|lane| lane.id == id).map_or("-", |lane| &lane.name)
}
