//! What can be pointed at and is no segment: how many cores were used, a level of an object, a gap where events were lost, updates that
//! were lost.

use forkyard_wire::timeline::{LaneKind, Level, LostUpdates, Measure};

use crate::band::BandKind;
use crate::order::by_key;
use crate::sentence::{named, who};
use crate::trace::Trace;
use crate::units::{count, duration};

/// Something that is no segment, by its place among a trace's findings. Stable for the life of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finding {
    /// How many there were of something at a moment.
    Level {
        /// The object.
        object: u32,
        /// Of what.
        measure: Measure,
        /// The moment.
        at_ns: u64,
    },
    /// How many cores the run was on while the same were on them.
    Cores {
        /// Nanoseconds since the run's zero.
        from_ns: u64,
        /// Nanoseconds since the run's zero, more than `from_ns`.
        to_ns: u64,
    },
    /// A gap.
    Gap(u32),
    /// Lost updates.
    LostUpdates(u32),
}

impl Finding {
    /// It in a sentence; empty when the trace has no such finding.
    pub fn sentence(self, trace: &Trace) -> String {
        self.said(trace).unwrap_or_default()
    }

    /// The cores in use at a moment; none where no cores were recorded.
    pub fn cores(trace: &Trace, at_ns: u64) -> Option<Self> {
        cores_at(trace, at_ns).map(|(_, (from_ns, to_ns))| Finding::Cores { from_ns, to_ns })
    }

    /// The cores in use in a stretch of time, as long as the same were on them each, in order of time.
    pub(crate) fn all_cores(trace: &Trace, (from_ns, to_ns): (u64, u64)) -> Vec<Self> {
        let mut changes = Vec::new();
        for pieces in core_lanes(trace).filter_map(|core| trace.pieces(core, BandKind::Core)) {
            changes.extend(pieces.within(from_ns, to_ns).flat_map(|piece| [piece.start, piece.end]));
        }
        if core_lanes(trace).next().is_some() {
            changes.extend([0, trace.end_ns()]);
        }
        by_key(&mut changes, |at_ns| (*at_ns, 0));
        changes.dedup();
        changes.windows(2).map(|pair| Finding::Cores { from_ns: pair[0], to_ns: pair[1] }).collect()
    }

    /// From when to when it was so.
    pub fn extent(self, trace: &Trace) -> Option<(u64, u64)> {
        let findings = trace.findings();
        match self {
            Finding::Level { at_ns, .. } => {
                let (level, end) = self.level(trace)?;
                Some((level.at, end.unwrap_or(trace.end_ns()).max(at_ns)))
            }
            Finding::Cores { from_ns, to_ns } => Some((from_ns, to_ns)),
            Finding::Gap(index) => findings.gaps.get(index as usize).map(|gap| (gap.from_ns, gap.to_ns)),
            Finding::LostUpdates(index) => findings.lost_updates.get(index as usize).map(|lost| (lost.at_ns, lost.at_ns)),
        }
    }

    /// The line of the program it happened on, 0 for none.
    pub fn line(self, trace: &Trace) -> u32 {
        match self {
            Finding::LostUpdates(index) => trace.findings().lost_updates.get(index as usize).map_or(0, |lost| lost.line),
            Finding::Level { .. } | Finding::Cores { .. } | Finding::Gap(_) => 0,
        }
    }

    /// The lane on whose row it is seen; none for an object's level and for the cores.
    pub fn lane(self, trace: &Trace) -> Option<u32> {
        let findings = trace.findings();
        match self {
            Finding::Level { .. } | Finding::Cores { .. } => None,
            Finding::Gap(index) => findings.gaps.get(index as usize).map(|gap| gap.lane),
            Finding::LostUpdates(index) => findings.lost_updates.get(index as usize).map(|lost| lost.lane),
        }
    }

    fn said(self, trace: &Trace) -> Option<String> {
        match self {
            Finding::Level { object, measure, at_ns } => {
                let name = named(trace, object, "an object");
                let (from, to) = self.extent(trace)?;
                let value = self.level(trace).filter(|(level, _)| level.at <= at_ns).map_or(0, |(level, _)| level.value) as usize;
                let what = match measure {
                    Measure::Waiters => format!("{} waited for {name}", count(value, "thread", "threads")),
                    Measure::Depth => format!("{} lay in {name}", count(value, "message", "messages")),
                    Measure::Tasks => format!("{} of {name} had no worker yet", count(value, "task", "tasks")),
                };
                Some(format!("{what}, for {}.", duration(to - from)))
            }
            Finding::Cores { from_ns, to_ns } => {
                let users = cores_at(trace, from_ns)?.0;
                let cores = count(core_lanes(trace).count(), "core", "cores");
                let by = users.iter().map(|lane| who(trace, *lane)).collect::<Vec<_>>().join(" and ");
                let used = if by.is_empty() { "none".to_owned() } else { format!("{}, by {by}", users.len()) };
                Some(format!("Of {cores} {used}, for {}.", duration(to_ns - from_ns)))
            }
            Finding::Gap(index) => {
                let gap = trace.findings().gaps.get(index as usize)?;
                let (who, length) = (who(trace, gap.lane), duration(gap.to_ns - gap.from_ns));
                let events = count(gap.events as usize, "event", "events");
                Some(format!("What {who} did for {length} is not known: {events} came too fast to be kept."))
            }
            Finding::LostUpdates(index) => Some(lost_updates(trace, trace.findings().lost_updates.get(index as usize)?)),
        }
    }

    fn level(self, trace: &Trace) -> Option<(Level, Option<u64>)> {
        let Finding::Level { object, measure, at_ns } = self else { return None };
        trace.findings().levels(object, measure)?.at(at_ns)
    }
}

/// Who of the run was on a core at a moment, and from when to when it was so; none where no cores were recorded.
fn cores_at(trace: &Trace, at_ns: u64) -> Option<(Vec<u32>, (u64, u64))> {
    let (mut users, mut extent) = (Vec::new(), (0, trace.end_ns()));
    core_lanes(trace).next()?;
    for pieces in core_lanes(trace).filter_map(|core| trace.pieces(core, BandKind::Core)) {
        let (from, to) = match pieces.at(at_ns) {
            Some(piece) => {
                users.extend(trace.segment(trace.segment_of(&piece)).map(|segment| segment.holder).filter(|lane| *lane != 0));
                (piece.start, piece.end)
            }
            None => {
                (pieces.before(at_ns).map_or(0, |piece| piece.end), pieces.after(at_ns).map_or(u64::MAX, |piece| piece.start))
            }
        };
        extent = (extent.0.max(from), extent.1.min(to));
    }
    (extent.0 < extent.1).then_some((users, extent))
}

fn core_lanes(trace: &Trace) -> impl Iterator<Item = u32> {
    trace.lanes().iter().filter(|lane| lane.kind == LaneKind::Core).map(|lane| lane.id)
}

fn lost_updates(trace: &Trace, lost: &LostUpdates) -> String {
    let name = named(trace, lost.object, "a shared value");
    let times = count(lost.count as usize, "update", "updates");
    let (by, other) = (who(trace, lost.lane), who(trace, lost.other_lane));
    let at = |line: u32| if line == 0 { String::new() } else { format!(" (line {line})") };
    format!(
        "{times} of {name} by {other}{} went lost: {by} wrote what came of the old value{}.",
        at(lost.other_line),
        at(lost.line)
    )
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, Gap};

    use super::*;
    use crate::sample::*;

    fn with(chunk: Chunk) -> Trace {
        let mut trace = trace();
        trace.apply(&chunk);
        trace
    }

    #[test]
    fn a_level_says_how_many_and_how_long() {
        let level = |at: u64, value| Level { object: QUEUE, measure: Measure::Depth, at: at * MS, value };
        let trace = with(Chunk { levels: [level(10, 3), level(30, 0)].into_iter().collect(), ..Chunk::default() });
        let finding = |ms: u64| Finding::Level { object: QUEUE, measure: Measure::Depth, at_ns: ms * MS };
        assert_eq!(finding(20).sentence(&trace), "3 messages lay in `results`, for 20 ms.");
        assert_eq!(finding(20).extent(&trace), Some((10 * MS, 30 * MS)));
        assert_eq!(finding(5).sentence(&trace), "");
    }

    #[test]
    fn the_cores_say_who_was_on_them() {
        let trace = trace();
        let said = |ms: u64| Finding::cores(&trace, ms * MS).map_or_else(String::new, |cores| cores.sentence(&trace));
        assert_eq!(said(20), "Of 2 cores 2, by Process-2 and Process-1, for 30 ms.");
        assert_eq!(said(45), "Of 2 cores 1, by Process-1, for 10 ms.");
        assert_eq!(said(81), "Of 2 cores none, for 2 ms.");
        assert_eq!(said(90), "Of 2 cores none, for 18 ms.");
        assert_eq!(Finding::cores(&Trace::new(), 0), None);
        assert!(Finding::all_cores(&Trace::new(), (0, 1)).is_empty());
    }

    #[test]
    fn what_is_told_of_the_cores_one_after_the_other_is_what_each_moment_tells() {
        let trace = trace();
        let all = Finding::all_cores(&trace, (0, u64::MAX));
        assert_eq!(all.first().and_then(|first| first.extent(&trace)), Some((0, 10 * MS)));
        assert_eq!(all.last().and_then(|last| last.extent(&trace)), Some((82 * MS, trace.end_ns())));
        for cores in &all {
            let (from, to) = cores.extent(&trace).expect("an extent");
            assert_eq!(Finding::cores(&trace, from.midpoint(to)), Some(*cores));
        }
        assert_eq!(Finding::all_cores(&trace, (45 * MS, 46 * MS)).len(), 3, "those of the moment, and what is beside it");
    }

    #[test]
    fn a_gap_and_a_lost_update_say_who() {
        let gap = Gap { lane: FIRST, from_ns: 10 * MS, to_ns: 15 * MS, events: 1200 };
        let lost = LostUpdates {
            object: LOCK,
            element: 0,
            count: 2,
            at_ns: 50 * MS,
            lane: FIRST,
            line: 7,
            other_lane: SECOND,
            other_line: 8,
        };
        let trace = with(Chunk { gaps: vec![gap], lost_updates: vec![lost], ..Chunk::default() });
        let said = Finding::Gap(0).sentence(&trace);
        assert_eq!(said, "What Process-1 did for 5 ms is not known: 1200 events came too fast to be kept.");
        let said = Finding::LostUpdates(0).sentence(&trace);
        assert_eq!(
            said,
            "2 updates of `counter_lock` by Process-2 (line 8) went lost: Process-1 wrote what came of the old value (line 7)."
        );
        assert_eq!((Finding::LostUpdates(0).line(&trace), Finding::Gap(0).lane(&trace)), (7, Some(FIRST)));
        assert_eq!(Finding::Gap(9).sentence(&trace), "");
    }
}
