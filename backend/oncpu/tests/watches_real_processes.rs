//! Real children burn time, and the watchers' sums are held against what the kernel charged them, in the same run.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use forkyard_oncpu::{Exact, OnCore, OnCpu, Sampled, probe};
use forkyard_wire::cores::{AfterCore, CoreInterval};
use nix::sched::{CpuSet, sched_getaffinity};
use nix::sys::wait::waitpid;
use nix::time::ClockId;
use nix::unistd::{ForkResult, Pid, fork};

const BURN: Duration = Duration::from_millis(300);
const WATCHDOG: Duration = Duration::from_secs(300);
/// A core that the machine itself was kept from seems to be had. The kernel says for how long, in whole ticks: that may spoil a try still.
const TRIES: usize = 3;

/// A child that is held until it is let go, and tells at its end what it was charged.
struct Child {
    pid: u32,
    socket: UnixStream,
}

impl Child {
    /// Forks a child that will do `work`.
    fn held(work: impl FnOnce()) -> Self {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        // SAFETY: the child uses only its own memory, the allocator (which glibc makes usable after a fork) and `_exit`.
        match unsafe { fork() }.expect("no process can be forked") {
            ForkResult::Parent { child } => Child { pid: child.as_raw() as u32, socket: ours },
            ForkResult::Child => {
                drop(ours);
                let told = theirs.read_exact(&mut [0]).and_then(|()| {
                    work();
                    theirs.write_all(&charged().to_le_bytes())
                });
                // SAFETY: `_exit` may be called at any time.
                unsafe { nix::libc::_exit(i32::from(told.is_err())) }
            }
        }
    }

    fn release(&mut self) {
        self.socket.write_all(&[1]).unwrap();
    }

    /// Drains until the child is gone; what it was charged, in nanoseconds.
    fn watch(mut self, watcher: &mut dyn OnCpu, intervals: &mut Vec<CoreInterval>) -> u64 {
        let started = Instant::now();
        self.socket.set_read_timeout(Some(watcher.period())).unwrap();
        let mut told = [0; 8];
        while self.socket.read_exact(&mut told).is_err() {
            intervals.extend(ended(watcher.drain()));
            assert!(started.elapsed() < WATCHDOG, "the child does not end");
        }
        // A look while it lives, though it may be dead already.
        intervals.extend(ended(watcher.drain()));
        waitpid(Pid::from_raw(self.pid as i32), None).unwrap();
        u64::from_le_bytes(told)
    }
}

/// Time that this process has been charged, in nanoseconds.
fn charged() -> u64 {
    let used = ClockId::CLOCK_PROCESS_CPUTIME_ID.now().unwrap();
    used.tv_sec() as u64 * 1_000_000_000 + used.tv_nsec() as u64
}

/// Burns time on a core until it has been charged `BURN`, with a short sleep now and then: some hundreds in all. The kernel charges a
/// thread for the switch as well, about 2 us that lie outside what perf reports, so thousands would hide what is looked for.
fn burn() {
    while charged() < BURN.as_nanos() as u64 {
        if charged().is_multiple_of(1_000) {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
}

fn ended(intervals: Vec<CoreInterval>) -> impl Iterator<Item = CoreInterval> {
    intervals.into_iter().filter(|interval| interval.after != AfterCore::Running)
}

/// The rest of what a watcher knows once all is over: what its margin held back too.
fn rest(watcher: &mut dyn OnCpu) -> Vec<CoreInterval> {
    std::thread::sleep(Duration::from_millis(5)); // The margin is a matter of the clock, there is nothing to wait for.
    ended(watcher.drain()).collect()
}

fn sum(intervals: &[CoreInterval], pid: u32) -> u64 {
    intervals.iter().filter(|interval| interval.pid == pid).map(|interval| interval.end_ns - interval.start_ns).sum()
}

/// Whether the time that was found is what was charged within a tenth, but for what the machine was kept from since `before`.
fn is_within_tenth((found, charged): (u64, u64), before: u64) -> bool {
    let had = found.saturating_sub(kept_ns() - before).max(found.min(charged));
    had.abs_diff(charged) * 10 <= charged
}

/// For how long all cores together were kept from the machine, since it began.
fn kept_ns() -> u64 {
    let all = std::fs::read_to_string("/proc/stat").unwrap();
    let ticks: u64 = all.lines().next().unwrap().split_whitespace().nth(8).unwrap().parse().unwrap();
    let a_second = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK).unwrap().unwrap();
    ticks * 1_000_000_000 / a_second.cast_unsigned()
}

fn is_exact_here() -> bool {
    let probe = probe();
    if let Some(reason) = &probe.reason {
        println!("not tried: {reason}");
    }
    probe.mode == OnCore::Exact
}

/// No core has two threads at once, and no thread two cores.
fn assert_nothing_overlaps(intervals: &[CoreInterval]) {
    for key in [|row: &CoreInterval| row.core, |row: &CoreInterval| row.tid] {
        let mut rows = intervals.to_vec();
        rows.sort_by_key(|row| (key(row), row.start_ns));
        let clash = rows.windows(2).find(|pair| key(&pair[0]) == key(&pair[1]) && pair[1].start_ns < pair[0].end_ns);
        assert_eq!(clash, None);
    }
}

#[test]
fn exact_sums_are_what_the_kernel_charged() {
    if !is_exact_here() {
        return;
    }
    let mut seen = Vec::new();
    for _ in 0..TRIES {
        let before = kept_ns();
        let mut child = Child::held(burn);
        let pid = child.pid;
        let mut exact = Exact::new();
        exact.attach(pid).unwrap();
        child.release();
        let mut intervals = Vec::new();
        let charged = child.watch(&mut exact, &mut intervals);
        intervals.extend(rest(&mut exact));
        assert_nothing_overlaps(&intervals);
        assert_eq!(exact.lost(), 0);
        seen.push((sum(&intervals, pid), charged));
        if seen.last().is_some_and(|&found| is_within_tenth(found, before)) {
            return;
        }
    }
    panic!("on core and charged, in ns: {seen:?}");
}

#[test]
fn what_a_watched_process_starts_is_watched_too() {
    if !is_exact_here() {
        return;
    }
    let mut child = Child::held(|| {
        // SAFETY: as in `held`.
        match unsafe { fork() }.expect("no process can be forked") {
            ForkResult::Parent { child } => {
                waitpid(child, None).unwrap();
            }
            ForkResult::Child => {
                std::thread::spawn(burn).join().unwrap();
                // SAFETY: `_exit` may be called at any time.
                unsafe { nix::libc::_exit(0) }
            }
        }
    });
    let pid = child.pid;
    let mut exact = Exact::new();
    exact.attach(pid).unwrap();
    child.release();
    let mut intervals = Vec::new();
    child.watch(&mut exact, &mut intervals);
    intervals.extend(rest(&mut exact));
    let pids: BTreeSet<u32> = intervals.iter().map(|interval| interval.pid).collect();
    let grandchild = *pids.iter().find(|&&other| other != pid).unwrap();
    let thread = intervals.iter().find(|interval| interval.pid == grandchild && interval.tid != grandchild);
    assert!(thread.is_some(), "the grandchild's thread was not seen");
    assert!(sum(&intervals, grandchild) >= BURN.as_nanos() as u64 / 2);
    assert_nothing_overlaps(&intervals);
}

#[test]
fn two_busy_children_use_two_cores_at_once() {
    let cores = sched_getaffinity(Pid::from_raw(0)).unwrap();
    if !is_exact_here() || (0..CpuSet::count()).filter(|&core| cores.is_set(core).unwrap()).count() < 2 {
        return;
    }
    for _ in 0..TRIES {
        let mut children = [Child::held(burn), Child::held(burn)];
        let pids = [children[0].pid, children[1].pid];
        let mut exact = Exact::new();
        for child in &mut children {
            exact.attach(child.pid).unwrap();
        }
        children.iter_mut().for_each(Child::release);
        let mut intervals = Vec::new();
        for child in children {
            child.watch(&mut exact, &mut intervals);
        }
        intervals.extend(rest(&mut exact));
        let of = |pid: u32| intervals.iter().filter(move |interval| interval.pid == pid);
        let together: u64 = of(pids[0])
            .flat_map(|a| of(pids[1]).map(move |b| (a, b)))
            .filter(|(a, b)| a.core != b.core)
            .map(|(a, b)| a.end_ns.min(b.end_ns).saturating_sub(a.start_ns.max(b.start_ns)))
            .sum();
        if together > 0 {
            return;
        }
    }
    panic!("the children never ran at the same time");
}

#[test]
fn sampled_sums_are_what_the_kernel_charged() {
    let mut seen = Vec::new();
    for _ in 0..TRIES {
        let before = kept_ns();
        let mut child = Child::held(burn);
        let pid = child.pid;
        let mut sampled = Sampled::new();
        sampled.attach(pid).unwrap();
        child.release();
        let mut intervals = Vec::new();
        let charged = child.watch(&mut sampled, &mut intervals);
        intervals.extend(rest(&mut sampled));
        assert_nothing_overlaps(&intervals);
        seen.push((sum(&intervals, pid), charged));
        if seen.last().is_some_and(|&found| is_within_tenth(found, before)) {
            return;
        }
    }
    panic!("on core and charged, in ns: {seen:?}");
}

#[test]
fn a_process_that_is_not_there_is_told_so() {
    let mut gone = Child::held(|| {});
    gone.release();
    waitpid(Pid::from_raw(gone.pid as i32), None).unwrap();
    assert!(Exact::new().attach(gone.pid).is_err());
    assert!(Sampled::new().attach(gone.pid).is_err());
}
