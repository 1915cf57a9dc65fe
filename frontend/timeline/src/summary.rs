//! A run in a sentence, and in a paragraph for who does not see the picture.

use forkyard_wire::timeline::{Category, LaneKind, SegmentKind};

use crate::sentence::{got_from, named, segment, who};
use crate::state::State;
use crate::totals::{WaitTotal, by_state, by_wait, cores_used};
use crate::trace::{SegmentId, Trace};
use crate::units::{cores, count, duration, fixed, percent};

/// A wait that took less of the processes' time than this is not worth a word.
const WORTH_SAYING: f64 = 0.01;

/// Of so many processes and threads the paragraph tells how they lived; nobody listens to more.
const MOST_LANES: usize = 24;

/// `2 processes on 1.9 cores; 12 % of the time waiting for lock`. Empty for an empty run.
pub fn sentence(trace: &Trace) -> String {
    over(trace, (0, trace.end_ns()))
}

/// The same for a stretch of the run.
pub fn over(trace: &Trace, range: (u64, u64)) -> String {
    let alive = |kind: LaneKind| {
        let lanes = trace.lanes().iter().filter(move |lane| lane.kind == kind);
        lanes.filter(|lane| lane.start_ns <= range.1 && lane.end_ns.is_none_or(|end| end >= range.0)).count()
    };
    let (processes, threads) = (alive(LaneKind::Process), alive(LaneKind::Thread));
    if processes == 0 {
        return String::new();
    }
    let mut text = count(processes, "process", "processes");
    if threads > 0 {
        text.push_str(&format!(" and {}", count(threads, "further thread", "further threads")));
    }
    if let Some(used) = cores_used(trace, range) {
        text.push_str(&format!(" on {}", cores(used)));
    }
    if let Some(wait) = longest_wait(trace, range) {
        text.push_str(&format!("; {wait}"));
    }
    text
}

/// What the bar above the picture says of a run that is over: its [story](crate::story::story), if it has one, and the sentence.
pub fn headline(trace: &Trace, story: Option<&str>) -> String {
    match story {
        Some(story) => format!("{story} {}", sentence(trace)),
        None => sentence(trace),
    }
}

/// What stands at the head of one of several runs that are over: the sentence, by which they are compared, then the story.
pub fn heading(trace: &Trace, story: Option<&str>) -> String {
    match story {
        Some(story) => format!("{}. {story}", sentence(trace)),
        None => sentence(trace),
    }
}

/// How long two runs took: `processes took 164 ms, threads 312 ms: 1.9 times as long`.
pub fn comparison(first: (&str, &Trace), second: (&str, &Trace)) -> String {
    let (one, other) = (first.1.end_ns(), second.1.end_ns());
    let took = |(name, trace): (&str, &Trace)| {
        format!("{name} {} {}", if was_ended(trace) { "were ended after" } else { "took" }, duration(trace.end_ns()))
    };
    match (one, other) {
        (0, 0) => String::new(),
        (_, 0) => took(first),
        (0, _) => took(second),
        // What was ended early would seem the quicker one.
        _ if was_ended(first.1) || was_ended(second.1) => format!("{}, {}", took(first), took(second)),
        _ => {
            let ratio = other as f64 / one as f64;
            let than = match ratio {
                _ if ratio >= 1.05 => format!("{} times as long", fixed(ratio, 1)),
                _ if ratio <= 0.95 => format!("{} times as fast", fixed(1.0 / ratio, 1)),
                _ => "about the same".to_owned(),
            };
            format!("{} took {}, {} {}: {than}", first.0, duration(one), second.0, duration(other))
        }
    }
}

/// Whether a signal ended the first process, and with it the run.
fn was_ended(trace: &Trace) -> bool {
    let first = trace.lanes().iter().find(|lane| lane.kind == LaneKind::Process);
    first.is_some_and(|lane| lane.signal.is_some())
}

/// The whole picture in words: what ran, for how long, its [story](crate::story::story), how each process spent its time, and what kept it
/// waiting longest.
pub fn paragraph(trace: &Trace, story: Option<&str>) -> String {
    let range = (0, trace.end_ns());
    if trace.is_empty() {
        return String::new();
    }
    let mut text = format!("The run took {}: {}.", duration(range.1), sentence(trace));
    if let Some(story) = story {
        text.push(' ');
        text.push_str(story);
    }
    let waits = longest_waits(trace);
    for (lane, longest_ns, wait) in &waits {
        let states = by_state(trace, Some(*lane), range);
        let life: u64 = states.iter().filter(|total| in_main_band(total.state)).map(|total| total.ns).sum();
        let worth_saying = |ns: u64| ns as f64 > life as f64 * WORTH_SAYING;
        let parts: Vec<String> = states
            .iter()
            .filter(|total| in_main_band(total.state) && worth_saying(total.ns))
            .map(|total| format!("{} {}", percent(total.ns as f64 / life.max(1) as f64), total.state.name()))
            .collect();
        if !parts.is_empty() {
            text.push_str(&format!(" {} lived {}: {}.", who(trace, *lane), duration(life), parts.join(", ")));
        }
        if worth_saying(*longest_ns) {
            text.push_str(&format!(" {}", segment(trace, *wait)));
        }
    }
    let more = trace.lanes().iter().filter(|lane| lane.kind != LaneKind::Core).count() - waits.len();
    if more > 0 {
        text.push_str(&format!(" The table tells of {more} more."));
    }
    if trace.lost() > 0 {
        text.push_str(&format!(" {} were lost, because they came too fast.", count(trace.lost() as usize, "event", "events")));
    }
    text
}

/// What a wait was for, in few words: the lock's name, `a message from` a queue, `other processes to end`.
pub fn wait_object(trace: &Trace, wait: &WaitTotal) -> String {
    let of = |prefix: &str, other: &str| match wait.object {
        0 => other.to_owned(),
        object => format!("{prefix}{}", named(trace, object, "something")),
    };
    match wait.kind {
        SegmentKind::Sleep => "the clock (sleep)".to_owned(),
        SegmentKind::Gil => "the interpreter's lock (GIL)".to_owned(),
        SegmentKind::Input => "input".to_owned(),
        SegmentKind::ProcessJoin => of("the end of ", "other processes to end"),
        SegmentKind::ThreadJoin => of("the end of ", "other threads to end"),
        SegmentKind::QueueGet => of(&format!("{} from ", got_from(trace, wait.object)), "a message"),
        SegmentKind::ConnectionRecv => of("a message on ", "a message"),
        SegmentKind::QueuePut | SegmentKind::ConnectionSend => of("room in ", "room in a pipe"),
        SegmentKind::AsyncResultGet => of("a result from ", "a result"),
        SegmentKind::LockAcquire => of("", "a lock"),
        _ => of("", wait.kind.name()),
    }
}

/// The processes and threads that the paragraph tells of, each with the length of its longest wait and with that wait; of length 0 where
/// there is none.
fn longest_waits(trace: &Trace) -> Vec<(u32, u64, SegmentId)> {
    let lanes = trace.lanes().iter().filter(|lane| lane.kind != LaneKind::Core);
    let mut longest: Vec<_> = lanes.take(MOST_LANES).map(|lane| (lane.id, 0, SegmentId(0))).collect();
    for (id, row) in trace.segments().filter(|(_, row)| row.kind.category() == Category::Wait) {
        let ns = row.end.saturating_sub(row.start);
        if let Some(known) = longest.iter_mut().find(|known| known.0 == row.lane && known.1 < ns) {
            *known = (row.lane, ns, id);
        }
    }
    longest
}

/// The longest wait that says something: a parent that joins its children, or waits for what its workers do, is not held up by anything.
fn longest_wait(trace: &Trace, range: (u64, u64)) -> Option<String> {
    let lived: u64 = by_state(trace, None, range).iter().filter(|total| in_main_band(total.state)).map(|total| total.ns).sum();
    use SegmentKind::{AsyncResultGet, ProcessJoin, ThreadJoin};
    let is_work = |kind: SegmentKind| matches!(kind, ProcessJoin | ThreadJoin | AsyncResultGet);
    let wait = by_wait(trace, range).into_iter().find(|wait| !is_work(wait.kind))?;
    let share = wait.ns as f64 / lived.max(1) as f64;
    (share >= WORTH_SAYING).then(|| match wait.kind {
        SegmentKind::Sleep => format!("{} of the time asleep", percent(share)),
        _ => format!("{} of the time waiting for {}", percent(share), wait_object(trace, &wait)),
    })
}

fn in_main_band(state: State) -> bool {
    !matches!(state, State::Hold | State::Task)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::*;
    use forkyard_wire::timeline::Lane;

    #[test]
    fn a_run_is_said_in_a_sentence() {
        assert_eq!(
            sentence(&trace()),
            "3 processes and 1 further thread on 1.4 cores; 33 % of the time waiting for a message from `results`"
        );
        assert_eq!(sentence(&Trace::new()), "");
    }

    #[test]
    fn the_paragraph_says_how_each_process_spent_its_life() {
        let text = paragraph(&trace(), None);
        assert!(text.starts_with("The run took 100 ms: 3 processes"), "{text}");
        assert!(text.contains("Process-2 lived 70 ms: 86 % on a core, 14 % waiting."), "{text}");
    }

    #[test]
    fn the_paragraph_says_what_each_waited_for_longest_and_who_ended_it() {
        let text = paragraph(&trace(), None);
        let wait = " Process-2 waited 10 ms for `counter_lock` (line 14), held by Process-1; Process-1's release ended it.";
        assert!(text.contains(wait), "{text}");
        assert!(!text.contains("Process-1 waited"), "{text}");
    }

    #[test]
    fn of_many_processes_the_paragraph_tells_some() {
        let mut trace = Trace::new();
        let lanes = (1..=100).map(|id| lane(id, LaneKind::Process, "Worker", 0)).collect();
        trace.apply(&forkyard_wire::timeline::Chunk { to_ns: MS, lanes, ..Default::default() });
        assert!(paragraph(&trace, None).ends_with(" The table tells of 76 more."), "{}", paragraph(&trace, None));
    }

    #[test]
    fn two_runs_are_compared_by_their_length() {
        let run = |ms| {
            let mut trace = Trace::new();
            trace.apply(&forkyard_wire::timeline::Chunk { to_ns: ms * MS, ..Default::default() });
            trace
        };
        let said = |one, other| comparison(("processes", &run(one)), ("threads", &run(other)));
        assert_eq!(said(100, 190), "processes took 100 ms, threads 190 ms: 1.9 times as long");
        assert_eq!(said(100, 50), "processes took 100 ms, threads 50 ms: 2.0 times as fast");
        assert_eq!(said(100, 101), "processes took 100 ms, threads 101 ms: about the same");
        assert_eq!(said(100, 0), "processes took 100 ms");
    }

    #[test]
    fn a_run_that_was_ended_early_is_not_called_the_quicker_one() {
        let run = |ms, main: Option<&str>, child: Option<&str>| {
            let ended = |id, signal: Option<&str>| Lane {
                signal: signal.map(str::to_owned),
                ..lane(id, LaneKind::Process, "process", 0)
            };
            let lanes = vec![ended(1, main), ended(2, child)];
            let mut trace = Trace::new();
            trace.apply(&forkyard_wire::timeline::Chunk { to_ns: ms * MS, lanes, ..Default::default() });
            trace
        };
        let said = |one: &Trace, other: &Trace| comparison(("processes", one), ("threads", other));
        let (whole, ended) = (run(100, None, Some("SIGTERM")), run(50, Some("SIGKILL"), None));
        assert_eq!(said(&whole, &ended), "processes took 100 ms, threads were ended after 50 ms");
        assert_eq!(said(&ended, &Trace::new()), "processes were ended after 50 ms");
        assert_eq!(said(&whole, &run(50, None, None)), "processes took 100 ms, threads 50 ms: 2.0 times as fast");
    }

    #[test]
    fn lost_events_are_owned_up_to() {
        let mut trace = trace();
        trace.apply(&forkyard_wire::timeline::Chunk { lost: 12, ..Default::default() });
        assert!(paragraph(&trace, None).ends_with("12 events were lost, because they came too fast."));
    }
}
