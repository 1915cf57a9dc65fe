//! Times a frame of the timeline: a run of a million segments on 32 lanes, taken in, asked for at every zoom, made into bars.
//!
//! `cargo run --release -p forkyard-timeline --example frame`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::time::{Duration, Instant};

use forkyard_timeline::{BandKind, CLASSES, Layout, Objects, Trace, Viewport, bars};
use forkyard_wire::timeline::{Chunk, Lane, LaneKind, Segment, SegmentKind};

const LANES: u32 = 32;
const ROWS: u64 = 1_000_000;
const PIXELS: usize = 1_600;

fn main() {
    let chunk = chunk();
    let begun = Instant::now();
    let mut trace = Trace::new();
    trace.apply(&chunk);
    println!("{ROWS} segments on {LANES} lanes taken in: {:.1?}", begun.elapsed());

    let layout = Layout::of(&[&trace], Objects::Shown);
    let whole = Viewport::fit(trace.end_ns());
    for zoom in [1.0, 0.1, 0.001, 0.000_01] {
        let viewport = whole.zoomed(trace.end_ns() as f64 / 3.0, zoom);
        let mut shares = vec![[0.0; CLASSES]; PIXELS];
        let (mut asking, mut making, mut rectangles) = (Vec::new(), Vec::new(), 0);
        for _ in 0..9 {
            let (mut asked, mut made) = (Duration::ZERO, Duration::ZERO);
            rectangles = 0;
            for row in &layout.rows {
                let Some(pieces) = trace.pieces(row.lane, row.band) else { continue };
                let begun = Instant::now();
                pieces.shares(viewport.start_ns(), viewport.end_ns(), &mut shares);
                asked += begun.elapsed();
                let begun = Instant::now();
                rectangles += bars(&shares).len();
                made += begun.elapsed();
            }
            asking.push(asked);
            making.push(made);
        }
        asking.sort_unstable();
        making.sort_unstable();
        println!(
            "{PIXELS} pixels, {zoom:>7} of the run in sight, median of 9: shares {:.2?}, {rectangles} rectangles {:.2?}",
            asking[4], making[4]
        );
    }
    let totals = trace.pieces(1, BandKind::Main).map(|pieces| pieces.totals(0, trace.end_ns()));
    println!("lane 1 by class, in ns: {totals:?}");
}

/// Segments of every state, of lengths from 1 to 90 µs.
fn chunk() -> Chunk {
    let kinds = [SegmentKind::LockAcquire, SegmentKind::Runnable, SegmentKind::Run, SegmentKind::QueueGet];
    let lane = |id| Lane {
        id,
        kind: LaneKind::Process,
        name: format!("Process-{id}"),
        parent: 0,
        pid: id,
        tid: id,
        start_ns: 0,
        end_ns: None,
        exit_code: None,
        signal: None,
        cpu_ns: None,
    };
    let mut ends = [0_u64; LANES as usize + 1];
    let mut seed = 1_u64;
    let mut row = |number: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let lane = (number % u64::from(LANES)) as u32 + 1;
        let start = ends[lane as usize];
        let end = start + 1_000 + (seed >> 40) % 90_000;
        ends[lane as usize] = end + (seed >> 33) % 5_000;
        let kind = kinds[(seed >> 60) as usize % kinds.len()];
        Segment { lane, kind, start, end, object: 0, line: 0, holder: 0, released_by: 0, detail: 0, index: 0 }
    };
    let segments = (0..ROWS).map(&mut row).collect();
    Chunk { to_ns: ends.into_iter().max().unwrap_or(0), lanes: (1..=LANES).map(lane).collect(), segments, ..Chunk::default() }
}
