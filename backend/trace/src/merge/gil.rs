//! The interpreter's lock: which thread of a process has it, and who let it go last.

use std::collections::BTreeMap;

use forkyard_wire::timeline::{GilWatch, Segment, SegmentKind};

use super::lanes::ProcessId;
use super::objects::Act;

/// A process's lock.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// Who has it, and since when. A lane of 0 is a thread without a row.
    holder: Option<(u32, u64)>,
    dropped: Act,
}

/// The locks of all processes' interpreters.
#[derive(Debug, Default)]
pub(crate) struct Gils {
    all: BTreeMap<ProcessId, State>,
    /// What was said of it last, in the main process or another.
    watch: Option<GilWatch>,
}

impl Gils {
    /// A thread took it: the end of whoever had it, if that was missed.
    pub(crate) fn taken(&mut self, process: ProcessId, lane: u32, t: u64) -> Option<Segment> {
        let state = self.all.entry(process).or_default();
        if state.holder.is_some_and(|(holder, _)| holder == lane && lane != 0) {
            return None; // A waiter has told it before.
        }
        let before = state.holder.replace((lane, t));
        before.and_then(|(holder, since)| segment(holder, since, t, 0))
    }

    /// A thread let it go: `forced` is 1 when it was asked to.
    pub(crate) fn dropped(&mut self, process: ProcessId, lane: u32, t: u64, forced: u32) -> Option<Segment> {
        let state = self.all.entry(process).or_default();
        state.dropped = Act { lane, at: t };
        let (_, since) = state.holder.take_if(|(holder, _)| *holder == lane)?;
        segment(lane, since, t, forced)
    }

    /// Who has it, other than `but`.
    pub(crate) fn holder(&self, process: ProcessId, but: u32) -> u32 {
        let holder = self.all.get(&process).and_then(|state| state.holder).map_or(0, |(lane, _)| lane);
        if holder == but { 0 } else { holder }
    }

    /// Who ended a wait of the lane `me` that began at `start`, when `holder` had it: who let it go last, if that was since; else who had
    /// it then; else, as `me` had to make way for another, who has taken it.
    pub(crate) fn ended_by(&self, process: ProcessId, (me, start): (u32, u64), holder: u32) -> u32 {
        let dropped = self.all.get(&process).map_or(0, |state| state.dropped.since(start));
        let others = [dropped, holder, self.holder(process, me)];
        others.into_iter().find(|&lane| lane != 0 && lane != me).unwrap_or(0)
    }

    /// A thread or all of a process is no more: what it had ends.
    pub(crate) fn forget(&mut self, process: ProcessId, lane: Option<u32>, t: u64) -> Option<Segment> {
        let state = self.all.get_mut(&process)?;
        let (holder, since) = state.holder.take_if(|(holder, _)| lane.is_none_or(|lane| lane == *holder))?;
        segment(holder, since, t, 0)
    }

    /// What is said of it; `None` when that is no news.
    pub(crate) fn watch(&mut self, watched: bool, reason: &str) -> Option<GilWatch> {
        let said = GilWatch { watched, reason: (!watched).then(|| reason.to_owned()) };
        (self.watch.as_ref() != Some(&said)).then(|| self.watch.insert(said).clone())
    }

    /// Whether anything was said of it.
    pub(crate) fn is_told(&self) -> bool {
        self.watch.is_some()
    }

    /// Who has it, as if it were let go at `t`.
    pub(crate) fn open(&self, t: u64) -> impl Iterator<Item = Segment> + '_ {
        let holders = self.all.values().filter_map(|state| state.holder);
        holders.filter_map(move |(lane, since)| segment(lane, since, t, 0))
    }
}

fn segment(lane: u32, since: u64, t: u64, forced: u32) -> Option<Segment> {
    (lane != 0).then(|| Segment { detail: forced, ..super::segment(lane, SegmentKind::GilHold, since, t) })
}
