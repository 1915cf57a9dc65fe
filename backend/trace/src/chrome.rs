//! The exported trace: Chrome's trace event format, which Perfetto opens.
//!
//! Made from the run's chunks alone, so that whoever kept them can export. Times are microseconds since the run's zero.
//! Waits, holds, tasks and phases stand in the rows of their threads, time on cores in a process of its own named `Cores`.
//! In `args` a key is always there, `null` when nothing is known.

use std::collections::BTreeMap;

use forkyard_wire::timeline::{Arrow, Category, Chunk, Lane, LaneKind, Mark, MarkKind, Object, Segment, SegmentKind};
use serde_json::{Value, json};

/// The process id of the rows of cores: beyond any that a kernel gives.
const CORES_PID: u32 = 1_000_000_000;

/// The trace of a run, from all its chunks in order.
pub fn export<'a>(chunks: impl IntoIterator<Item = &'a Chunk>) -> Value {
    let chunks: Vec<&Chunk> = chunks.into_iter().collect();
    let tables = Tables::new(&chunks);
    let mut events = tables.titles();
    for chunk in &chunks {
        events.extend(chunk.segments.iter().filter_map(|segment| tables.segment(&segment)));
        events.extend(chunk.marks.iter().filter_map(|mark| tables.mark(mark)));
    }
    // What had not ended in the last chunk was cut off there.
    let open = chunks.last().into_iter().flat_map(|chunk| chunk.open.iter());
    events.extend(open.filter_map(|segment| tables.segment(&segment)));
    let arrows = chunks.iter().flat_map(|chunk| chunk.arrows.iter()).enumerate();
    events.extend(arrows.filter_map(|(index, arrow)| tables.arrow(index + 1, &arrow)).flatten());
    let lost = chunks.last().map_or(0, |chunk| chunk.lost);
    json!({ "traceEvents": events, "displayTimeUnit": "ms", "otherData": { "events_lost": lost } })
}

/// What rows refer to by id.
struct Tables<'a> {
    lanes: BTreeMap<u32, &'a Lane>,
    objects: BTreeMap<u32, &'a Object>,
    strings: Vec<&'a str>,
}

impl<'a> Tables<'a> {
    fn new(chunks: &[&'a Chunk]) -> Self {
        Tables {
            lanes: chunks.iter().flat_map(|chunk| &chunk.lanes).map(|lane| (lane.id, lane)).collect(),
            objects: chunks.iter().flat_map(|chunk| &chunk.objects).map(|object| (object.id, object)).collect(),
            strings: chunks.iter().flat_map(|chunk| &chunk.strings).map(String::as_str).collect(),
        }
    }

    /// The names of processes and threads.
    fn titles(&self) -> Vec<Value> {
        let title = |what: &str, (pid, tid): (u32, u32), name: &str| json!({ "ph": "M", "name": what, "pid": pid, "tid": tid, "args": { "name": name } });
        let mut titles = Vec::new();
        for lane in self.lanes.values() {
            let place = place(lane);
            match lane.kind {
                LaneKind::Process => {
                    titles.push(title("process_name", place, &lane.name));
                    titles.push(title("thread_name", place, "MainThread"));
                }
                LaneKind::Thread => titles.push(title("thread_name", place, &lane.name)),
                LaneKind::Core => {
                    titles.push(title("process_name", place, "Cores"));
                    titles.push(title("thread_name", place, &lane.name));
                }
            }
        }
        titles
    }

    fn segment(&self, segment: &Segment) -> Option<Value> {
        let lane = self.lanes.get(&segment.lane)?;
        let (category, name, args) = match segment.kind.category() {
            Category::Lifecycle => ("lifecycle", segment.kind.name().to_owned(), self.life(lane)),
            Category::Wait => {
                let args = json!({
                    "object": self.object(segment.object),
                    "line": line(segment.line),
                    "held_by": self.name(segment.holder),
                    "released_by": self.name(segment.released_by),
                });
                ("wait", segment.kind.name().to_owned(), args)
            }
            Category::Hold => {
                let args = json!({ "object": self.object(segment.object), "line": line(segment.line) });
                ("hold", segment.kind.name().to_owned(), args)
            }
            Category::Task => {
                let function = (segment.detail as usize).checked_sub(1).and_then(|index| self.strings.get(index)).copied();
                let args = json!({ "function": function, "index": segment.index, "line": line(segment.line) });
                ("task", function.unwrap_or("task").to_owned(), args)
            }
            // Readiness has no row of its own: in its thread's it would cut across the waits.
            Category::Core if segment.kind == SegmentKind::Runnable => return None,
            Category::Core => {
                let (process, thread) = self.who(segment.holder);
                ("core", process.unwrap_or("?").to_owned(), json!({ "process": process, "thread": thread }))
            }
        };
        let (pid, tid) = place(lane);
        let (ts, dur) = (micros(segment.start), micros(segment.end - segment.start));
        Some(json!({ "ph": "X", "cat": category, "name": name, "pid": pid, "tid": tid, "ts": ts, "dur": dur, "args": args }))
    }

    fn life(&self, lane: &Lane) -> Value {
        json!({ "parent": self.name(lane.parent), "exit_code": lane.exit_code, "signal": lane.signal })
    }

    fn mark(&self, mark: &Mark) -> Option<Value> {
        let (category, name, args) = match mark.kind {
            MarkKind::Stdout => ("output", "stdout", json!({ "stream": "stdout", "text": mark.text })),
            MarkKind::Stderr => ("output", "stderr", json!({ "stream": "stderr", "text": mark.text })),
            MarkKind::Exception => ("exception", mark.text.as_str(), json!({})),
            MarkKind::Signal => ("signal", mark.text.as_str(), json!({})),
        };
        let (pid, tid) = place(self.lanes.get(&mark.lane)?);
        let ts = micros(mark.at_ns);
        Some(json!({ "ph": "i", "cat": category, "name": name, "s": "t", "pid": pid, "tid": tid, "ts": ts, "args": args }))
    }

    /// Both ends of a message.
    fn arrow(&self, id: usize, arrow: &Arrow) -> Option<[Value; 2]> {
        let object = self.object(arrow.object);
        let name = object.unwrap_or("message");
        let end = |phase: &str, lane: u32, at: u64| {
            let (pid, tid) = place(self.lanes.get(&lane)?);
            let args = json!({ "object": object, "bytes": arrow.bytes });
            Some(
                json!({ "ph": phase, "cat": "message", "name": name, "id": id, "pid": pid, "tid": tid, "ts": micros(at), "args": args }),
            )
        };
        let start = end("s", arrow.from, arrow.sent)?;
        let mut finish = end("f", arrow.to, arrow.received)?;
        // To the slice that encloses the moment, and not to the next one that begins.
        finish["bp"] = json!("e");
        Some([start, finish])
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

/// The pid and tid under which a lane stands.
fn place(lane: &Lane) -> (u32, u32) {
    match lane.kind {
        LaneKind::Process | LaneKind::Thread => (lane.pid, lane.tid),
        LaneKind::Core => (CORES_PID, CORES_PID.saturating_add(1).saturating_add(lane.pid)),
    }
}

fn line(line: u32) -> Option<u32> {
    (line != 0).then_some(line)
}

fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1000.0
}
