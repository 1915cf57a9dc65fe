//! What the merge found, out of `otherData`. Whoever is named there is looked for by the place of his row.

use forkyard_wire::timeline::{Blocked, Deadlock, Gap, LeftOut, LostUpdates, SEGMENT_KINDS};
use serde::Deserialize;

use super::{Run, nanos};

/// The process and thread id of a row.
type Place = (u32, u32);

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
    deadlocks: Vec<Stuck>,
    #[serde(default)]
    lost_updates: Vec<Row>,
    #[serde(default)]
    gaps: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Stuck {
    ts: f64,
    text: String,
    waits: Vec<Row>,
}

/// A wait of a deadlock, lost updates or a gap: each has some of these.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    ts: f64,
    dur: f64,
    name: String,
    place: Place,
    other_place: Place,
    waits_for: Option<Place>,
    object: Option<String>,
    line: Option<u32>,
    other_line: Option<u32>,
    element: u32,
    count: u32,
    events: u64,
}

impl Run {
    /// Adds what was found. What belongs to nobody in the file is left out.
    pub(super) fn found(&mut self, found: &Found) {
        self.chunk.lost = found.events_lost;
        self.chunk.left_out =
            LeftOut { processes: found.processes_left_out, lanes: found.rows_left_out, short: found.short_left_out };
        for stuck in &found.deadlocks {
            let waits = stuck.waits.iter().filter_map(|row| self.blocked(row)).collect();
            self.chunk.deadlocks.push(Deadlock { at_ns: nanos(stuck.ts), text: stuck.text.clone(), waits });
        }
        for row in &found.lost_updates {
            if let (Some(lane), Some(other_lane)) = (self.at(row.place), self.at(row.other_place)) {
                let lost = LostUpdates {
                    object: self.object(row.object.as_deref(), "Value."),
                    element: row.element,
                    count: row.count,
                    at_ns: nanos(row.ts),
                    lane,
                    line: row.line.unwrap_or(0),
                    other_lane,
                    other_line: row.other_line.unwrap_or(0),
                };
                self.chunk.lost_updates.push(lost);
            }
        }
        for row in &found.gaps {
            if let Some(lane) = self.at(row.place) {
                self.chunk.gaps.push(Gap { lane, from_ns: nanos(row.ts), to_ns: nanos(row.ts + row.dur), events: row.events });
            }
        }
    }

    fn blocked(&mut self, row: &Row) -> Option<Blocked> {
        let kind = SEGMENT_KINDS.into_iter().find(|kind| kind.name() == row.name)?;
        let lane = self.at(row.place)?;
        let object = self.object(row.object.as_deref(), kind.name());
        let waits_for = row.waits_for.and_then(|place| self.at(place)).unwrap_or(0);
        Some(Blocked { lane, kind, object, line: row.line.unwrap_or(0), since_ns: nanos(row.ts), waits_for })
    }
}
