//! What recording and merging cost here: `cargo run --release -p forkyard-trace --example cost [FILE]`; the chunk goes into the file.

use std::hint::black_box;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use forkyard_trace::chrome;
use forkyard_trace::event::{Event, Kind, pack};
use forkyard_trace::memory::TraceMemory;
use forkyard_trace::merge::Merge;
use forkyard_trace::reader::{RawBatch, Reader};
use forkyard_trace::recorder;
use forkyard_wire::timeline::SegmentKind;

const EVENTS: u64 = 1_000_000;
const PROCESSES: u32 = 8;
const HAND_OVERS: u64 = 1_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("an event while off: {:.1} ns", each(|| recorder::record(Kind::Wake, 1, 0)));
    let mut reader = Reader::new(TraceMemory::create()?);
    recorder::attach(reader.memory().fd().as_raw_fd())?;
    println!("an event while on:  {:.1} ns", each(|| recorder::record(Kind::Wake, 1, 0)));
    reader.drain()?;
    println!("of that the clock:  {:.1} ns", each(|| black_box(recorder::now())));
    thread::sleep(Duration::from_millis(5));
    reader.drain()?;
    println!(
        "an event from then on, by the processor's counter where the kernel uses that: {:.1} ns",
        each(|| recorder::record(Kind::Wake, 1, 0))
    );
    println!("of that the clock:  {:.1} ns", each(|| black_box(recorder::now())));
    let (early, worst) = hand_overs();
    println!("of {HAND_OVERS} hand-overs between threads {early} seem to have come before they went, by {worst} ns at most");
    let started = Instant::now();
    let read: usize = reader.drain()?.iter().map(|batch| batch.events.len()).sum();
    println!("a full ring read:   {read} events in {:?}", started.elapsed());

    let batches = batches();
    let started = Instant::now();
    let mut merge = Merge::new(0);
    batches.iter().for_each(|batch| merge.feed(batch));
    let chunk = merge.finish(2 * EVENTS * 100);
    println!(
        "{EVENTS} events of {PROCESSES} processes merged in {:?}: {} segments, {} arrows",
        started.elapsed(),
        chunk.segments.len(),
        chunk.arrows.len()
    );
    let text = serde_json::to_vec(&chunk)?;
    println!("as JSON:            {:.1} bytes an event, before compression", text.len() as f64 / EVENTS as f64);
    let started = Instant::now();
    let trace = serde_json::to_vec(&chrome::export([&chunk]))?;
    println!("as a Chrome trace:  {:.1} bytes an event in {:?}", trace.len() as f64 / EVENTS as f64, started.elapsed());
    if let Some(path) = std::env::args_os().nth(1) {
        std::fs::write(path, text)?;
    }
    Ok(())
}

/// Two threads take a lock from each other. How often one that has it tells an earlier time than the other did right before it let it
/// go, and by how many nanoseconds.
fn hand_overs() -> (u64, u64) {
    let (turn, last) = (AtomicU64::new(0), AtomicU64::new(0));
    let play = |own: u64| {
        let (mut early, mut worst) = (0, 0);
        for _ in 0..HAND_OVERS / 2 {
            while turn.compare_exchange(own, 2, Ordering::Acquire, Ordering::Relaxed).is_err() {}
            let came = recorder::now().t_ns;
            let went = last.load(Ordering::Relaxed);
            early += u64::from(came < went);
            worst = worst.max(went.saturating_sub(came));
            last.store(recorder::now().t_ns, Ordering::Relaxed);
            turn.swap(1 - own, Ordering::Release);
        }
        (early, worst)
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| play(1));
        let (early, worst) = play(0);
        let (too, than) = other.join().unwrap_or_default();
        (early + too, worst.max(than))
    })
}

/// Nanoseconds that one call costs.
fn each<T>(call: impl Fn() -> T) -> f64 {
    let started = Instant::now();
    for _ in 0..EVENTS {
        let _ = black_box(&call)();
    }
    started.elapsed().as_nanos() as f64 / EVENTS as f64
}

/// Processes that take a lock, pass messages round and run tasks: ten events in each turn.
fn batches() -> Vec<RawBatch> {
    let turn = |pid: u32, number: u32| {
        let next = 1 + pid % PROCESSES;
        [
            (Kind::WaitBegin(SegmentKind::LockAcquire), 1, pack(0, 3)),
            (Kind::WaitEnd(SegmentKind::LockAcquire), 1, 1),
            (Kind::HoldBegin, 1, pack(0, 3)),
            (Kind::HoldEnd, 1, 0),
            (Kind::Sent, 100 + next, pack(number, 8)),
            (Kind::WaitBegin(SegmentKind::QueueGet), 100 + pid, pack(0, 5)),
            (Kind::WaitEnd(SegmentKind::QueueGet), 100 + pid, 1),
            (Kind::Received, 100 + pid, pack(number, 8)),
            (Kind::TaskBegin, 2, pack(number, 0)),
            (Kind::TaskEnd, 2, 1),
        ]
    };
    let turns = (EVENTS / u64::from(PROCESSES) / 10) as u32;
    let batch = |pid: u32| {
        let rows = (0..turns).flat_map(move |number| turn(pid, number));
        let event = |(index, (kind, object, argument)): (usize, (Kind, u32, u64))| Event {
            t_ns: index as u64 * 800 + u64::from(pid),
            tid: pid,
            kind: kind.pack(),
            core: 0,
            object,
            sequence: 0,
            argument,
        };
        RawBatch { slot: pid as usize, pid, events: rows.enumerate().map(event).collect(), ..RawBatch::default() }
    };
    (1..=PROCESSES).map(batch).collect()
}
