//! Segments and messages in words: who, how long, for what, held by whom, ended by whom, on which line.
//!
//! The words are the program's own: the names of its processes and variables, the lines of its source.

use forkyard_wire::timeline::{Arrow, LaneKind, Mark, MarkKind, Segment, SegmentKind};

use crate::spot::Spot;
use crate::state::State;
use crate::trace::{SegmentId, Trace};
use crate::units::{bytes, duration};

/// So many letters of a print are repeated.
const LONGEST: usize = 60;

/// A lane's name as a sentence says it: `Process-2`, `Thread-1 of MainProcess`, `core 0`.
pub fn who(trace: &Trace, lane: u32) -> String {
    match trace.lane(lane) {
        None if lane == 0 => "another program".to_owned(),
        None => format!("lane {lane}"),
        Some(lane) => match (lane.kind, trace.lane(lane.parent)) {
            (LaneKind::Thread, Some(process)) => format!("{} of {}", lane.name, process.name),
            (LaneKind::Core, _) => lane.name.to_ascii_lowercase(),
            _ => lane.name.clone(),
        },
    }
}

/// An object's name as a sentence says it, marked as a name of the program's, since `a` and `to` are names too; `other` where it has none.
pub fn named(trace: &Trace, object: u32, other: &str) -> String {
    trace.object(object).map_or_else(|| other.to_owned(), |object| format!("`{}`", object.name))
}

/// A task's function, by the number of its name.
pub fn function(trace: &Trace, name: u32) -> String {
    trace.string(name).map_or_else(|| "a function".to_owned(), |name| format!("`{name}`"))
}

/// What is got from an object: of a pool its workers get tasks.
pub fn got_from(trace: &Trace, object: u32) -> &'static str {
    let has_tasks = |kind: &str| kind.ends_with("Pool") || kind.ends_with("Executor");
    if trace.object(object).is_some_and(|object| has_tasks(&object.kind)) { "a task" } else { "a message" }
}

/// The sentence of a segment where it is seen.
pub fn spot(trace: &Trace, spot: &Spot) -> String {
    let (Some(state), Some((from, to))) = (spot.state(trace), spot.extent(trace)) else {
        return segment(trace, spot.segment);
    };
    let who = who(trace, spot.lane);
    match state {
        State::Off => {
            let length = duration(to - from);
            format!("{who} was in its code but on no core for {length}; what it waited for was not recorded.")
        }
        _ => segment(trace, spot.segment),
    }
}

/// The sentence of a segment.
pub fn segment(trace: &Trace, id: SegmentId) -> String {
    let Some(row) = trace.segment(id) else { return String::new() };
    let tense = if trace.is_open(id) { Tense::Still } else { Tense::Over };
    let words = Words { trace, row, who: who(trace, row.lane), length: duration(row.end - row.start), tense };
    words.sentence()
}

/// The sentence of a message.
pub fn arrow(trace: &Trace, arrow: &Arrow) -> String {
    let through = named(trace, arrow.object, "a pipe");
    let (from, to) = (who(trace, arrow.from), who(trace, arrow.to));
    let (size, length) = (bytes(arrow.bytes.into()), duration(arrow.received - arrow.sent));
    let parts = match parts(arrow) {
        parts if parts.is_empty() => parts,
        parts => format!(" It was {parts}."),
    };
    format!("{from} sent {size} to {to} through {through}; it arrived {length} later.{parts}")
}

/// How long a message was pickled and unpickled: `pickled in 2 ms, unpickled in 1 ms`. Empty where nobody recorded it.
pub fn parts(arrow: &Arrow) -> String {
    let part = |what: &str, ns: u32| if ns == 0 { String::new() } else { format!("{what} in {}", duration(ns.into())) };
    let (before, after) = (part("pickled", arrow.pickling), part("unpickled", arrow.unpickling));
    let between = if before.is_empty() || after.is_empty() { "" } else { ", " };
    format!("{before}{between}{after}")
}

/// The sentence of a print, an exception or a signal.
pub fn mark(trace: &Trace, mark: &Mark) -> String {
    let (who, text) = (who(trace, mark.lane), first_line(&mark.text));
    match mark.kind {
        MarkKind::Stdout => format!("{who} printed “{text}”."),
        MarkKind::Stderr => format!("{who} wrote “{text}” to standard error."),
        MarkKind::Exception => format!("An exception left the code of {who}: {text}."),
        MarkKind::Signal => format!("{text} ended {who}."),
    }
}

/// The first line of a print, cut where it is long.
pub fn first_line(text: &str) -> String {
    let line = text.trim_start_matches(['\n', '\r']).lines().next().unwrap_or("").trim_end();
    let more = text.trim_end().len() > text.find(line).unwrap_or(0) + line.len();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if more => format!("{line}…"),
        None => line.to_owned(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tense {
    Over,
    Still,
}

struct Words<'a> {
    trace: &'a Trace,
    row: &'a Segment,
    who: String,
    length: String,
    tense: Tense,
}

impl Words<'_> {
    fn sentence(&self) -> String {
        use SegmentKind::*;
        let Self { who, length, .. } = self;
        let line = self.line();
        let object = self.object();
        match self.row.kind {
            Fork => match self.parent() {
                Some(parent) => format!("{who} was copied from {parent} in {length} (fork)."),
                None => format!("{who} was copied from its parent in {length} (fork)."),
            },
            Exec => format!("The kernel loaded the interpreter of {who} in {length} (exec)."),
            Boot => format!("The interpreter of {who} started in {length}."),
            Import => format!("{who} imported the main module in {length}."),
            Unpickle => format!("{who} unpickled what it was given in {length}."),
            Run => match self.tense {
                Tense::Over => format!("{who} was in the program's code for {length}."),
                Tense::Still => format!("{who} has been in the program's code for {length}."),
            },
            Exit => format!("{who} took {length} from the end of its code to its end.{}", self.how_it_ended()),
            Zombie => match self.parent() {
                Some(parent) if self.tense == Tense::Over => {
                    format!("{who} was dead for {length} before {parent} joined it.{}", self.how_it_ended())
                }
                _ => format!("{who} has been dead for {length}, and nobody has joined it.{}", self.how_it_ended()),
            },
            Hold => match self.tense {
                Tense::Over => format!("{who} held {object} for {length}{line}."),
                Tense::Still => format!("{who} has been holding {object} for {length}{line}."),
            },
            GilHold => self.gil_hold(),
            Task => self.task(),
            OnCore => self.on_core(),
            Runnable => format!("{who} was ready for {length}, and every core was taken."),
            Sleep => match self.tense {
                Tense::Over => format!("{who} slept for {length}{line}."),
                Tense::Still => format!("{who} has been asleep for {length}{line}."),
            },
            _ => self.wait(),
        }
    }

    fn wait(&self) -> String {
        let (what, act) = self.reason();
        let verb = match self.tense {
            Tense::Over => "waited",
            Tense::Still => "has been waiting",
        };
        let held = match self.row.holder {
            _ if self.is_join() => String::new(),
            0 => String::new(),
            holder if holder == self.row.lane => ", held by itself".to_owned(),
            holder => format!(", held by {}", who(self.trace, holder)),
        };
        let ended = match self.row.released_by {
            0 => String::new(),
            lane if lane == self.row.lane => format!("; its own {act} ended it"),
            lane => format!("; {}'s {act} ended it", who(self.trace, lane)),
        };
        format!("{} {verb} {} {what}{}{held}{ended}.", self.who, self.length, self.line())
    }

    /// What was waited for, and whose act ends such a wait.
    fn reason(&self) -> (String, &'static str) {
        use SegmentKind::*;
        let object = self.object();
        match self.row.kind {
            QueueGet => (format!("for {} from {object}", got_from(self.trace, self.row.object)), "put"),
            QueuePut => (format!("for room in {object}"), "get"),
            ConnectionRecv => (format!("for a message on {object}"), "send"),
            ConnectionSend => (format!("for room in the pipe {object}"), "recv"),
            ProcessJoin => (format!("for {} to end", self.joined(&object)), "exit"),
            ThreadJoin => (format!("for {} to end", self.joined(&object)), "end"),
            EventWait => (format!("for {object} to be set"), "set"),
            ConditionWait if self.trace.object(self.row.object).is_some_and(|object| object.kind.ends_with("Queue")) => {
                (format!("for all tasks of {object} to be done"), "task_done")
            }
            ConditionWait => (format!("for a notice on {object}"), "notify"),
            BarrierWait => (format!("at {object} for the others"), "arrival"),
            SemaphoreAcquire => (format!("for a permit of {object}"), "release"),
            AsyncResultGet => (format!("for a result from {object}"), "result"),
            Gil => ("for the interpreter's lock (GIL)".to_owned(), "hand-over"),
            Input => ("for input".to_owned(), "line"),
            _ => (format!("for {object}"), "release"),
        }
    }

    fn is_join(&self) -> bool {
        matches!(self.row.kind, SegmentKind::ProcessJoin | SegmentKind::ThreadJoin)
    }

    /// Who is joined: of a single process or thread, its lane.
    fn joined(&self, object: &str) -> String {
        match [self.row.holder, self.row.released_by].into_iter().find(|lane| *lane != 0) {
            Some(lane) if self.row.object == 0 => who(self.trace, lane),
            None if self.row.object == 0 => "another".to_owned(),
            _ => object.to_owned(),
        }
    }

    fn gil_hold(&self) -> String {
        let verb = if self.tense == Tense::Over { "held" } else { "has been holding" };
        let why = match (self.tense, self.row.detail) {
            (Tense::Still, _) => "",
            (Tense::Over, 0) => "; it gave it up freely",
            (Tense::Over, _) => "; another thread had asked for it",
        };
        format!("{} {verb} the interpreter's lock (GIL) for {}{why}.", self.who, self.length)
    }

    fn task(&self) -> String {
        let function = function(self.trace, self.row.detail);
        let number = self.row.index;
        let pool = match self.row.object {
            0 => String::new(),
            _ => format!(" of {}", self.object()),
        };
        let verb = match self.tense {
            Tense::Over => "ran",
            Tense::Still => "has been running",
        };
        format!("{} {verb} {function}, task {number}{pool}, for {}{}.", self.who, self.length, self.line())
    }

    fn on_core(&self) -> String {
        let core = who(self.trace, self.row.lane);
        let (verb, length) = (if self.tense == Tense::Over { "was" } else { "has been" }, &self.length);
        match self.row.holder {
            0 => format!("Another program {verb} on {core} for {length}."),
            lane => format!("{} {verb} on {core} for {length}.", who(self.trace, lane)),
        }
    }

    fn parent(&self) -> Option<String> {
        let parent = self.trace.lane(self.row.lane)?.parent;
        (parent != 0).then(|| who(self.trace, parent))
    }

    fn how_it_ended(&self) -> String {
        match self.trace.lane(self.row.lane).map(|lane| (lane.exit_code, lane.signal.as_deref())) {
            Some((_, Some(signal))) => format!(" {signal} ended it."),
            Some((Some(code), None)) if code != 0 => format!(" Its exit code was {code}."),
            _ => String::new(),
        }
    }

    fn object(&self) -> String {
        let nameless = match self.row.kind {
            SegmentKind::LockAcquire | SegmentKind::Hold => "a lock",
            SegmentKind::QueueGet | SegmentKind::QueuePut => "a queue",
            SegmentKind::AsyncResultGet => "a pool",
            _ => "something without a name",
        };
        named(self.trace, self.row.object, nameless)
    }

    fn line(&self) -> String {
        match self.row.line {
            0 => String::new(),
            line => format!(" (line {line})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::Chunk;

    use super::*;
    use crate::band::BandKind;
    use crate::sample::{CORE_0, FIRST, LOCK, MAIN, MS, POOL, QUEUE, SECOND, THREAD, trace};

    fn said(trace: &Trace, lane: u32, kind: SegmentKind) -> String {
        let found = trace.segments().find(|(_, row)| row.lane == lane && row.kind == kind);
        segment(trace, found.expect("such a segment").0)
    }

    fn said_of(row: Segment) -> String {
        let mut trace = trace();
        trace.apply(&Chunk { to_ns: 200 * MS, segments: [row].into_iter().collect(), ..Chunk::default() });
        let last = trace.segments().last().expect("the row").0;
        segment(&trace, last)
    }

    #[test]
    fn a_wait_says_for_what_who_held_it_and_who_ended_it() {
        assert_eq!(
            said(&trace(), SECOND, SegmentKind::LockAcquire),
            "Process-2 waited 10 ms for `counter_lock` (line 14), held by Process-1; Process-1's release ended it."
        );
        assert_eq!(
            said(&trace(), MAIN, SegmentKind::QueueGet),
            "MainProcess waited 80 ms for a message from `results` (line 20); Process-1's put ended it."
        );
    }

    #[test]
    fn a_worker_waits_for_a_task_and_a_queues_join_for_all_of_them() {
        let of = |object, kind| Segment { object, ..segment_ms(THREAD, kind, 100, 101) };
        assert_eq!(said_of(of(POOL, SegmentKind::QueueGet)), "Thread-1 of MainProcess waited 1 ms for a task from `pool`.");
        assert_eq!(
            said_of(of(QUEUE, SegmentKind::ConditionWait)),
            "Thread-1 of MainProcess waited 1 ms for all tasks of `results` to be done."
        );
    }

    #[test]
    fn who_is_joined_is_told_even_when_it_did_not_end() {
        let join = Segment { holder: SECOND, ..segment_ms(MAIN, SegmentKind::ProcessJoin, 100, 101) };
        assert_eq!(said_of(join), "MainProcess waited 1 ms for Process-2 to end.");
        let ended = Segment { released_by: SECOND, ..join };
        assert_eq!(said_of(ended), "MainProcess waited 1 ms for Process-2 to end; Process-2's exit ended it.");
    }

    #[test]
    fn a_wait_that_goes_on_is_said_so() {
        let mut trace = trace();
        let row = Segment { object: LOCK, holder: FIRST, ..segment_ms(SECOND, SegmentKind::LockAcquire, 100, 130) };
        trace.apply(&Chunk { to_ns: 130 * MS, open: [row].into_iter().collect(), ..Chunk::default() });
        let id = trace.segments().last().expect("the row").0;
        assert_eq!(segment(&trace, id), "Process-2 has been waiting 30 ms for `counter_lock`, held by Process-1.");
    }

    #[test]
    fn a_hold_a_task_and_a_core_have_their_words() {
        let trace = trace();
        assert_eq!(said(&trace, FIRST, SegmentKind::Hold), "Process-1 held `counter_lock` for 20 ms (line 14).");
        assert_eq!(said(&trace, FIRST, SegmentKind::Task), "Process-1 ran `square`, task 7 of `pool`, for 70 ms (line 9).");
        assert_eq!(said(&trace, CORE_0, SegmentKind::OnCore), "MainProcess was on core 0 for 10 ms.");
    }

    #[test]
    fn no_kind_of_segment_leaves_a_hole_in_its_sentence() {
        for kind in forkyard_wire::timeline::SEGMENT_KINDS {
            let text = said_of(segment_ms(THREAD, kind, 100, 101));
            assert!(text.ends_with('.') && !text.contains("  ") && !text.contains(" ."), "{kind:?}: {text}");
            let told = [" 1 ms", "Thread-1 of MainProcess", "Another program"];
            assert!(text.contains(told[0]) && (text.contains(told[1]) || text.contains(told[2])), "{kind:?}: {text}");
        }
    }

    #[test]
    fn time_in_the_code_but_on_no_core_is_not_called_running() {
        let trace = trace();
        let piece = trace.pieces(MAIN, BandKind::Main).and_then(|pieces| pieces.at(95 * MS)).expect("a piece");
        assert_eq!(
            spot(&trace, &Spot::of(&piece, 0, MAIN, BandKind::Main)),
            "MainProcess was in its code but on no core for 10 ms; what it waited for was not recorded."
        );
    }

    #[test]
    fn a_message_says_its_size_its_way_and_its_time() {
        let trace = trace();
        assert_eq!(
            arrow(&trace, &trace.arrows()[0]),
            "Process-1 sent 512 B to MainProcess through `results`; it arrived 11 ms later."
        );
    }

    #[test]
    fn a_large_message_says_what_it_took_to_pickle() {
        let trace = trace();
        let said = |pickling, unpickling| arrow(&trace, &Arrow { pickling, unpickling, ..trace.arrows()[0] });
        assert!(said(2_000_000, 1_500_000).ends_with(" It was pickled in 2 ms, unpickled in 1.5 ms."), "{}", said(1, 1));
        assert!(said(0, 1_000_000).ends_with(" later. It was unpickled in 1 ms."), "{}", said(0, 1));
    }

    #[test]
    fn a_print_is_repeated_and_a_long_one_is_cut() {
        let trace = trace();
        let said = |kind, text: &str| mark(&trace, &Mark { lane: FIRST, at_ns: 0, kind, text: text.to_owned() });
        assert_eq!(said(MarkKind::Stdout, "hello\n"), "Process-1 printed “hello”.");
        assert_eq!(said(MarkKind::Stdout, "one\ntwo\n"), "Process-1 printed “one…”.");
        assert_eq!(said(MarkKind::Exception, "ValueError"), "An exception left the code of Process-1: ValueError.");
        assert_eq!(said(MarkKind::Signal, "SIGKILL"), "SIGKILL ended Process-1.");
        assert_eq!(first_line(&"é".repeat(100)).chars().count(), LONGEST + 1);
    }

    fn segment_ms(lane: u32, kind: SegmentKind, start_ms: u64, end_ms: u64) -> Segment {
        crate::sample::segment(lane, kind, start_ms, end_ms)
    }
}
