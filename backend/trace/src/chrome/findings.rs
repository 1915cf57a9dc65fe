//! What stands beside the exported trace's events, in `otherData`: what the merge found, and what is not in the trace.
//!
//! Whoever is named is told by the place of his row as well, process and thread id, because two processes may have one name.

use forkyard_wire::timeline::{Blocked, Chunk, Deadlock, Gap, LostUpdates};
use serde::Serialize;

use super::{Tables, line, micros, place};

#[derive(Serialize)]
pub(super) struct Findings<'a> {
    events_lost: u64,
    processes_left_out: u32,
    rows_left_out: u32,
    short_left_out: u64,
    deadlocks: Vec<Stuck<'a>>,
    lost_updates: Vec<Lost<'a>>,
    gaps: Vec<Unknown<'a>>,
}

#[derive(Serialize)]
struct Stuck<'a> {
    ts: f64,
    text: &'a str,
    waits: Vec<Wait<'a>>,
}

#[derive(Serialize)]
struct Wait<'a> {
    name: &'static str,
    process: Option<&'a str>,
    thread: Option<&'a str>,
    place: (u32, u32),
    object: Option<&'a str>,
    line: Option<u32>,
    ts: f64,
    /// Nobody in particular is `null`.
    waits_for: Option<(u32, u32)>,
}

#[derive(Serialize)]
struct Lost<'a> {
    ts: f64,
    object: Option<&'a str>,
    element: u32,
    count: u32,
    process: Option<&'a str>,
    place: (u32, u32),
    line: Option<u32>,
    other_process: Option<&'a str>,
    other_place: (u32, u32),
    other_line: Option<u32>,
}

#[derive(Serialize)]
struct Unknown<'a> {
    process: Option<&'a str>,
    place: (u32, u32),
    ts: f64,
    dur: f64,
    events: u64,
}

impl<'a> Findings<'a> {
    pub(super) fn of(chunks: &[&'a Chunk], tables: &Tables<'a>) -> Self {
        let last = chunks.last();
        Findings {
            events_lost: last.map_or(0, |chunk| chunk.lost),
            processes_left_out: last.map_or(0, |chunk| chunk.left_out.processes),
            rows_left_out: last.map_or(0, |chunk| chunk.left_out.lanes),
            short_left_out: last.map_or(0, |chunk| chunk.left_out.short),
            deadlocks: chunks.iter().flat_map(|chunk| &chunk.deadlocks).map(|found| tables.stuck(found)).collect(),
            lost_updates: chunks.iter().flat_map(|chunk| &chunk.lost_updates).map(|found| tables.lost(found)).collect(),
            gaps: chunks.iter().flat_map(|chunk| &chunk.gaps).map(|found| tables.unknown(found)).collect(),
        }
    }
}

impl<'a> Tables<'a> {
    fn stuck(&self, found: &'a Deadlock) -> Stuck<'a> {
        let wait = |blocked: &Blocked| {
            let (process, thread) = self.who(blocked.lane);
            Wait {
                name: blocked.kind.name(),
                process,
                thread,
                place: self.place_of(blocked.lane),
                object: self.object(blocked.object),
                line: line(blocked.line),
                ts: micros(blocked.since_ns),
                waits_for: self.lanes.get(&blocked.waits_for).map(|lane| place(lane)),
            }
        };
        Stuck { ts: micros(found.at_ns), text: &found.text, waits: found.waits.iter().map(wait).collect() }
    }

    fn lost(&self, found: &LostUpdates) -> Lost<'a> {
        Lost {
            ts: micros(found.at_ns),
            object: self.object(found.object),
            element: found.element,
            count: found.count,
            process: self.name(found.lane),
            place: self.place_of(found.lane),
            line: line(found.line),
            other_process: self.name(found.other_lane),
            other_place: self.place_of(found.other_lane),
            other_line: line(found.other_line),
        }
    }

    fn unknown(&self, found: &Gap) -> Unknown<'a> {
        Unknown {
            process: self.name(found.lane),
            place: self.place_of(found.lane),
            ts: micros(found.from_ns),
            dur: micros(found.to_ns.saturating_sub(found.from_ns)),
            events: found.events,
        }
    }

    /// Where a lane's row is; zeros for none.
    fn place_of(&self, lane: u32) -> (u32, u32) {
        self.lanes.get(&lane).map_or((0, 0), |lane| place(lane))
    }
}
