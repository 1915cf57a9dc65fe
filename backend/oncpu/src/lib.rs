//! Which thread was on which core: exact by perf, or sampled by schedstat.
//!
//! [`open`] gives the best watcher that this machine allows; [`probe`] says which that is, and why not a better one. Who uses
//! it attaches the first process while that is held before its exec, and then calls [`OnCpu::drain`] at least once each
//! [`OnCpu::period`]. Times are CLOCK_MONOTONIC nanoseconds; pids and tids are those of the caller's pid namespace.

mod exact;
mod perf;
mod probe;
mod record;
mod sampled;

use std::os::fd::BorrowedFd;
use std::time::Duration;

use forkyard_wire::cores::CoreInterval;
use nix::errno::Errno;
use nix::time::ClockId;
use thiserror::Error;

pub use crate::exact::Exact;
pub use crate::probe::{Probe, probe};
pub use crate::sampled::Sampled;
pub use forkyard_wire::run::OnCore;

/// A watcher of threads on cores.
pub trait OnCpu: std::fmt::Debug {
    /// Watches a process from now on. Exact: with everything that it starts. To be called while it is held before its exec.
    fn attach(&mut self, pid: u32) -> Result<(), OnCpuError>;

    /// A process that an attached one started is known by its pid. Where what is started is watched anyway it changes nothing.
    fn born(&mut self, _pid: u32) {}

    /// What is known since the last call: stretches that ended, and those that last
    /// ([`AfterCore::Running`](forkyard_wire::cores::AfterCore::Running)), which each call tells anew.
    fn drain(&mut self) -> Vec<CoreInterval>;

    /// How good it is.
    fn mode(&self) -> OnCore;

    /// How often it wants to be drained.
    fn period(&self) -> Duration;

    /// Records lost so far, because nobody drained in time.
    fn lost(&self) -> u64;

    /// Readable when it should be drained before the period is over.
    fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        Vec::new()
    }
}

/// The best watcher that this machine allows; `None` when it allows none.
pub fn open() -> Option<Box<dyn OnCpu>> {
    match probe().mode {
        OnCore::Exact => Some(Box::new(Exact::new())),
        OnCore::Sampled => Some(Box::new(Sampled::new())),
        OnCore::Off => None,
    }
}

/// CLOCK_MONOTONIC in nanoseconds.
fn now_ns() -> u64 {
    ClockId::CLOCK_MONOTONIC.now().map_or(0, |now| now.tv_sec() as u64 * 1_000_000_000 + now.tv_nsec() as u64)
}

/// Why a process cannot be watched.
#[derive(Debug, Error)]
pub enum OnCpuError {
    /// The kernel refuses.
    #[error("process {pid} cannot be watched on core {core}: {source}")]
    Refused {
        /// The process.
        pid: u32,
        /// The core.
        core: u32,
        /// What the kernel says.
        source: Errno,
    },
    /// There is no such process, or none of its cores is known.
    #[error("process {0} is not there to be watched")]
    NoProcess(u32),
}
