//! Ends a test, and the children it forks, should they hang.
#![expect(clippy::unwrap_used, reason = "only tests use it")]
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::time::Duration;

use forkyard_engine::process::Process;
use forkyard_engine::sync::Wait;
use nix::unistd::alarm;

/// Seconds until SIGALRM ends the process.
const PATIENCE: u32 = 300;

/// Arms the watchdog of this process.
pub(crate) fn watch() {
    alarm::set(PATIENCE);
}

/// A child that is watched too.
pub(crate) fn child(body: impl FnOnce() -> i32) -> Process {
    Process::fork(|| {
        watch();
        body()
    })
    .unwrap()
}

/// Waits for its end and says how it ended, as Python has it.
pub(crate) fn code(child: &Process) -> i32 {
    child.wait(Wait::Forever).unwrap().unwrap().code()
}

/// Pseudo-random numbers, the same at every run (xorshift, Marsaglia 2003).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// The next number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// Lets a moment of up to `most` pass: the point at which a process is killed.
    pub(crate) fn moment(&mut self, most: Duration) {
        let time = Duration::from_nanos(self.below(most.as_nanos() as u64));
        let start = std::time::Instant::now();
        while start.elapsed() < time {
            std::thread::yield_now();
        }
    }
}
