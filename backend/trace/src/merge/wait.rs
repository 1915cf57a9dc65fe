//! Waits: who waited, for what, who had it, and whose act ended it.

use std::collections::BTreeMap;

use forkyard_wire::timeline::{Segment, SegmentKind};

use super::objects::Acts;
use super::table::Table;

/// Waits within waits that a thread may be in; more are not believed.
const DEPTH: usize = 16;

/// A wait that has begun.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    pub(crate) kind: SegmentKind,
    pub(crate) start: u64,
    pub(crate) object: u32,
    pub(crate) line: u32,
    /// The lane that held the object then.
    pub(crate) holder: u32,
    /// The lane whose end is waited for; of a barrier that has opened, the lane that came last.
    pub(crate) target: u32,
    /// Whether the waiter gives up by itself some day.
    pub(crate) bounded: bool,
}

/// The waits of all lanes.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    open: BTreeMap<u32, Vec<Wait>>,
    /// How many wait for each object.
    counts: Table<u32, u32>,
    /// Waits for a message that have ended, until the message tells who sent it.
    unsigned: BTreeMap<u32, Segment>,
}

impl Waits {
    /// A lane begins to wait.
    pub(crate) fn begin(&mut self, lane: u32, wait: Wait) {
        let stack = self.open.entry(lane).or_default();
        if stack.len() < DEPTH {
            stack.push(wait);
            *self.counts.entry(wait.object).or_default() += 1;
        }
    }

    /// How many waits for an object there are.
    pub(crate) fn count(&self, object: u32) -> u32 {
        self.counts.get(&object).copied().unwrap_or(0)
    }

    /// The innermost wait of each lane that waits.
    pub(crate) fn innermost(&self) -> impl Iterator<Item = (u32, Wait)> + '_ {
        self.open.iter().filter_map(|(&lane, stack)| Some((lane, *stack.last()?)))
    }

    /// The innermost wait of this kind ends, and those within it whose end was lost are forgotten.
    pub(crate) fn end(&mut self, lane: u32, kind: SegmentKind) -> Option<Wait> {
        let stack = self.open.get_mut(&lane)?;
        let place = stack.iter().rposition(|wait| wait.kind == kind)?;
        let mut ended = None;
        // An emptied list stays: the lane will wait again.
        while stack.len() > place {
            ended = stack.pop();
            if let Some(wait) = ended {
                uncount(&mut self.counts, wait.object);
            }
        }
        ended
    }

    /// What a lane's innermost wait of a kind is for.
    pub(crate) fn object_of(&self, lane: u32, kind: SegmentKind) -> u32 {
        let stack = self.open.get(&lane).map_or(&[][..], Vec::as_slice);
        stack.iter().rfind(|wait| wait.kind == kind).map_or(0, |wait| wait.object)
    }

    /// The first party of a barrier goes on: whoever came last let all of them go that wait there now. A party that comes back
    /// for the next round, before the others have gone on, did not.
    pub(crate) fn barrier_opened(&mut self, object: u32, last: u32) {
        let waits = self.open.values_mut().flatten();
        for wait in waits.filter(|wait| wait.kind == SegmentKind::BarrierWait && wait.object == object && wait.target == 0) {
            wait.target = last;
        }
    }

    /// All waits of a lane, outermost first; it has none then.
    pub(crate) fn take(&mut self, lane: u32) -> Vec<Wait> {
        let ended = self.open.remove(&lane).unwrap_or_default();
        ended.iter().for_each(|wait| uncount(&mut self.counts, wait.object));
        ended
    }

    /// Keeps a wait for a message until the message is known; tells the one kept before.
    pub(crate) fn keep_unsigned(&mut self, lane: u32, segment: Segment) -> Option<Segment> {
        self.unsigned.insert(lane, segment)
    }

    /// The wait for a message of this object that a lane has just ended.
    pub(crate) fn sign(&mut self, lane: u32, object: u32, sender: u32) -> Option<Segment> {
        let segment = self.unsigned.get(&lane)?;
        if segment.object != 0 && segment.object != object {
            return None;
        }
        self.unsigned.remove(&lane).map(|segment| Segment { released_by: sender, ..segment })
    }

    /// A wait kept for a lane that comes to nothing.
    pub(crate) fn take_unsigned(&mut self, lane: u32) -> Option<Segment> {
        self.unsigned.remove(&lane)
    }

    /// The waits kept that ended at or before `t`: their message does not come any more.
    pub(crate) fn take_unsigned_until(&mut self, t: u64) -> Vec<Segment> {
        let old: Vec<u32> = self.unsigned.iter().filter(|(_, segment)| segment.end <= t).map(|(&lane, _)| lane).collect();
        old.into_iter().filter_map(|lane| self.unsigned.remove(&lane)).collect()
    }

    /// All waits that have not ended, as if they did at `t`. Who is waited for is told as the one whose act will end it.
    pub(crate) fn open(&self, t: u64) -> impl Iterator<Item = Segment> + '_ {
        let waits = self.open.iter().flat_map(|(&lane, stack)| stack.iter().map(move |wait| (lane, wait)));
        waits.map(move |(lane, wait)| wait.segment(lane, t, wait.target))
    }
}

fn uncount(counts: &mut Table<u32, u32>, object: u32) {
    if let Some(count) = counts.get_mut(&object) {
        *count = count.saturating_sub(1);
    }
}

impl Wait {
    /// The segment of this wait.
    pub(crate) fn segment(&self, lane: u32, end: u64, released_by: u32) -> Segment {
        let Wait { kind, start, object, line, holder, .. } = *self;
        Segment { object, line, holder, released_by, ..super::segment(lane, kind, start, end) }
    }

    /// Whether only the message that is received then tells whose act ended it.
    pub(crate) fn is_for_message(&self) -> bool {
        matches!(self.kind, SegmentKind::QueueGet | SegmentKind::ConnectionRecv)
    }

    /// The lane whose act ended this wait; 0 when none is known.
    pub(crate) fn released_by(&self, acts: Acts) -> u32 {
        let first = |lanes: &[u32]| lanes.iter().copied().find(|&lane| lane != 0).unwrap_or(0);
        match self.kind {
            // A release that is told only after the waiter went on can be the holder's alone.
            SegmentKind::LockAcquire => first(&[acts.released.since(self.start), self.holder]),
            SegmentKind::SemaphoreAcquire => first(&[acts.woken.since(self.start), acts.released.since(self.start), self.holder]),
            SegmentKind::BarrierWait => first(&[acts.woken.since(self.start), self.target]),
            SegmentKind::EventWait | SegmentKind::ConditionWait => acts.woken.since(self.start),
            SegmentKind::QueuePut | SegmentKind::ConnectionSend => acts.received.since(self.start),
            SegmentKind::AsyncResultGet => acts.finished.since(self.start),
            SegmentKind::ProcessJoin | SegmentKind::ThreadJoin => self.target,
            _ => 0,
        }
    }
}
