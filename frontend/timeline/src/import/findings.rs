//! What the merge found, out of `otherData`: it is written there as events are.

use forkyard_wire::timeline::{Blocked, Deadlock, Gap, LeftOut, LostUpdates, SEGMENT_KINDS};
use serde::Deserialize;

use super::{Event, Run, nanos};

#[derive(Debug, Deserialize)]
pub(super) struct Found {
    events_lost: u64,
    #[serde(default)]
    processes_left_out: u32,
    #[serde(default)]
    rows_left_out: u32,
    #[serde(default)]
    short_left_out: u64,
    #[serde(default)]
    deadlocks: Vec<Event>,
    #[serde(default)]
    lost_updates: Vec<Event>,
    #[serde(default)]
    gaps: Vec<Event>,
}

impl Run {
    /// Adds what was found. What belongs to nobody in the file is left out.
    pub(super) fn found(&mut self, found: &Found) {
        self.chunk.lost = found.events_lost;
        self.chunk.left_out =
            LeftOut { processes: found.processes_left_out, lanes: found.rows_left_out, short: found.short_left_out };
        for event in &found.deadlocks {
            let waits = event.args.waits.iter().filter_map(|wait| self.blocked(wait)).collect();
            self.chunk.deadlocks.push(Deadlock { at_ns: nanos(event.ts), text: event.args.text.clone(), waits });
        }
        for event in &found.lost_updates {
            let args = &event.args;
            let (lane, other_lane) = (self.at((event.pid, event.tid)), self.at((args.other_pid, args.other_tid)));
            if let (Some(lane), Some(other_lane)) = (lane, other_lane) {
                let lost = LostUpdates {
                    object: self.object(args.object.as_deref(), "Value."),
                    element: args.element,
                    count: args.count,
                    at_ns: nanos(event.ts),
                    lane,
                    line: args.line.unwrap_or(0),
                    other_lane,
                    other_line: args.other_line.unwrap_or(0),
                };
                self.chunk.lost_updates.push(lost);
            }
        }
        for event in &found.gaps {
            if let Some(lane) = self.at((event.pid, event.tid)) {
                let (from_ns, to_ns) = (nanos(event.ts), nanos(event.ts + event.dur));
                self.chunk.gaps.push(Gap { lane, from_ns, to_ns, events: event.args.events });
            }
        }
    }

    fn blocked(&mut self, wait: &Event) -> Option<Blocked> {
        let kind = SEGMENT_KINDS.into_iter().find(|kind| kind.name() == wait.name)?;
        let lane = self.at((wait.pid, wait.tid))?;
        let object = self.object(wait.args.object.as_deref(), kind.name());
        let waits_for = self.at((wait.args.other_pid, wait.args.other_tid)).unwrap_or(0);
        Some(Blocked { lane, kind, object, line: wait.args.line.unwrap_or(0), since_ns: nanos(wait.ts), waits_for })
    }
}
