//! What the runner itself knows of the processes, whatever they say about themselves: births, deaths, cores.

#![allow(clippy::unwrap_used, reason = "where the machine fails, so does the test")]

mod runs;

use std::collections::BTreeMap;

use forkyard_wire::run::OnCore;
use forkyard_wire::timeline::{Chunk, Lane, LaneKind, SegmentKind};
use runs::{Ended, Trial};

/// The lanes as the last chunk left them.
fn lanes(ended: &Ended) -> Vec<Lane> {
    let lanes = ended.chunks.iter().flat_map(|chunk| chunk.lanes.clone());
    lanes.map(|lane| (lane.id, lane)).collect::<BTreeMap<_, _>>().into_values().collect()
}

#[test]
fn nothing_is_told_when_nothing_is_recorded() {
    let ended = Trial::new("print('x')").run();
    assert!(ended.chunks.is_empty());
    assert_eq!(ended.started.on_core, OnCore::Off);
}

#[test]
fn a_process_is_born_writes_and_dies() {
    let ended = Trial::new("import os, time\nos.write(1, b'x')\ntime.sleep(0.3)\nos._exit(5)").timeline().run();
    let lanes = lanes(&ended);
    let main = lanes.iter().find(|lane| lane.kind == LaneKind::Process).unwrap();
    assert_eq!((main.name.as_str(), main.exit_code, main.start_ns), ("MainProcess", Some(5), 0));
    assert!(main.end_ns.unwrap() >= 300_000_000);
    assert_eq!(ended.outputs[0].lane, main.id);
    let marks: Vec<_> = ended.chunks.iter().flat_map(|chunk| &chunk.marks).collect();
    assert_eq!((marks.len(), marks[0].text.as_str(), marks[0].at_ns), (1, "x", ended.outputs[0].at_ns));
}

/// A core that the machine itself was kept from seems to be had and is charged to nobody. The kernel says how long it was kept, in whole
/// ticks: a busy machine may spoil a try still.
const TRIES: usize = 5;

#[test]
fn time_on_cores_is_the_time_the_kernel_counts() {
    let wrong: Vec<f64> = std::iter::repeat_with(off_the_kernels_time).take(TRIES).take_while(|off| *off >= 1.0).collect();
    assert!(wrong.len() < TRIES, "off by so many times what is allowed: {wrong:?}");
}

/// How far the time on cores is from what the kernel has counted, in parts of what is allowed.
fn off_the_kernels_time() -> f64 {
    let before = kept_ns();
    let ended = Trial::new("for i in range(5_000_000): pass").timeline().run();
    let kept = kept_ns() - before;
    assert_ne!(ended.started.on_core, OnCore::Off);
    let segments = ended.chunks.iter().flat_map(|chunk| chunk.segments.iter());
    let on_core: u64 =
        segments.filter(|segment| segment.kind == SegmentKind::OnCore).map(|segment| segment.end - segment.start).sum();
    let charged = ended.finished.cpu_ns;
    let ratio = on_core.saturating_sub(kept).max(on_core.min(charged)) as f64 / charged as f64;
    let tolerance = if ended.started.on_core == OnCore::Exact { 0.03 } else { 0.2 };
    (ratio - 1.0).abs() / tolerance
}

/// For how long all cores together were kept from the machine, since it began.
fn kept_ns() -> u64 {
    let all = std::fs::read_to_string("/proc/stat").unwrap();
    let ticks: u64 = all.lines().next().unwrap().split_whitespace().nth(8).unwrap().parse().unwrap();
    let a_second = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK).unwrap().unwrap();
    ticks * 1_000_000_000 / a_second.cast_unsigned()
}

#[test]
fn a_program_that_waits_says_little() {
    let ended = Trial::new("import time\ntime.sleep(1.5)").timeline().run();
    // It says more while its interpreter starts and ends, and the slower the machine the longer.
    let end_ns = ended.chunks.last().unwrap().to_ns;
    let asleep = |chunk: &&Chunk| (end_ns - 1_300_000_000..end_ns - 500_000_000).contains(&chunk.to_ns);
    let said = ended.chunks.iter().filter(asleep).count();
    assert!(said < 8, "{said}");
    assert!(ended.chunks.is_sorted_by_key(|chunk| chunk.to_ns));
}
