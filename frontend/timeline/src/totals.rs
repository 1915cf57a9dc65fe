//! A stretch of time in figures: by state for each process, and by what was waited for.

use forkyard_wire::timeline::{Category, LaneKind, SegmentKind};

use crate::band::BandKind;
use crate::order::by_key;
use crate::state::{CLASSES, Class, Hue, STATES, State};
use crate::sums::Sum;
use crate::trace::Trace;

/// A state's part of a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateTotal {
    /// The state.
    pub state: State,
    /// Nanoseconds, added up over the lanes.
    pub ns: u64,
}

/// What was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitTotal {
    /// The kind of wait.
    pub kind: SegmentKind,
    /// The object, 0 where it has none.
    pub object: u32,
    /// Nanoseconds, added up over the lanes.
    pub ns: u64,
    /// How many waits.
    pub waits: usize,
}

/// The states of one lane, or of all processes and threads, that took any time of a stretch; longest first.
pub fn by_state(trace: &Trace, lane: Option<u32>, range: (u64, u64)) -> Vec<StateTotal> {
    let lanes = trace.lanes().iter().filter(|other| other.kind != LaneKind::Core).map(|other| other.id);
    let mut sums = [0_u64; STATES.len()];
    for other in lane.map_or_else(|| lanes.collect(), |lane| vec![lane]) {
        for band in [BandKind::Main, BandKind::Hold, BandKind::Task] {
            let Some(pieces) = trace.pieces(other, band) else { continue };
            let totals = pieces.totals(range.0, range.1);
            sums.iter_mut().zip(totals).for_each(|(sum, total)| *sum += total);
        }
    }
    let mut states: Vec<StateTotal> =
        STATES.iter().map(|state| StateTotal { state: *state, ns: sums[*state as usize] }).filter(|total| total.ns > 0).collect();
    by_key(&mut states, |total| (u64::MAX - total.ns, 0));
    states
}

/// What was waited for in a stretch; longest first.
pub fn by_wait(trace: &Trace, range: (u64, u64)) -> Vec<WaitTotal> {
    // Sorted by kind and object: there are few, and a map of them would be a kilobyte of the page.
    let mut waits: Vec<WaitTotal> = Vec::new();
    let mut add = |sum: Sum| {
        if sum.kind.category() == Category::Wait {
            let place = waits.binary_search_by_key(&(sum.kind as u8, sum.object), |wait| (wait.kind as u8, wait.object));
            let place = place.unwrap_or_else(|place| {
                waits.insert(place, WaitTotal { kind: sum.kind, object: sum.object, ns: 0, waits: 0 });
                place
            });
            waits[place].ns += sum.ns;
            waits[place].waits += sum.rows;
        }
    };
    if range.0 == 0 && range.1 >= trace.end_ns() {
        // Asked for with each chunk of a run that goes on.
        trace.sums().for_each(&mut add);
    } else {
        trace.segments().filter_map(|(_, row)| Sum::of(row, range)).for_each(&mut add);
    }
    by_key(&mut waits, |total| (u64::MAX - total.ns, 0));
    waits
}

/// The mean number of cores that this run's processes were on; none where nobody recorded it. Of the whole of a run that is over it is
/// what the kernel charged for, which is a little more than the picture shows.
pub fn cores_used(trace: &Trace, range: (u64, u64)) -> Option<f64> {
    let length = range.1.saturating_sub(range.0);
    if range.0 == 0
        && range.1 >= trace.end_ns()
        && let Some(charged) = charged(trace).filter(|_| length > 0)
    {
        return Some(charged as f64 / length as f64);
    }
    let cores: Vec<u32> = trace.lanes().iter().filter(|lane| lane.kind == LaneKind::Core).map(|lane| lane.id).collect();
    if cores.is_empty() || length == 0 {
        return None;
    }
    let pieces = cores.iter().filter_map(|core| trace.pieces(*core, BandKind::Core));
    let hues = Class::of_hue(Hue(1)).index()..=Class::of_hue(Hue(Hue::COUNT)).index();
    let busy: u64 = pieces.map(|pieces| pieces.totals(range.0, range.1)[hues.clone()].iter().sum::<u64>()).sum();
    Some(busy as f64 / length as f64)
}

/// What the kernel charged all processes for, in nanoseconds, when that is known of each.
fn charged(trace: &Trace) -> Option<u64> {
    let mut processes = trace.lanes().iter().filter(|lane| lane.kind == LaneKind::Process).peekable();
    processes.peek()?;
    processes.map(|lane| lane.cpu_ns).sum()
}

/// The mean number of cores that this run's processes were on in each of `out.len()` equal parts of a window.
pub fn cores_used_in(trace: &Trace, window: (f64, f64), out: &mut [f32]) {
    out.fill(0.0);
    let mut shares = vec![[0.0; CLASSES]; out.len()];
    for lane in trace.lanes().iter().filter(|lane| lane.kind == LaneKind::Core) {
        let Some(pieces) = trace.pieces(lane.id, BandKind::Core) else { continue };
        pieces.shares(window.0, window.1, &mut shares);
        for (used, share) in out.iter_mut().zip(&shares) {
            let hues = Class::of_hue(Hue(1)).index()..=Class::of_hue(Hue(Hue::COUNT)).index();
            *used += share[hues].iter().sum::<f32>();
        }
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, Lane};

    use super::*;
    use crate::sample::*;

    #[test]
    fn a_process_has_its_time_by_state() {
        let totals = by_state(&trace(), Some(SECOND), (0, 100 * MS));
        let of = |state| totals.iter().find(|total| total.state == state).map(|total| total.ns / MS);
        assert_eq!(of(State::OnCore), Some(60));
        assert_eq!(of(State::Wait), Some(10));
        assert_eq!(of(State::Hold), Some(5));
        assert_eq!(of(State::Runnable), None);
    }

    #[test]
    fn waits_are_added_up_by_what_was_waited_for_and_cut_at_the_range() {
        let waits = by_wait(&trace(), (45 * MS, 100 * MS));
        let found: Vec<_> = waits.iter().map(|wait| (wait.kind, wait.object, wait.ns / MS, wait.waits)).collect();
        assert_eq!(found, [(SegmentKind::QueueGet, QUEUE, 45, 1), (SegmentKind::LockAcquire, LOCK, 5, 1)]);
    }

    #[test]
    fn the_waits_of_all_of_a_run_are_those_that_a_full_look_finds_also_the_open_ones() {
        let mut trace = trace();
        let open = segment(MAIN, SegmentKind::Sleep, 90, 100);
        trace.apply(&Chunk { to_ns: 100 * MS, open: [open].into_iter().collect(), ..Chunk::default() });
        let whole = by_wait(&trace, (0, u64::MAX));
        assert!(whole.iter().any(|wait| wait.kind == SegmentKind::Sleep && wait.ns == 10 * MS));
        assert_eq!(whole, by_wait(&trace, (1, u64::MAX)), "nobody waits in the first nanosecond");
        trace.apply(&Chunk { to_ns: 110 * MS, segments: [open].into_iter().collect(), ..Chunk::default() });
        assert_eq!(by_wait(&trace, (0, u64::MAX)), whole, "it has ended and counts once");
    }

    #[test]
    fn the_cores_that_were_used_are_told_pixel_by_pixel() {
        let mut out = [9.0; 10];
        cores_used_in(&trace(), (0.0, 100e6), &mut out);
        let rounded = out.map(|used| (used * 10.0).round() / 10.0);
        assert_eq!(rounded, [1.0, 2.0, 2.0, 2.0, 1.0, 2.0, 2.0, 2.0, 0.0, 0.0]);
    }

    #[test]
    fn cores_of_other_programs_are_not_this_runs() {
        assert_eq!(cores_used(&trace(), (0, 100 * MS)), Some(1.4));
        assert_eq!(cores_used(&trace(), (80 * MS, 82 * MS)), Some(0.0));
        assert_eq!(cores_used(&Trace::new(), (0, 1)), None);
        // What the kernel charged counts for the whole of a run, if it is known of each process.
        let mut charged = trace();
        let lanes: Vec<Lane> = charged.lanes().iter().map(|lane| Lane { cpu_ns: Some(30 * MS), ..lane.clone() }).collect();
        charged.apply(&Chunk { lanes: lanes.clone(), ..Chunk::default() });
        let processes = lanes.iter().filter(|lane| lane.kind == LaneKind::Process).count() as u64;
        let end = charged.end_ns();
        assert_eq!(cores_used(&charged, (0, end)), Some((processes * 30 * MS) as f64 / end as f64));
        assert_eq!(cores_used(&charged, (80 * MS, 82 * MS)), Some(0.0));
    }
}
