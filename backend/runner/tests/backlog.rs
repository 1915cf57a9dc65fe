//! A program that does more than can be told at once: each of its events is told in the end, or counted as lost.
//!
//! The program writes its events into the trace memory itself, as the recorder would: it knows how many there are.

#![allow(clippy::unwrap_used, reason = "where the machine fails, so does the test")]

mod runs;

use forkyard_wire::job::Command;
use forkyard_wire::run::Outcome;
use forkyard_wire::timeline::SegmentKind;
use runs::{Ended, Trial};

/// Takes and releases a lock `TURNS` times, two events each, as fast as Python can say so.
const WRITER: &str = "import itertools, mmap, os, struct, time
PAGE, HEADERS, NAMES, CELLS, PART = 4096, 256 * 128, 256 << 10, 131072, 4096
memory = mmap.mmap(int(os.environ['FORKYARD_TRACE']), 0)
ring = PAGE + HEADERS + NAMES
pid = os.getpid()
struct.pack_into('=I', memory, PAGE, pid)
pack = struct.Struct('=' + 'QIHHIIQ' * PART).pack_into
for first in range(0, 2 * TURNS, PART):
    now = time.monotonic_ns()
    pack(memory, ring + first % CELLS * 32, *itertools.chain.from_iterable(
        (now + at, pid, 1 + at % 2, 0, 1, first + at + 1, 0) for at in range(PART)))
    struct.pack_into('=Q', memory, PAGE + 8, first + PART)
";

/// Two events each, a multiple of what is written at once.
const TURNS: u64 = 1 << 20;

fn writer(turns: u64, then: &str) -> String {
    WRITER.replace("TURNS", &turns.to_string()) + then
}

/// Holds told, events lost in gaps, and how many gaps. What the cores may have lost beside it is not the program's.
fn told(ended: &Ended) -> (u64, u64, u64) {
    let holds = ended.chunks.iter().flat_map(|chunk| chunk.segments.iter()).filter(|row| row.kind == SegmentKind::Hold);
    let gaps = ended.chunks.iter().flat_map(|chunk| &chunk.gaps);
    let lost: u64 = gaps.clone().map(|gap| gap.events).sum();
    assert!(ended.chunks.last().unwrap().lost >= lost);
    (holds.count() as u64, lost, gaps.count() as u64)
}

/// Each event is half a hold that is told, or lost, or beside one that is lost: at most one on either side of a gap.
fn assert_accounted(ended: &Ended, turns: u64) {
    let (holds, lost, gaps) = told(ended);
    let missing = (2 * turns).checked_sub(2 * holds + lost).expect("more is told than was done");
    assert!(missing <= 2 * gaps, "{holds} holds are told, {lost} events lost, {missing} neither, with {gaps} gaps");
}

#[test]
fn two_million_events_at_once_are_told_or_lost() {
    let ended = Trial::new(&writer(TURNS, "")).timeline().run();
    assert_eq!(ended.finished.outcome, Outcome::Completed);
    assert_accounted(&ended, TURNS);
    assert!(told(&ended).0 > 0);
}

#[test]
fn a_stop_with_events_that_wait_says_what_it_leaves_out() {
    let busy = "
for core in range(os.cpu_count()):
    if os.fork() == 0:
        while True: pass
";
    let then = "os.write(1, b'written')\nwhile True: pass";
    let source = writer(TURNS, then).replace("for first in", &format!("{busy}for first in"));
    let mut running = Trial::new(&source).timeline().start();
    running.until("written");
    running.send(&Command::Stop);
    let ended = running.end();
    assert_eq!(ended.finished.outcome, Outcome::Stopped);
    assert_accounted(&ended, TURNS);
    ended.left_nothing();
}

#[test]
fn who_is_killed_keeps_what_it_did() {
    let turns = 1 << 15;
    let ended = Trial::new(&writer(turns, "os.kill(pid, 9)")).timeline().run();
    assert_eq!(ended.finished.signal.as_deref(), Some("SIGKILL"));
    assert_eq!(told(&ended), (turns, 0, 0));
}
