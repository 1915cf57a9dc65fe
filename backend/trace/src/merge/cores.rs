//! Time on cores, given to lanes: the core's own row says who had it, the thread's row when it had to wait for one.

use std::collections::{HashMap, VecDeque};

use forkyard_wire::cores::{AfterCore, CoreInterval};
use forkyard_wire::timeline::{Segment, SegmentKind};

use super::lanes::Lanes;

/// How long a stretch of an unknown process is kept, in nanoseconds: a spawned interpreter runs for a while before it says
/// who it is.
const KEPT_NS: u64 = 3_000_000_000;
/// Stretches of unknown processes that are kept, at most.
const KEPT: usize = 1 << 16;

/// What is known of cores beyond what has been told.
#[derive(Debug, Default)]
pub(crate) struct Cores {
    /// Stretches of processes that are in no lane yet, in the order of their ends.
    unknown: VecDeque<CoreInterval>,
    /// Stretches that last.
    running: Vec<CoreInterval>,
    /// Since when a thread has been ready without a core, by pid and tid; absolute time.
    ready: HashMap<(u32, u32), u64>,
}

impl Cores {
    /// A stretch ended. `zero_ns` is the run's zero.
    pub(crate) fn ended(&mut self, interval: CoreInterval, zero_ns: u64, lanes: &mut Lanes) -> Vec<Segment> {
        let Some(process) = lanes.find_shown(interval.pid) else {
            if self.unknown.len() < KEPT {
                self.unknown.push_back(interval);
            }
            return Vec::new();
        };
        let relative = |t_ns: u64| t_ns.saturating_sub(zero_ns);
        let (start, end) = (relative(interval.start_ns), relative(interval.end_ns));
        let own = lanes.known_thread(process, interval.tid);
        let thread = own.unwrap_or_else(|| lanes.lane_of(process));
        let core = lanes.core(interval.core);
        let mut segments = vec![Segment { holder: thread, ..super::segment(core, SegmentKind::OnCore, start, end) }];
        let key = (interval.pid, interval.tid);
        if let Some(since) = self.ready.remove(&key)
            && own.is_some()
            && since < interval.start_ns
        {
            segments.push(super::segment(thread, SegmentKind::Runnable, relative(since), start));
        }
        if interval.after == AfterCore::Runnable {
            self.ready.insert(key, interval.end_ns);
        }
        segments
    }

    /// These stretches last, and no others.
    pub(crate) fn set_running(&mut self, running: Vec<CoreInterval>) {
        self.running = running;
    }

    /// Stretches of processes that are known by now. Those older than [`KEPT_NS`] at `now_ns` are forgotten.
    pub(crate) fn take_known(&mut self, now_ns: u64, lanes: &Lanes) -> Vec<CoreInterval> {
        let (known, unknown) = std::mem::take(&mut self.unknown)
            .into_iter()
            .partition::<Vec<_>, _>(|interval| lanes.find_shown(interval.pid).is_some());
        self.unknown = unknown.into_iter().filter(|interval| interval.end_ns.saturating_add(KEPT_NS) > now_ns).collect();
        known
    }

    /// A process ended: none of its threads is ready any more.
    pub(crate) fn forget_process(&mut self, pid: u32) {
        self.ready.retain(|&(owner, _), _| owner != pid);
        self.running.retain(|interval| interval.pid != pid);
    }

    /// The stretches that last, up to `t`.
    pub(crate) fn open(&self, t: u64, zero_ns: u64, lanes: &mut Lanes) -> Vec<Segment> {
        let mut segments = Vec::new();
        for interval in &self.running {
            let start = interval.start_ns.saturating_sub(zero_ns);
            if let Some(process) = lanes.find_shown(interval.pid).filter(|_| start < t) {
                let thread = lanes.known_thread(process, interval.tid).unwrap_or_else(|| lanes.lane_of(process));
                let core = lanes.core(interval.core);
                segments.push(Segment { holder: thread, ..super::segment(core, SegmentKind::OnCore, start, t) });
            }
        }
        segments
    }
}
