//! Stories that are certain: the merge found them, or they are plain figures of lives and deaths.

use forkyard_wire::timeline::{LaneKind, MarkKind, SegmentKind};

use super::{Run, at_least};
use crate::sentence::{first_line, function, who};
use crate::sums::Sum;
use crate::units::duration;

impl Run<'_> {
    pub(super) fn deadlock(&self) -> Option<String> {
        self.trace.findings().deadlocks.first().map(|deadlock| deadlock.text.clone())
    }

    /// A process that a signal or an exception ended. Not SIGTERM: pools end their idle workers with it.
    pub(super) fn death(&self) -> Option<String> {
        let children = self.trace.lanes().iter().filter(|lane| lane.kind == LaneKind::Process && lane.parent != 0);
        for lane in children {
            let cause = match (&lane.signal, lane.exit_code) {
                (Some(signal), _) if signal != "SIGTERM" => signal.clone(),
                (None, Some(code)) if code != 0 => {
                    let mut marks = self.trace.marks().iter();
                    let Some(raised) = marks.find(|mark| mark.lane == lane.id && mark.kind == MarkKind::Exception) else {
                        continue;
                    };
                    format!("“{}”", first_line(&raised.text))
                }
                _ => continue,
            };
            let last = self
                .trace
                .segments()
                .find(|(_, row)| row.lane == lane.id && row.kind == SegmentKind::Task && Some(row.end) == lane.end_ns);
            let task = last.map_or_else(String::new, |(_, row)| {
                let function = function(self.trace, row.detail);
                format!(" while it ran {function} for {}", self.object(row.object))
            });
            return Some(format!("{cause} ended {}{task}.", lane.name));
        }
        None
    }

    pub(super) fn race(&self) -> Option<String> {
        let lost = &self.trace.findings().lost_updates;
        let worst = lost.iter().max_by_key(|found| found.count)?;
        let updates: u32 = lost.iter().filter(|found| found.object == worst.object).map(|found| found.count).sum();
        let lines = if worst.line == worst.other_line {
            format!("line {}", worst.line)
        } else {
            format!("lines {} and {}", worst.line, worst.other_line)
        };
        Some(format!(
            "Updates of {} were lost, {updates} in all: {} and {} changed it at the same time ({lines}).",
            self.object(worst.object),
            who(self.trace, worst.lane),
            who(self.trace, worst.other_lane),
        ))
    }

    /// Processes, or threads, of which no two lived at one time, as when each is joined before the next one is started: that is no
    /// quicker than without them. Two may be meant so, three are a loop; and it is their work that must have made the run long.
    pub(super) fn in_turn(&self) -> Option<String> {
        let children = self.trace.lanes().iter().filter(|lane| lane.kind != LaneKind::Core && lane.parent != 0);
        let mut lives: Vec<(u64, u64)> = children.map(|lane| (lane.start_ns, lane.end_ns.unwrap_or(u64::MAX))).collect();
        lives.sort_unstable();
        let workers = self.tally(&|row| {
            let child = self.trace.lane(row.lane).is_some_and(|lane| lane.parent != 0);
            (row.kind == SegmentKind::Run && child).then_some(row.lane)
        });
        let worked = self.run_of_all(&workers);
        let told = workers.len() >= 3 && lives.windows(2).all(|pair| pair[0].1 <= pair[1].0) && self.matters(worked);
        told.then(|| {
            format!(
                "{} ran one after the other, {} in all: each had ended before the next one was started.",
                self.names(&workers),
                duration(worked)
            )
        })
    }

    /// Processes whose new interpreters take longer to start than what they are for: at least twice as long, so that a little more work
    /// would not make it worth while. A copied process is not told: that is quick, and of tiny work everything is longer.
    pub(super) fn birth(&self) -> Option<String> {
        let child = |lane: u32| self.trace.lane(lane).is_some_and(|lane| lane.kind == LaneKind::Process && lane.parent != 0);
        let phase = |row: &Sum| row.kind as u8 <= SegmentKind::Unpickle as u8;
        let births = self.tally(&|row| (phase(row) && child(row.lane)).then_some(row.lane));
        let anew = self.tally(&|row| (row.kind == SegmentKind::Boot && child(row.lane)).then_some(row.lane));
        let (longest, ran) = (births.most()?.1, self.run_of_all(&births));
        (anew.sum() > 0 && at_least(births.sum(), ran, 2.0) && self.matters(longest)).then(|| {
            let (names, each) = (self.names(&births), if births.len() > 1 { ", added up" } else { "" });
            let (birth, boot, work) = (duration(births.sum()), duration(anew.sum()), duration(ran));
            format!("Starting {names} took {birth}{each}, {boot} of it for a new interpreter; the work took {work}.")
        })
    }
}
