//! What stands beside the exported trace's events, in `otherData`: what the merge found, and what is not in the trace.
//!
//! Each thing found is written as events are, with the row to which it belongs: whoever reads those reads these. It is no event, because
//! the categories of events are known to others.

use forkyard_wire::timeline::{Blocked, Chunk, Deadlock, Gap, LostUpdates};
use serde::Serialize;

use super::{Event, Tables, event_at, line, micros, place};

#[derive(Serialize)]
pub(super) struct Findings<'a> {
    events_lost: u64,
    processes_left_out: u32,
    rows_left_out: u32,
    short_left_out: u64,
    deadlocks: Vec<Event<'a, Stuck<'a>>>,
    lost_updates: Vec<Event<'a, Lost<'a>>>,
    gaps: Vec<Event<'a, Unknown<'a>>>,
}

#[derive(Serialize)]
struct Stuck<'a> {
    text: &'a str,
    waits: Vec<Event<'a, Wait<'a>>>,
}

#[derive(Serialize)]
struct Wait<'a> {
    process: Option<&'a str>,
    thread: Option<&'a str>,
    object: Option<&'a str>,
    line: Option<u32>,
    #[serde(flatten)]
    other: Other,
}

#[derive(Serialize)]
struct Lost<'a> {
    object: Option<&'a str>,
    element: u32,
    count: u32,
    process: Option<&'a str>,
    line: Option<u32>,
    other_process: Option<&'a str>,
    #[serde(flatten)]
    other: Other,
    other_line: Option<u32>,
}

/// The row of who would have to act, or did; zeros when it is nobody in particular.
#[derive(Serialize)]
struct Other {
    other_pid: u32,
    other_tid: u32,
}

#[derive(Serialize)]
struct Unknown<'a> {
    process: Option<&'a str>,
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
    fn stuck(&self, found: &'a Deadlock) -> Event<'a, Stuck<'a>> {
        let waits: Vec<_> = found.waits.iter().map(|wait| self.wait(wait)).collect();
        // It closed in the row of the last who came to wait.
        let last = found.waits.iter().max_by_key(|wait| wait.since_ns).map_or(0, |wait| wait.lane);
        self.found("deadlock", (last, found.at_ns), Stuck { text: &found.text, waits })
    }

    fn wait(&self, found: &Blocked) -> Event<'a, Wait<'a>> {
        let (process, thread) = self.who(found.lane);
        let (object, line, other) = (self.object(found.object), line(found.line), self.other(found.waits_for));
        self.found(found.kind.name(), (found.lane, found.since_ns), Wait { process, thread, object, line, other })
    }

    fn lost(&self, found: &LostUpdates) -> Event<'a, Lost<'a>> {
        let args = Lost {
            object: self.object(found.object),
            element: found.element,
            count: found.count,
            process: self.name(found.lane),
            line: line(found.line),
            other_process: self.name(found.other_lane),
            other: self.other(found.other_lane),
            other_line: line(found.other_line),
        };
        self.found("lost update", (found.lane, found.at_ns), args)
    }

    fn unknown(&self, found: &Gap) -> Event<'a, Unknown<'a>> {
        let args = Unknown { process: self.name(found.lane), events: found.events };
        let dur = Some(micros(found.to_ns.saturating_sub(found.from_ns)));
        Event { ph: "X", dur, ..self.found("gap", (found.lane, found.from_ns), args) }
    }

    fn found<A>(&self, name: &'a str, (lane, at): (u32, u64), args: A) -> Event<'a, A> {
        let place = self.place_of(lane);
        Event { ph: "i", name, ts: Some(micros(at)), ..event_at(place, args) }
    }

    fn other(&self, lane: u32) -> Other {
        let (other_pid, other_tid) = self.place_of(lane);
        Other { other_pid, other_tid }
    }

    fn place_of(&self, lane: u32) -> (u32, u32) {
        self.lanes.get(&lane).map_or((0, 0), |lane| place(lane))
    }
}
