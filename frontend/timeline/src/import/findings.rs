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

#[cfg(test)]
mod tests {
    use super::super::tests::{both, imported};
    use super::*;
    use crate::deadlock::deadlock;
    use crate::trace::Trace;

    const FOUND: &str = include_str!("../../../../backend/trace/tests/golden/found_trace.json");
    const CHUNKS: &str = include_str!("../../../../backend/trace/tests/golden/found_chunks.json");

    #[test]
    fn what_was_found_comes_back() {
        let (exported, back) = both(CHUNKS, FOUND);
        let told = |trace: &Trace| {
            let found = trace.findings();
            let name = |lane| trace.lane(lane).map(|lane| lane.name.clone());
            let object = |id| trace.object(id).map(|object| object.name.clone());
            let lost = found.lost_updates.iter().map(|lost| {
                let (lane, other) = (name(lost.lane), name(lost.other_lane));
                (lost.at_ns, object(lost.object), lost.element, lost.count, lane, lost.line, other, lost.other_line)
            });
            let wait = |wait: &Blocked| {
                let (lane, waits_for) = (name(wait.lane), name(wait.waits_for));
                (lane, wait.kind, object(wait.object), wait.line, wait.since_ns, waits_for)
            };
            let deadlocks = found.deadlocks.iter().map(|found| (found.at_ns, found.text.clone()));
            let waits = found.deadlocks.iter().flat_map(|found| &found.waits).map(wait);
            (lost.collect::<Vec<_>>(), deadlocks.collect::<Vec<_>>(), waits.collect::<Vec<_>>(), found.left_out)
        };
        assert_eq!(told(&back), told(&exported));
        assert_eq!(deadlock(&back).map(|waits| waits.len()), Some(2));
        assert_eq!(back.findings().lost_updates.len(), 1);
    }

    #[test]
    fn a_gap_comes_back_and_what_was_left_out() {
        let named = r#"{"ph":"M","name":"process_name","pid":1,"tid":1,"args":{"name":"a"}}"#;
        let other = r#"{"events_lost":7,"rows_left_out":2,"gaps":[{"pid":1,"tid":1,"ts":1.5,"dur":2,"args":{"events":7}},{"pid":9,"tid":9,"ts":0,"dur":1}]}"#;
        let chunk = imported(&format!(r#"{{"traceEvents":[{named}],"otherData":{other}}}"#)).unwrap();
        assert_eq!(chunk.gaps, [Gap { lane: 1, from_ns: 1_500, to_ns: 3_500, events: 7 }]);
        assert_eq!((chunk.lost, chunk.left_out.lanes), (7, 2));
    }
}
