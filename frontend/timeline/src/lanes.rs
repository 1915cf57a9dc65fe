//! The lanes of a run in the order in which they are shown, and whose each is. Hundreds of them are asked for in every frame, so the order
//! is found when they come.

use std::collections::BTreeMap;

use forkyard_wire::timeline::{Lane, LaneKind};

use crate::order::by_key;
use crate::state::Hue;

/// What is known of the lanes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lanes {
    /// Cores, then each process by birth with its threads below it; threads of processes that are not known come last.
    all: Vec<Lane>,
    /// How many of them are shown: all but the last.
    shown: usize,
    /// Where in `all` a lane is.
    places: BTreeMap<u32, usize>,
    /// Which process was met as which, from 0: its hue follows from that.
    turns: BTreeMap<u32, usize>,
}

impl Lanes {
    /// Adds lanes, or what is now known of them. Says which were not known.
    pub(crate) fn add(&mut self, lanes: &[Lane]) -> Vec<LaneKind> {
        let mut new = Vec::new();
        for lane in lanes {
            match self.places.get(&lane.id) {
                Some(place) => self.all[*place] = lane.clone(),
                None => {
                    self.places.insert(lane.id, self.all.len());
                    self.all.push(lane.clone());
                    new.push(lane.kind);
                }
            }
            if lane.kind == LaneKind::Process {
                let turn = self.turns.len();
                self.turns.entry(lane.id).or_insert(turn);
            }
        }
        if !lanes.is_empty() {
            self.sort();
        }
        new
    }

    /// Those that are shown, in order.
    pub(crate) fn shown(&self) -> &[Lane] {
        &self.all[..self.shown]
    }

    /// A lane by its id.
    pub(crate) fn get(&self, id: u32) -> Option<&Lane> {
        self.places.get(&id).map(|place| &self.all[*place])
    }

    /// The process that a lane belongs to. None for a core.
    pub(crate) fn process_of(&self, id: u32) -> Option<&Lane> {
        let lane = self.get(id)?;
        match lane.kind {
            LaneKind::Process => Some(lane),
            LaneKind::Thread => self.get(lane.parent),
            LaneKind::Core => None,
        }
    }

    /// Whether a process has further threads.
    pub(crate) fn has_threads(&self, process: u32) -> bool {
        let below = self.places.get(&process).and_then(|place| self.shown().get(place + 1));
        below.is_some_and(|lane| lane.kind == LaneKind::Thread && lane.parent == process)
    }

    /// The hue of the process that a lane belongs to.
    pub(crate) fn hue(&self, lane: u32) -> Hue {
        self.process_of(lane).and_then(|process| self.turns.get(&process.id)).map_or(Hue::OTHER, |turn| Hue::of_birth(*turn))
    }

    fn sort(&mut self) {
        // A birth may be learnt late or corrected: the moment decides, not the order in which lanes came.
        by_key(&mut self.all, |lane| (if lane.kind == LaneKind::Core { lane.pid.into() } else { lane.start_ns }, lane.id));
        let processes = self.all.iter().filter(|lane| lane.kind == LaneKind::Process);
        // Extended: a map that is collected brings a sort of its own, a kilobyte of the page.
        let mut turns: BTreeMap<u32, usize> = BTreeMap::new();
        turns.extend(processes.map(|lane| lane.id).zip(1..));
        let turn = |lane: &Lane| match lane.kind {
            LaneKind::Core => Some(0),
            LaneKind::Process => turns.get(&lane.id).copied(),
            LaneKind::Thread => turns.get(&lane.parent).copied(),
        };
        by_key(&mut self.all, |lane| (turn(lane).map_or(u64::MAX, |turn| turn as u64), (lane.kind == LaneKind::Thread).into()));
        self.shown = self.all.iter().filter(|lane| turn(lane).is_some()).count();
        self.places.extend(self.all.iter().enumerate().map(|(place, lane)| (lane.id, place)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{CORE_0, FIRST, MAIN, SECOND, THREAD, lane, lanes};

    #[test]
    fn threads_come_below_their_process_and_wait_for_it() {
        let mut known = Lanes::default();
        let all = lanes();
        let (thread, others): (Vec<Lane>, Vec<Lane>) = all.into_iter().partition(|lane| lane.id == THREAD);
        assert_eq!(known.add(&thread), [LaneKind::Thread]);
        assert!(known.shown().is_empty(), "nobody knows whose it is");
        known.add(&others);
        let ids: Vec<u32> = known.shown().iter().map(|lane| lane.id).filter(|id| [MAIN, THREAD, FIRST].contains(id)).collect();
        assert_eq!(ids, [MAIN, THREAD, FIRST]);
        assert!(known.has_threads(MAIN) && !known.has_threads(FIRST));
    }

    #[test]
    fn a_birth_that_is_corrected_moves_its_lane_and_keeps_its_hue() {
        let mut known = Lanes::default();
        known.add(&lanes());
        let hue = known.hue(SECOND);
        assert!(known.add(&[Lane { start_ns: 99, ..lane(FIRST, LaneKind::Process, "Process-1", MAIN) }]).is_empty());
        assert_eq!((known.hue(SECOND), known.hue(CORE_0)), (hue, Hue::OTHER));
        let place = |id| known.shown().iter().position(|lane| lane.id == id);
        assert!(place(SECOND) < place(FIRST));
    }
}
