//! A run out of the trace that was exported of it: Chrome's trace event format, as `forkyard run --trace` and the page write it.
//!
//! The opposite of `backend/trace`'s export, as far as that keeps what there was. Not in the file are: types and lines of objects,
//! which are told apart by their names alone; the line that started a process; the time spent with the interpreter's lock. What is
//! counted is in the file, for Perfetto, and is left there.
//! Traces of other programs are refused.

mod findings;

use forkyard_wire::timeline::{
    Arrow, Category, Chunk, Lane, LaneKind, Mark, MarkKind, Object, SEGMENT_KINDS, Segment, SegmentKind,
};
use serde::Deserialize;

use self::findings::Found;

/// The process id of the rows of cores, as the export has it.
const CORES_PID: u32 = 1_000_000_000;

/// What the names of the rows begin with that show when a thread was ready. They are no lanes.
const READY: &str = "ready: ";

/// What the export calls the first thread of a process.
const MAIN_THREAD: &str = "MainThread";

/// The last moment that is believed, some 52 days: sums of many such times are numbers still.
const LATEST_NS: u64 = 1 << 52;

/// The file.
#[derive(Debug, Deserialize)]
pub struct File {
    /// Its events, in any order.
    #[serde(rename = "traceEvents")]
    events: Vec<Event>,
    #[serde(rename = "otherData")]
    other: Found,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Event {
    ph: String,
    cat: String,
    name: String,
    pid: u32,
    tid: u32,
    ts: f64,
    dur: f64,
    id: u64,
    args: Args,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Args {
    name: Option<String>,
    parent: Option<String>,
    exit_code: Option<i32>,
    signal: Option<String>,
    exception: Option<String>,
    cpu_us: Option<f64>,
    object: Option<String>,
    line: Option<u32>,
    held_by: Option<String>,
    released_by: Option<String>,
    function: Option<String>,
    index: u32,
    process: Option<String>,
    thread: Option<String>,
    bytes: u32,
    pickling_us: Option<f64>,
    unpickling_us: Option<f64>,
    text: String,
    other_pid: u32,
    other_tid: u32,
    other_line: Option<u32>,
    element: u32,
    count: u32,
    events: u64,
    waits: Vec<Event>,
}

/// The whole run as one chunk.
pub fn import(file: &File) -> Result<Chunk, ImportError> {
    let mut run = Run { chunk: Chunk::default(), sent: Vec::new() };
    let titles = file.events.iter().filter(|event| event.ph == "M" && event.pid <= CORES_PID);
    titles.filter(|event| event.name != "process_sort_index").for_each(|event| run.title(event));
    if !run.chunk.lanes.iter().any(|lane| lane.kind == LaneKind::Process) {
        return Err(ImportError::NoProcess);
    }
    for event in &file.events {
        match event.ph.as_str() {
            // The ends of messages have slices, so that Perfetto draws arrows there.
            "X" if event.cat.is_empty() && event.pid != CORES_PID => {}
            "X" => run.slice(event)?,
            "i" => run.moment(event)?,
            "s" | "f" => run.message(event)?,
            _ => {}
        }
    }
    run.found(&file.other);
    Ok(run.finish())
}

/// Why a file is no run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Nobody is named.
    #[error("no process is named in it")]
    NoProcess,
    /// Something happened to nobody.
    #[error("`{name}` belongs to process {pid}, which is not in it")]
    Nobody {
        /// What happened.
        name: String,
        /// To whom.
        pid: u32,
    },
    /// Something that no run of ours has.
    #[error("`{name}` is nothing that Forkyard records")]
    Unknown {
        /// What happened.
        name: String,
    },
}

struct Run {
    chunk: Chunk,
    /// Messages of which the beginning was met: the number, the sender's lane, when.
    sent: Vec<(u64, u32, u64)>,
}

impl Run {
    fn title(&mut self, event: &Event) {
        let core = event.pid == CORES_PID;
        let process = event.name == "process_name";
        let name = event.args.name.as_deref().unwrap_or_default();
        // A core's row is named by its thread, a process's by its process; other threads are named alone.
        if (core && (process || name.starts_with(READY))) || (!core && !process && event.pid == event.tid) {
            return;
        }
        let kind = match (core, process) {
            (true, _) => LaneKind::Core,
            (false, true) => LaneKind::Process,
            (false, false) => LaneKind::Thread,
        };
        self.chunk.lanes.push(Lane {
            id: self.chunk.lanes.len() as u32 + 1,
            kind,
            name: name.to_owned(),
            parent: 0,
            pid: if core { event.tid.saturating_sub(CORES_PID + 1) } else { event.pid },
            tid: if core { 0 } else { event.tid },
            start_ns: u64::MAX,
            end_ns: None,
            exit_code: None,
            signal: None,
            cpu_ns: None,
        });
    }

    fn slice(&mut self, event: &Event) -> Result<(), ImportError> {
        let ready = event.cat.is_empty() && event.pid == CORES_PID;
        let lane = match ready {
            true => self.thread(event.args.process.as_deref(), event.args.thread.as_deref()),
            false => self.lane(event)?,
        };
        let kind = match event.cat.as_str() {
            _ if ready => Some(SegmentKind::Runnable),
            "task" => Some(SegmentKind::Task),
            "core" => Some(SegmentKind::OnCore),
            _ => SEGMENT_KINDS.into_iter().find(|kind| kind.name() == event.name),
        };
        let kind = kind.ok_or_else(|| ImportError::Unknown { name: event.name.clone() })?;
        let start = nanos(event.ts);
        let end = nanos(event.ts + event.dur).max(start);
        let args = &event.args;
        // Who is joined stands in place of an object, and is none.
        let joins = matches!(kind, SegmentKind::ProcessJoin | SegmentKind::ThreadJoin);
        let joined = if joins { self.process(args.object.as_deref()) } else { 0 };
        let object = if joined == 0 { self.object(args.object.as_deref(), kind.name()) } else { 0 };
        let holder = match kind {
            _ if joined != 0 => joined,
            SegmentKind::OnCore => self.thread(args.process.as_deref(), args.thread.as_deref()),
            _ => self.process(args.held_by.as_deref()),
        };
        let segment = Segment {
            lane,
            kind,
            start,
            end,
            object,
            line: args.line.unwrap_or(0),
            holder,
            released_by: self.process(args.released_by.as_deref()),
            detail: self.string(args.function.as_deref()),
            index: args.index,
        };
        self.chunk.segments.push(segment);
        if kind.category() == Category::Lifecycle {
            self.live(lane, &segment, args);
        }
        Ok(())
    }

    /// What a stretch of a life tells of the whole.
    fn live(&mut self, lane: u32, segment: &Segment, args: &Args) {
        let parent = self.process(args.parent.as_deref());
        let Some(lane) = self.chunk.lanes.get_mut(lane as usize - 1) else { return };
        lane.start_ns = lane.start_ns.min(segment.start);
        // Dead, it waits to be joined: its life is over before.
        let end = if segment.kind == SegmentKind::Zombie { segment.start } else { segment.end };
        lane.end_ns = Some(lane.end_ns.unwrap_or(0).max(end));
        lane.parent = parent;
        lane.exit_code = args.exit_code;
        lane.signal.clone_from(&args.signal);
        lane.cpu_ns = args.cpu_us.map(nanos);
        let lane = lane.id;
        if let Some(text) = &args.exception {
            self.chunk.marks.push(Mark { lane, at_ns: segment.end, kind: MarkKind::Exception, text: text.clone() });
        }
    }

    fn moment(&mut self, event: &Event) -> Result<(), ImportError> {
        let (kind, text) = match (event.cat.as_str(), event.name.as_str()) {
            ("output", "stderr") => (MarkKind::Stderr, &event.args.text),
            ("output", _) => (MarkKind::Stdout, &event.args.text),
            _ => return Err(ImportError::Unknown { name: event.name.clone() }),
        };
        let lane = self.lane(event)?;
        self.chunk.marks.push(Mark { lane, at_ns: nanos(event.ts), kind, text: text.clone() });
        Ok(())
    }

    /// One end of a message; the other has the same number and comes after it.
    fn message(&mut self, event: &Event) -> Result<(), ImportError> {
        let (lane, at) = (self.lane(event)?, nanos(event.ts));
        if event.ph == "s" {
            self.sent.push((event.id, lane, at));
            return Ok(());
        }
        // The two ends stand beside each other in the file: the last that began is looked at first.
        if let Some(place) = self.sent.iter().rposition(|(id, ..)| *id == event.id) {
            let (_, from, sent) = self.sent.swap_remove(place);
            let object = self.object(event.args.object.as_deref(), "Queue");
            self.chunk.arrows.push(Arrow {
                object,
                bytes: event.args.bytes,
                from,
                sent,
                to: lane,
                received: at.max(sent),
                pickling: nanos(event.args.pickling_us.unwrap_or(0.0)) as u32,
                unpickling: nanos(event.args.unpickling_us.unwrap_or(0.0)) as u32,
            });
        }
        Ok(())
    }

    fn finish(mut self) -> Chunk {
        let ends = self.chunk.segments.iter().map(|segment| segment.end);
        self.chunk.to_ns = ends.chain(self.chunk.marks.iter().map(|mark| mark.at_ns)).max().unwrap_or(0);
        for place in 0..self.chunk.lanes.len() {
            let lane = &self.chunk.lanes[place];
            let parent = match lane.kind {
                LaneKind::Thread => {
                    self.chunk.lanes.iter().find(|other| other.kind == LaneKind::Process && other.pid == lane.pid)
                }
                LaneKind::Process | LaneKind::Core => None,
            };
            let parent = parent.map_or(lane.parent, |parent| parent.id);
            let lane = &mut self.chunk.lanes[place];
            lane.parent = parent;
            if lane.start_ns == u64::MAX {
                lane.start_ns = 0;
            }
            if let (Some(text), Some(at_ns)) = (lane.signal.clone(), lane.end_ns) {
                self.chunk.marks.push(Mark { lane: lane.id, at_ns, kind: MarkKind::Signal, text });
            }
        }
        self.chunk
    }

    /// The lane of an event.
    fn lane(&self, event: &Event) -> Result<u32, ImportError> {
        let nobody = || ImportError::Nobody { name: event.name.clone(), pid: event.pid };
        self.at((event.pid, event.tid)).ok_or_else(nobody)
    }

    /// The lane of a row, by its process and thread id.
    fn at(&self, (pid, tid): (u32, u32)) -> Option<u32> {
        let core = pid == CORES_PID;
        let found = self.chunk.lanes.iter().find(|lane| match lane.kind {
            LaneKind::Core => core && tid == CORES_PID + 1 + lane.pid,
            LaneKind::Process | LaneKind::Thread => !core && lane.pid == pid && lane.tid == tid,
        });
        found.map(|lane| lane.id)
    }

    /// A process or a thread by its name, 0 when there is none.
    fn process(&self, name: Option<&str>) -> u32 {
        let Some(name) = name else { return 0 };
        let named = |kind| self.chunk.lanes.iter().find(|lane| lane.kind == kind && lane.name == name);
        named(LaneKind::Process).or_else(|| named(LaneKind::Thread)).map_or(0, |lane| lane.id)
    }

    /// A thread by its process's name and its own.
    fn thread(&self, process: Option<&str>, thread: Option<&str>) -> u32 {
        let process = self.process(process);
        let Some(name) = thread.filter(|name| *name != MAIN_THREAD) else { return process };
        let Some(pid) = self.chunk.lanes.iter().find(|lane| lane.id == process).map(|lane| lane.pid) else { return 0 };
        let mut lanes = self.chunk.lanes.iter();
        lanes.find(|lane| lane.kind == LaneKind::Thread && lane.pid == pid && lane.name == name).map_or(process, |lane| lane.id)
    }

    /// An object by its name. Its type is what the first to touch it did: `Lock.acquire` is of a `Lock`.
    fn object(&mut self, name: Option<&str>, touched: &str) -> u32 {
        let Some(name) = name else { return 0 };
        if let Some(known) = self.chunk.objects.iter().find(|object| object.name == name) {
            return known.id;
        }
        let id = self.chunk.objects.len() as u32 + 1;
        let kind = match touched.split_once('.') {
            Some((kind, _)) => kind,
            None if touched == SegmentKind::Task.name() => "Pool",
            None => "Lock",
        };
        self.chunk.objects.push(Object { id, kind: kind.to_owned(), name: name.to_owned(), line: 0 });
        id
    }

    fn string(&mut self, text: Option<&str>) -> u32 {
        let Some(text) = text else { return 0 };
        let known = self.chunk.strings.iter().position(|known| known == text);
        let place = known.unwrap_or_else(|| {
            self.chunk.strings.push(text.to_owned());
            self.chunk.strings.len() - 1
        });
        place as u32 + 1
    }
}

/// Microseconds as the file has them. Somebody may have edited it: no moment is before the run's zero or beyond [`LATEST_NS`].
fn nanos(micros: f64) -> u64 {
    ((micros * 1_000.0).round() as u64).min(LATEST_NS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Trace;

    const GOLDEN: &str = include_str!("../../../backend/trace/tests/golden/trace.json");
    const CHUNKS: &str = include_str!("../../../backend/trace/tests/golden/chunks.json");

    pub(super) fn imported(text: &str) -> Result<Chunk, ImportError> {
        import(&serde_json::from_str(text).unwrap())
    }

    fn traces() -> (Trace, Trace) {
        both(CHUNKS, GOLDEN)
    }

    pub(super) fn both(chunks: &str, file: &str) -> (Trace, Trace) {
        let (mut exported, mut back) = (Trace::new(), Trace::new());
        serde_json::from_str::<Vec<Chunk>>(chunks).unwrap().iter().for_each(|chunk| exported.apply(chunk));
        back.apply(&imported(file).unwrap());
        (exported, back)
    }

    #[test]
    fn the_lanes_come_back_with_their_lives() {
        let (exported, back) = traces();
        let told = |trace: &Trace| -> Vec<String> {
            let name = |lane: u32| trace.lane(lane).map_or(String::new(), |lane| lane.name.clone());
            let tell = |lane: &Lane| {
                format!(
                    "{:?} {} of {} {}:{} {:?} {:?}",
                    lane.kind,
                    lane.name,
                    name(lane.parent),
                    lane.pid,
                    lane.tid,
                    lane.exit_code,
                    lane.signal
                )
            };
            trace.lanes().iter().map(tell).collect()
        };
        assert_eq!(told(&back), told(&exported));
    }

    #[test]
    fn every_segment_that_is_in_the_file_comes_back() {
        let (exported, back) = traces();
        let told = |trace: &Trace| -> Vec<String> {
            let name = |lane: u32| trace.lane(lane).map_or(String::new(), |lane| lane.name.clone());
            let mut rows: Vec<String> = trace
                .segments()
                .filter(|(_, row)| row.kind != SegmentKind::GilHold)
                .map(|(_, row)| {
                    let object = trace.object(row.object);
                    let object = object.map_or("", |object| object.name.as_str());
                    let line = if row.kind.category() == Category::Lifecycle { 0 } else { row.line };
                    let task = trace.string(row.detail).unwrap_or("");
                    format!(
                        "{} {} {}-{} {object} line {} {} {} {task} {}",
                        name(row.lane),
                        row.kind.name(),
                        row.start,
                        row.end,
                        line,
                        name(row.holder),
                        name(row.released_by),
                        row.index
                    )
                })
                .collect();
            rows.sort();
            rows
        };
        assert_eq!(told(&back), told(&exported));
        assert_eq!(back.lost(), exported.lost());
    }

    #[test]
    fn messages_and_moments_come_back() {
        let (exported, back) = traces();
        let arrows = |trace: &Trace| -> Vec<_> {
            let name = |lane: u32| trace.lane(lane).map(|lane| lane.name.clone());
            let parts = |row: &Arrow| (row.bytes, row.pickling, row.unpickling);
            trace.arrows().iter().map(|row| (name(row.from), row.sent, name(row.to), row.received, parts(row))).collect()
        };
        assert_eq!(arrows(&back), arrows(&exported));
        assert!(!back.arrows().is_empty());
        let marks =
            |trace: &Trace| -> Vec<_> { trace.marks().iter().map(|mark| (mark.at_ns, mark.kind, mark.text.clone())).collect() };
        assert_eq!(marks(&back), marks(&exported));
        assert!(!back.marks().is_empty());
    }

    #[test]
    fn what_it_took_to_pickle_a_message_comes_back() {
        let end = |ph: &str, ts: u32| {
            format!(
                r#"{{"ph":"{ph}","cat":"message","id":1,"pid":1,"tid":1,"ts":{ts},"args":{{"bytes":5,"pickling_us":2.5,"unpickling_us":null}}}}"#
            )
        };
        let named = r#"{"ph":"M","name":"process_name","pid":1,"tid":1,"args":{"name":"a"}}"#;
        let text = format!(r#"{{"traceEvents":[{named},{},{}],"otherData":{{"events_lost":0}}}}"#, end("s", 10), end("f", 20));
        let arrows = imported(&text).unwrap().arrows;
        assert_eq!(arrows.iter().map(|arrow| (arrow.pickling, arrow.unpickling)).collect::<Vec<_>>(), [(2_500, 0)]);
    }

    #[test]
    fn another_programs_trace_is_refused_with_its_reason() {
        let file = |events: &str| format!(r#"{{"traceEvents":[{events}],"otherData":{{"events_lost":0}}}}"#);
        assert_eq!(imported(&file("")), Err(ImportError::NoProcess));
        let named = r#"{"ph":"M","name":"process_name","pid":1,"tid":1,"args":{"name":"a"}}"#;
        let gpu = r#"{"ph":"X","cat":"gpu","name":"Draw","pid":1,"tid":1,"ts":0,"dur":1}"#;
        assert_eq!(imported(&file(&format!("{named},{gpu}"))), Err(ImportError::Unknown { name: "Draw".to_owned() }));
        let stranger = r#"{"ph":"X","cat":"wait","name":"sleep","pid":7,"tid":7,"ts":0,"dur":1}"#;
        let nobody = ImportError::Nobody { name: "sleep".to_owned(), pid: 7 };
        assert_eq!(imported(&file(&format!("{named},{stranger}"))), Err(nobody));
    }
}
