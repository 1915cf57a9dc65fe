//! Time on cores, given to lanes: the core's own row says who had it, the thread's row when it had to wait for one.

use std::collections::VecDeque;

use forkyard_wire::cores::{AfterCore, CoreInterval};
use forkyard_wire::timeline::{Segment, SegmentKind};

use super::lanes::Lanes;
use super::table::Table;

/// How long a stretch of an unknown process is kept, in nanoseconds: a spawned interpreter runs for a while before it says
/// who it is.
const KEPT_NS: u64 = 3_000_000_000;
/// Stretches of unknown processes that are kept, at most.
const KEPT: usize = 1 << 16;

/// Stretches that are remembered to see whether anybody is at work, at most.
const LAST: usize = 1 << 12;

/// What is known of cores beyond what has been told.
#[derive(Debug, Default)]
pub(crate) struct Cores {
    /// Stretches of processes that are in no lane yet, in the order of their ends.
    unknown: VecDeque<CoreInterval>,
    /// Stretches that last.
    running: Vec<CoreInterval>,
    /// The ends and lengths of the last stretches.
    last: VecDeque<(u64, u64)>,
    /// Since when a thread has been ready without a core, by pid and tid; absolute time.
    ready: Table<(u32, u32), u64>,
}

impl Cores {
    /// A stretch ended. `zero_ns` is the run's zero.
    pub(crate) fn ended(&mut self, interval: CoreInterval, zero_ns: u64, lanes: &mut Lanes) -> Vec<Segment> {
        if self.last.len() == LAST {
            self.last.pop_front();
        }
        self.last.push_back((interval.end_ns, interval.end_ns.saturating_sub(interval.start_ns)));
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

    /// Stretches of processes that are known by now.
    pub(crate) fn take_known(&mut self, lanes: &Lanes) -> Vec<CoreInterval> {
        let (known, unknown) = std::mem::take(&mut self.unknown)
            .into_iter()
            .partition::<Vec<_>, _>(|interval| lanes.find_shown(interval.pid).is_some());
        self.unknown = unknown.into();
        known
    }

    /// Stretches older than [`KEPT_NS`] at `now_ns` of processes that are still in no lane: helpers of the interpreter's. Somebody had
    /// the core.
    pub(crate) fn take_helpers(&mut self, now_ns: u64, zero_ns: u64, lanes: &mut Lanes) -> Vec<Segment> {
        let is_old = |interval: &CoreInterval| interval.end_ns.saturating_add(KEPT_NS) <= now_ns;
        let (old, young) = std::mem::take(&mut self.unknown).into_iter().partition::<Vec<_>, _>(is_old);
        self.unknown = young.into();
        let relative = |t_ns: u64| t_ns.saturating_sub(zero_ns);
        let segment = |interval: &CoreInterval| {
            let core = lanes.core(interval.core);
            super::segment(core, SegmentKind::OnCore, relative(interval.start_ns), relative(interval.end_ns))
        };
        old.iter().map(segment).collect()
    }

    /// How long the run was on cores since `t_ns`, in nanoseconds; absolute time.
    pub(crate) fn busy_since(&self, t_ns: u64) -> u64 {
        let ended = self.last.iter().rev().take_while(|(end, _)| *end >= t_ns).map(|(_, length)| *length);
        let lasting = self.running.iter().map(|interval| interval.end_ns.saturating_sub(interval.start_ns.max(t_ns)));
        ended.chain(lasting).fold(0, u64::saturating_add)
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
