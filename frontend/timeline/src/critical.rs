//! The critical path: the chain of steps, across processes and threads, that the run's length consists of.
//!
//! It is found by walking back from the end. Where a lane waited and somebody ended the wait, the time before belongs to whoever did, and
//! the walk goes on there; where a lane was born, it goes on at the lane that started it. So the steps follow one another without
//! gaps, and making any of them shorter makes the run shorter, until another chain is the longest. Time is what it was: a wait that
//! nobody in particular ended (`sleep`, a time-out, input) is a step of its own.

use forkyard_wire::timeline::{Category, LaneKind, Segment};

use crate::band::BandKind;
use crate::order::by_key;
use crate::state::State;
use crate::summary::wait_object;
use crate::totals::WaitTotal;
use crate::trace::{SegmentId, Trace};
use crate::units::{duration, percent};
use forkyard_pixels::Piece;

/// One step: what a lane did, for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Whose step it is.
    pub lane: u32,
    /// Nanoseconds since the run's zero.
    pub from_ns: u64,
    /// Nanoseconds since the run's zero.
    pub to_ns: u64,
    /// What the lane is painted as; none where nothing is known of it.
    pub state: Option<State>,
    /// The wait that nobody ended, when it is one.
    pub wait: Option<SegmentId>,
}

/// The steps from the run's beginning to its end, none for an empty run. They follow one another in time.
pub fn critical_path(trace: &Trace) -> Vec<Step> {
    let Some(last) =
        trace.lanes().iter().filter(|lane| lane.kind == LaneKind::Process).min_by_key(|lane| (lane.start_ns, lane.id))
    else {
        return Vec::new();
    };
    let end = trace.pieces(last.id, BandKind::Main).map_or(0, |pieces| pieces.end());
    let mut walk = Walk { trace, lane: last.id, t_ns: end, met: Vec::new(), steps: Vec::new() };
    while walk.t_ns > 0 && walk.back() {}
    walk.steps.reverse();
    walk.steps
}

/// `Of 900 ms on the critical path: 80 % on a core, 15 % waiting for the clock (sleep), 5 % starting.` Empty for an empty run.
pub fn sentence(trace: &Trace, path: &[Step]) -> String {
    let whole: u64 = path.iter().map(length).sum();
    let mut parts: Vec<(String, u64)> = Vec::new();
    for step in path {
        let what = words(trace, step);
        match parts.iter_mut().find(|(known, _)| *known == what) {
            Some((_, ns)) => *ns += length(step),
            None => parts.push((what, length(step))),
        }
    }
    parts.retain(|(_, ns)| *ns * 100 >= whole);
    if parts.is_empty() {
        return String::new();
    }
    by_key(&mut parts, |(_, ns)| (u64::MAX - ns, 0));
    let said: Vec<String> = parts.iter().map(|(what, ns)| format!("{} {what}", percent(*ns as f64 / whole as f64))).collect();
    format!("Of {} on the critical path: {}.", duration(whole), said.join(", "))
}

fn length(step: &Step) -> u64 {
    step.to_ns - step.from_ns
}

fn words(trace: &Trace, step: &Step) -> String {
    match step.wait.and_then(|wait| trace.segment(wait)) {
        Some(row) => {
            let wait = WaitTotal { kind: row.kind, object: row.object, ns: length(step), waits: 1 };
            format!("waiting for {}", wait_object(trace, &wait))
        }
        None => step.state.map_or("unknown", State::name).to_owned(),
    }
}

/// Where the walk is, and what it has found, the last step first.
struct Walk<'a> {
    trace: &'a Trace,
    lane: u32,
    t_ns: u64,
    /// Lanes met without getting on in time: two that end each other's waits at one moment must not lead in a circle.
    met: Vec<u32>,
    steps: Vec<Step>,
}

impl Walk<'_> {
    /// Goes one step back; says whether there is more.
    fn back(&mut self) -> bool {
        let Some(piece) = self.piece() else { return self.climb() };
        if piece.end < self.t_ns {
            self.step(piece.end, None, None);
            return true;
        }
        let id = self.trace.segment_of(&piece);
        let wait = self.trace.segment(id).filter(|row| row.kind.category() == Category::Wait);
        if let Some(other) = wait.and_then(|row| self.ended_by(row)) {
            self.met.push(self.lane);
            self.lane = other;
            return true;
        }
        self.step(piece.start, piece.class.state(), wait.map(|_| id));
        true
    }

    /// What the lane did just before this moment, or last before it.
    fn piece(&self) -> Option<Piece> {
        let pieces = self.trace.pieces(self.lane, BandKind::Main)?;
        pieces.at(self.t_ns - 1).or_else(|| pieces.before(self.t_ns))
    }

    /// The lane to go on with, if it can be told what it did then.
    fn ended_by(&self, wait: &Segment) -> Option<u32> {
        let other = wait.released_by;
        let known = self
            .trace
            .pieces(other, BandKind::Main)
            .is_some_and(|pieces| pieces.before(self.t_ns).is_some() || pieces.at(self.t_ns - 1).is_some());
        // A wait that ended later than this moment was not yet ended then: it is where the walk came from a message in between.
        (other != self.lane && known && wait.end == self.t_ns && !self.met.contains(&other)).then_some(other)
    }

    fn climb(&mut self) -> bool {
        let parent = self.trace.lane(self.lane).map_or(0, |lane| lane.parent);
        let known = parent != 0 && parent != self.lane && !self.met.contains(&parent);
        self.met.push(self.lane);
        self.lane = parent;
        known
    }

    fn step(&mut self, from_ns: u64, state: Option<State>, wait: Option<SegmentId>) {
        let (lane, to_ns) = (self.lane, self.t_ns);
        self.t_ns = from_ns;
        self.met.clear();
        match self.steps.last_mut() {
            Some(later) if (later.lane, later.state, later.wait) == (lane, state, wait) => later.from_ns = from_ns,
            _ => self.steps.push(Step { lane, from_ns, to_ns, state, wait }),
        }
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, SegmentKind};

    use super::*;
    use crate::sample::*;

    fn steps(path: &[Step]) -> Vec<(u32, u64, u64)> {
        path.iter().map(|step| (step.lane, step.from_ns / MS, step.to_ns / MS)).collect()
    }

    #[test]
    fn it_leads_from_the_wait_to_who_ended_it_and_to_who_gave_birth() {
        let path = critical_path(&trace());
        // The main process ends last; the first worker's message ended its wait, and before that worker's code there was only the parent.
        assert_eq!(steps(&path), [(MAIN, 0, 10), (FIRST, 10, 80), (FIRST, 80, 90), (MAIN, 90, 100)]);
        assert!(path.windows(2).all(|pair| pair[0].to_ns == pair[1].from_ns));
        assert_eq!(
            sentence(&trace(), &path),
            "Of 100 ms on the critical path: 80 % on a core, 10 % unknown, 10 % off the cores."
        );
    }

    #[test]
    fn a_wait_that_nobody_ended_is_a_step_with_a_name() {
        let mut trace = Trace::new();
        let segments = [segment(MAIN, SegmentKind::Run, 0, 100), segment(MAIN, SegmentKind::Sleep, 20, 90)].into_iter().collect();
        trace.apply(&Chunk { to_ns: 100 * MS, lanes: lanes(), segments, ..Chunk::default() });
        let path = critical_path(&trace);
        assert_eq!(steps(&path), [(MAIN, 0, 20), (MAIN, 20, 90), (MAIN, 90, 100)]);
        assert!(sentence(&trace, &path).contains("70 % waiting for the clock (sleep)"));
    }

    #[test]
    fn two_that_end_each_others_waits_at_one_moment_do_not_lead_in_a_circle() {
        let waits = |lane, other| Segment { released_by: other, ..segment(lane, SegmentKind::BarrierWait, 10, 50) };
        let mut trace = Trace::new();
        let segments = [
            segment(MAIN, SegmentKind::Run, 0, 50),
            segment(FIRST, SegmentKind::Run, 5, 50),
            waits(MAIN, FIRST),
            waits(FIRST, MAIN),
        ];
        trace.apply(&Chunk { to_ns: 50 * MS, lanes: lanes(), segments: segments.into_iter().collect(), ..Chunk::default() });
        let path = critical_path(&trace);
        assert_eq!(path.last().map(|step| step.to_ns), Some(50 * MS));
        assert_eq!(path.first().map(|step| step.from_ns), Some(0));
    }

    #[test]
    fn an_empty_run_has_none() {
        assert!(critical_path(&Trace::new()).is_empty());
        assert_eq!(sentence(&Trace::new(), &[]), "");
    }
}
