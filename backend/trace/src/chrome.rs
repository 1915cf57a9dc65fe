//! The exported trace: Chrome's trace event format, which Perfetto opens.
//!
//! Made from the run's chunks alone, so that whoever kept them can export. Times are microseconds since the run's zero.
//! Waits, holds, tasks and phases stand in the rows of their threads, time on cores in a process of its own named `Cores`, and
//! there too, without a category, the time for which a thread was ready and had no core; [`rows`] says what stands beside, and
//! [`counters`] what is counted. No other categories are used than PROTOCOL.md names; what fits none stands in `args` (an
//! exception, with the phase it ended) or in `otherData` ([`findings`]).
//!
//! Perfetto draws an arrow from slice to slice, not from moment to moment, and takes for its end the slice that began last in the
//! row, even if that is over. So at both ends of a message lies a slice without length and category, `sent` or `received`.
//!
//! In `args` a key is always there, `null` when nothing is known. Events are written one by one: as a tree of values, a long
//! run's would take a hundred times the room.

mod counters;
mod findings;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use forkyard_wire::timeline::{Arrow, Category, Chunk, Lane, LaneKind, Level, Mark, MarkKind, Object, Segment, SegmentKind};
use serde::Serialize;
use serde_json::value::RawValue;

use self::counters::Counted;
use self::findings::Findings;
use self::rows::Rows;

/// The process id of the rows of cores: beyond any that a kernel gives.
const CORES_PID: u32 = 1_000_000_000;
/// Among them, the row of a thread's readiness is this and the thread's lane.
const READY_TID: u32 = CORES_PID + 1_000_000;
/// The rows beside those of the threads are this and a number each.
const BESIDE_TID: u32 = CORES_PID + 2_000_000;
/// The process id of the counters of objects. It has no rows of threads.
const OBJECTS_PID: u32 = CORES_PID + 3_000_000;

/// The trace of a run, from all its chunks in order: an object with `traceEvents`, as JSON.
pub fn export<'a>(chunks: impl IntoIterator<Item = &'a Chunk>) -> Box<RawValue> {
    let chunks: Vec<&Chunk> = chunks.into_iter().collect();
    let mut tables = Tables::new(&chunks);
    let marks = chunks.iter().flat_map(|chunk| &chunk.marks).filter(|mark| mark.kind == MarkKind::Exception);
    tables.exceptions = marks.map(|mark| (mark.lane, mark.text.as_str())).collect();
    let ended = chunks.iter().flat_map(|chunk| chunk.segments.iter());
    tables.ready = ended.filter(|segment| segment.kind == SegmentKind::Runnable).map(|segment| segment.lane).collect();
    // What had not ended in the last chunk was cut off there.
    let open = || chunks.last().into_iter().flat_map(|chunk| chunk.open.iter());
    let segments = || chunks.iter().flat_map(|chunk| in_time(chunk)).chain(open());
    tables.rows = Rows::of(segments(), |lane| tables.lanes.get(&lane).map(|lane| place(lane)));
    let mut text = Text::new();
    tables.titles(&mut text);
    segments().enumerate().for_each(|(index, segment)| tables.segment((index, &segment), &mut text));
    chunks.iter().flat_map(|chunk| &chunk.marks).for_each(|mark| tables.mark(mark, &mut text));
    let arrows = chunks.iter().flat_map(|chunk| chunk.arrows.iter());
    arrows.enumerate().for_each(|(index, arrow)| tables.arrow(index + 1, &arrow, &mut text));
    tables.levels(chunks.iter().flat_map(|chunk| chunk.levels.iter()), &mut text);
    let end = chunks.last().map_or(0, |chunk| chunk.to_ns);
    for (at, used) in counters::cores_used(segments(), end) {
        text.push(&Event { ph: "C", name: "cores", ts: Some(micros(at)), ..event_at((CORES_PID, CORES_PID), used) });
    }
    text.finish(&Findings::of(&chunks, &tables))
}

/// A chunk's segments in the order of their starts, as a trace is read; the chunk has each lane's together.
fn in_time(chunk: &Chunk) -> Vec<Segment> {
    let mut segments: Vec<Segment> = chunk.segments.iter().collect();
    segments.sort_by_key(|segment| segment.start);
    segments
}

/// One event of the trace.
#[derive(Serialize)]
struct Event<'a, A> {
    ph: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cat: Option<&'a str>,
    name: &'a str,
    pid: u32,
    tid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bp: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'a str>,
    args: A,
}

#[derive(Serialize)]
struct Title<'a> {
    name: &'a str,
}

/// Rows of processes stand in the order of this.
#[derive(Serialize)]
struct Place {
    sort_index: u32,
}

#[derive(Serialize)]
struct Life<'a> {
    parent: Option<&'a str>,
    exit_code: Option<i32>,
    signal: Option<&'a str>,
    exception: Option<&'a str>,
    // Of processes, and of those whose end was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_us: Option<f64>,
}

#[derive(Serialize)]
struct Waited<'a> {
    object: Option<&'a str>,
    line: Option<u32>,
    held_by: Option<&'a str>,
    released_by: Option<&'a str>,
}

#[derive(Serialize)]
struct Held<'a> {
    object: Option<&'a str>,
    line: Option<u32>,
}

#[derive(Serialize)]
struct Done<'a> {
    object: Option<&'a str>,
    function: Option<&'a str>,
    index: u32,
    line: Option<u32>,
}

#[derive(Serialize)]
struct OnCore<'a> {
    process: Option<&'a str>,
    thread: Option<&'a str>,
}

#[derive(Serialize)]
struct Passed<'a> {
    object: Option<&'a str>,
    bytes: u32,
    // Most messages are too small for it to be told: without a key a million of them take a quarter less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pickling_us: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unpickling_us: Option<f64>,
}

#[derive(Serialize)]
struct Printed<'a> {
    stream: &'a str,
    text: &'a str,
}

/// The trace as far as it is written.
struct Text(Vec<u8>);

impl Text {
    fn new() -> Self {
        Text(b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[".to_vec())
    }

    fn push<A: Serialize>(&mut self, event: &Event<'_, A>) {
        let before = self.0.len();
        if self.0.last() != Some(&b'[') {
            self.0.extend(b",\n");
        }
        if serde_json::to_writer(&mut self.0, event).is_err() {
            self.0.truncate(before); // Cannot happen: the types above are plain, and memory does not refuse.
        }
    }

    /// The name of a process, and its place among them.
    fn process(&mut self, name: &str, sort_index: u32, place: (u32, u32)) {
        self.title("process_name", name, place);
        self.push(&Event { ph: "M", name: "process_sort_index", ..event_at(place, Place { sort_index }) });
    }

    /// The name of a process or thread.
    fn title(&mut self, what: &str, name: &str, place: (u32, u32)) {
        self.push(&Event { ph: "M", name: what, ..event_at(place, Title { name }) });
    }

    fn finish(mut self, findings: &Findings<'_>) -> Box<RawValue> {
        self.0.extend(b"],\"otherData\":");
        if serde_json::to_writer(&mut self.0, findings).is_err() {
            self.0.extend(b"{}"); // As above.
        }
        self.0.push(b'}');
        let text = String::from_utf8(self.0).unwrap_or_default();
        RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
    }
}

/// What rows refer to by id.
struct Tables<'a> {
    lanes: BTreeMap<u32, &'a Lane>,
    objects: BTreeMap<u32, &'a Object>,
    strings: Vec<&'a str>,
    /// The exception that left each lane's code, if one did.
    exceptions: BTreeMap<u32, &'a str>,
    /// Lanes that were ready without a core.
    ready: BTreeSet<u32>,
    rows: Rows,
}

impl<'a> Tables<'a> {
    fn new(chunks: &[&'a Chunk]) -> Self {
        Tables {
            lanes: chunks.iter().flat_map(|chunk| &chunk.lanes).map(|lane| (lane.id, lane)).collect(),
            objects: chunks.iter().flat_map(|chunk| &chunk.objects).map(|object| (object.id, object)).collect(),
            strings: chunks.iter().flat_map(|chunk| &chunk.strings).map(String::as_str).collect(),
            exceptions: BTreeMap::new(),
            ready: BTreeSet::new(),
            rows: Rows::default(),
        }
    }

    /// The names of processes and threads.
    fn titles(&self, text: &mut Text) {
        let cores = self.lanes.values().find(|lane| lane.kind == LaneKind::Core);
        if let Some(core) = cores {
            text.process("Cores", 0, place(core));
        }
        for lane in self.lanes.values() {
            let thread = if lane.kind == LaneKind::Process { "MainThread" } else { &lane.name };
            if lane.kind == LaneKind::Process {
                text.process(&lane.name, lane.id.saturating_add(1), place(lane));
            }
            text.title("thread_name", thread, place(lane));
        }
        let waits = self.ready.iter().filter_map(|id| self.lanes.get(id));
        for lane in waits {
            let (process, thread) = self.who(lane.id);
            let name = format!("ready: {} {}", process.unwrap_or("?"), thread.unwrap_or("?"));
            text.title("thread_name", &name, ready_place(lane));
        }
        for (row, lane) in self.rows.beside().filter_map(|(row, lane)| Some((row, self.lanes.get(&lane)?))) {
            let thread = self.who(lane.id).1.unwrap_or("?");
            text.title("thread_name", &format!("beside {thread}"), (place(lane).0, BESIDE_TID.saturating_add(row)));
        }
    }

    fn segment(&self, (index, segment): (usize, &Segment), text: &mut Text) {
        let Some(lane) = self.lanes.get(&segment.lane) else { return };
        let (pid, tid) = place(lane);
        let place = (pid, self.rows.row(index).map_or(tid, |row| BESIDE_TID.saturating_add(row)));
        let (object, line) = (self.object(segment.object), line(segment.line));
        match segment.kind.category() {
            Category::Lifecycle => {
                let ends = matches!(segment.kind, SegmentKind::Run | SegmentKind::Import | SegmentKind::Unpickle);
                let exception = self.exceptions.get(&lane.id).copied().filter(|_| ends);
                let (parent, signal) = (self.name(lane.parent), lane.signal.as_deref());
                let cpu_us = lane.cpu_ns.map(micros);
                let args = Life { parent, exit_code: lane.exit_code, signal, exception, cpu_us };
                text.push(&slice(segment, "lifecycle", segment.kind.name(), event_at(place, args)));
            }
            Category::Wait => {
                let (held_by, released_by) = (self.name(segment.holder), self.name(segment.released_by));
                // What is joined is no object of the program's, but has a name.
                let joins = matches!(segment.kind, SegmentKind::ProcessJoin | SegmentKind::ThreadJoin);
                let (object, held_by) = if joins { (object.or(held_by), None) } else { (object, held_by) };
                let args = Waited { object, line, held_by, released_by };
                text.push(&slice(segment, "wait", segment.kind.name(), event_at(place, args)));
            }
            Category::Hold => text.push(&slice(segment, "hold", segment.kind.name(), event_at(place, Held { object, line }))),
            Category::Task => {
                let function = (segment.detail as usize).checked_sub(1).and_then(|index| self.strings.get(index)).copied();
                let args = Done { object, function, index: segment.index, line };
                text.push(&slice(segment, "task", function.unwrap_or("task"), event_at(place, args)));
            }
            // Who holds it is in the waits for it.
            Category::Gil => {}
            // Not in its thread's row: there it would cut across the waits.
            Category::Core if segment.kind == SegmentKind::Runnable => {
                let (process, thread) = self.who(segment.lane);
                let event = event_at(ready_place(lane), OnCore { process, thread });
                text.push(&Event { cat: None, ..slice(segment, "", "ready", event) });
            }
            Category::Core => {
                let (process, thread) = self.who(segment.holder);
                text.push(&slice(segment, "core", process.unwrap_or("a helper"), event_at(place, OnCore { process, thread })));
            }
        }
    }

    fn mark(&self, mark: &Mark, text: &mut Text) {
        let Some(lane) = self.lanes.get(&mark.lane) else { return };
        let mut push = |cat, stream| {
            let args = Printed { stream, text: &mark.text };
            text.push(&Event { cat: Some(cat), name: stream, ..instant(mark, event(lane, args)) });
        };
        match mark.kind {
            MarkKind::Stdout => push("output", "stdout"),
            MarkKind::Stderr => push("output", "stderr"),
            // They are in the `args` of the phases.
            MarkKind::Exception | MarkKind::Signal => {}
        }
    }

    /// Both ends of a message, each with the slice that it is at.
    fn arrow(&self, id: usize, arrow: &Arrow, text: &mut Text) {
        let (Some(from), Some(to)) = (self.lanes.get(&arrow.from), self.lanes.get(&arrow.to)) else { return };
        let object = self.object(arrow.object);
        let end = |ph, name, (lane, at): (&Lane, u64)| {
            let part = |nanos: u32| (nanos != 0).then(|| micros(u64::from(nanos)));
            let (pickling_us, unpickling_us) = (part(arrow.pickling), part(arrow.unpickling));
            let args = Passed { object, bytes: arrow.bytes, pickling_us, unpickling_us };
            Event { ph, name, ts: Some(micros(at)), ..event(lane, args) }
        };
        let (id, cat, name) = (Some(id), Some("message"), object.unwrap_or("message"));
        let (from, to) = ((*from, arrow.sent), (*to, arrow.received));
        text.push(&Event { dur: Some(0.0), ..end("X", "sent", from) });
        text.push(&Event { id, cat, ..end("s", name, from) });
        text.push(&Event { dur: Some(0.0), ..end("X", "received", to) });
        // To the slice that encloses the moment, and not to the next one that begins.
        text.push(&Event { id, cat, bp: Some("e"), ..end("f", name, to) });
    }

    /// How many waited for each object, or lay in it.
    fn levels(&self, levels: impl Iterator<Item = Level>, text: &mut Text) {
        let names = counters::names(self.objects.values().copied());
        let place = (OBJECTS_PID, OBJECTS_PID);
        let mut levels = levels.filter_map(|level| Some((names.get(&level.object)?, level))).peekable();
        if levels.peek().is_some() {
            text.process("Objects", 1, place);
        }
        for (name, level) in levels {
            text.push(&Event { ph: "C", name, ts: Some(micros(level.at)), ..event_at(place, Counted::of(&level)) });
        }
    }

    fn name(&self, lane: u32) -> Option<&'a str> {
        self.lanes.get(&lane).map(|lane| lane.name.as_str())
    }

    fn object(&self, object: u32) -> Option<&'a str> {
        self.objects.get(&object).map(|object| object.name.as_str())
    }

    /// The names of a lane's process and thread.
    fn who(&self, lane: u32) -> (Option<&'a str>, Option<&'a str>) {
        match self.lanes.get(&lane) {
            Some(lane) if lane.kind == LaneKind::Thread => (self.name(lane.parent), Some(&lane.name)),
            Some(lane) => (Some(&lane.name), Some("MainThread")),
            None => (None, None),
        }
    }
}

/// The process and thread id of a lane's row.
fn place(lane: &Lane) -> (u32, u32) {
    match lane.kind {
        LaneKind::Process | LaneKind::Thread => (lane.pid, lane.tid),
        LaneKind::Core => (CORES_PID, CORES_PID.saturating_add(1).saturating_add(lane.pid)),
    }
}

/// Those of the row of its readiness.
fn ready_place(lane: &Lane) -> (u32, u32) {
    (CORES_PID, READY_TID.saturating_add(lane.id))
}

/// An event in a lane of which nothing more is known.
fn event<'a, A>(lane: &Lane, args: A) -> Event<'a, A> {
    event_at(place(lane), args)
}

/// The same in a row.
fn event_at<'a, A>((pid, tid): (u32, u32), args: A) -> Event<'a, A> {
    Event { ph: "X", cat: None, name: "", pid, tid, ts: None, dur: None, id: None, bp: None, s: None, args }
}

/// A stretch of time.
fn slice<'a, A>(segment: &Segment, cat: &'a str, name: &'a str, event: Event<'a, A>) -> Event<'a, A> {
    let (ts, dur) = (Some(micros(segment.start)), Some(micros(segment.end - segment.start)));
    Event { cat: Some(cat), name, ts, dur, ..event }
}

/// A moment, of this thread's row.
fn instant<'a, A>(mark: &Mark, event: Event<'a, A>) -> Event<'a, A> {
    Event { ph: "i", s: Some("t"), ts: Some(micros(mark.at_ns)), ..event }
}

fn line(line: u32) -> Option<u32> {
    (line != 0).then_some(line)
}

fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1000.0
}
