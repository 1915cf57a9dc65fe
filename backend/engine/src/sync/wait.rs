//! How long a call may wait, and how anything that waits on shared memory does it.
//!
//! A wake-up across cores costs 33-50 us on a virtual machine, a spin that succeeds 0.3 us: so a waiter spins for a bounded while, unless
//! there is one core only or spinning failed lately on this object. Then it sleeps on a futex. A waker that finds no sleeper marked makes no
//! system call.

use std::sync::OnceLock;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

use crate::limits::{FIRST_DOZE, LAST_DOZE, SPIN, SPIN_AGAIN, SPINLESS_WAITS};
use crate::sys::atomic::{AtomicU32, fence};
use crate::sys::futex::{self, Woken};
use crate::sys::layout::Signal;

/// How long a call may wait. After an interruption call again with the same value: the deadline stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    Never,
    /// Until then.
    Until(Instant),
    /// As long as it takes.
    Forever,
}

impl Wait {
    /// At most this long from now. Too long for the clock is forever.
    pub fn at_most(time: Duration) -> Self {
        match Instant::now().checked_add(time) {
            _ if time.is_zero() => Wait::Never,
            Some(then) => Wait::Until(then),
            None => Wait::Forever,
        }
    }

    /// What is left, but at most `most`; `None` when the time is over.
    pub(crate) fn left(self, most: Duration) -> Option<Duration> {
        match self {
            Wait::Never => None,
            Wait::Forever => Some(most),
            Wait::Until(then) => {
                let left = then.saturating_duration_since(Instant::now());
                (!left.is_zero()).then_some(left.min(most))
            }
        }
    }
}

/// A signal arrived while waiting; its handler has run. Call again to go on waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted by a signal")]
pub struct Interrupted;

/// Sets who tells whether a signal has come that did not end a sleep: one for this thread that another one took, or one that came in
/// between two sleeps. Asked now and then, by a thread that waits. Process-wide, kept over forks; the first one stays.
pub fn set_signal_source(source: fn() -> bool) {
    SIGNAL_SOURCE.get_or_init(|| source);
}

static SIGNAL_SOURCE: OnceLock<fn() -> bool> = OnceLock::new();

/// What somebody waits for.
pub(crate) trait Goal {
    /// What it gets.
    type Prize;
    /// Why it gives up.
    type Failure: From<Interrupted>;
    /// Pauses between two looks of a spinning wait, at most. Each look takes the cache line from whoever writes there all the time.
    const PAUSES: u32 = 4;

    /// Whether an attempt may succeed; cheap, may be wrong.
    fn ready(&mut self) -> bool;
    /// Tries to get it.
    fn attempt(&mut self) -> Result<Option<Self::Prize>, Self::Failure>;
    /// After a doze in which nothing happened: whether it still makes sense to wait.
    fn dozed(&mut self) -> Result<(), Self::Failure> {
        Ok(())
    }
}

/// Spins, then sleeps until the goal is reached. `None`: the time is over.
pub(crate) fn wait_for<G: Goal>(signal: &Signal, wait: Wait, goal: &mut G) -> Result<Option<G::Prize>, G::Failure> {
    if wait == Wait::Never {
        return Ok(None);
    }
    match spin(&signal.luck, goal)? {
        Some(prize) => Ok(Some(prize)),
        None => sleep_for(signal, wait, goal),
    }
}

/// Sleeps until the goal is reached. `None`: the time is over.
pub(crate) fn sleep_for<G: Goal>(signal: &Signal, wait: Wait, goal: &mut G) -> Result<Option<G::Prize>, G::Failure> {
    let mut doze = FIRST_DOZE;
    loop {
        let key = signal.prepare();
        if let Some(prize) = goal.attempt()? {
            return Ok(Some(prize));
        }
        let Some(time) = wait.left(doze) else { return Ok(None) };
        match futex::wait(&signal.word, key, time) {
            Woken::Interrupted => return Err(Interrupted.into()),
            Woken::Look => {
                // The mark went with the wake-up, and others may sleep on: it must be there before something is taken.
                signal.prepare();
                if several_cores()
                    && let Some(prize) = look_for(SPIN_AGAIN, goal)?
                {
                    return Ok(Some(prize));
                }
            }
            Woken::TimedOut => {
                goal.dozed()?;
                if SIGNAL_SOURCE.get().is_some_and(|has_come| has_come()) {
                    return Err(Interrupted.into());
                }
                doze = (doze * 2).min(LAST_DOZE);
            }
        }
    }
}

/// Spins for a bounded while, if that is promising.
pub(crate) fn spin<G: Goal>(luck: &AtomicU32, goal: &mut G) -> Result<Option<G::Prize>, G::Failure> {
    spin_for(SPIN, luck, goal)
}

/// The same for this time.
pub(crate) fn spin_for<G: Goal>(time: Duration, luck: &AtomicU32, goal: &mut G) -> Result<Option<G::Prize>, G::Failure> {
    let (left, backoff) = (luck.load(Relaxed) & 0xffff, luck.load(Relaxed) >> 16);
    if !several_cores() {
        return Ok(None);
    }
    if left > 0 {
        luck.store(backoff << 16 | (left - 1), Relaxed);
        return Ok(None);
    }
    let prize = look_for(time, goal)?;
    let next = if prize.is_some() { backoff / 2 } else { (backoff * 2).clamp(1, SPINLESS_WAITS) };
    luck.store(next << 16 | if prize.is_some() { 0 } else { next }, Relaxed);
    Ok(prize)
}

/// Looks again and again for this time, more and more seldom.
fn look_for<G: Goal>(time: Duration, goal: &mut G) -> Result<Option<G::Prize>, G::Failure> {
    let start = Instant::now();
    let mut pauses = 1;
    loop {
        for _ in 0..pauses {
            std::hint::spin_loop();
        }
        if goal.ready()
            && let Some(prize) = goal.attempt()?
        {
            return Ok(Some(prize));
        }
        if start.elapsed() > time {
            return Ok(None);
        }
        pauses = (pauses * 2).min(G::PAUSES);
    }
}

/// Whether two threads can run at once.
fn several_cores() -> bool {
    static CORES: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    match CORES.load(Relaxed) {
        0 => {
            // Not `available_parallelism`, which reads files: this runs in the first wait of each process.
            let allowed = sched_getaffinity(Pid::from_raw(0));
            let is_allowed = |cpu: &usize| allowed.is_ok_and(|cpus| cpus.is_set(*cpu).unwrap_or(false));
            let cores = (0..CpuSet::count()).filter(is_allowed).count().max(1) as u32;
            CORES.store(cores, Relaxed);
            cores > 1
        }
        cores => cores > 1,
    }
}

impl Signal {
    /// Says that the caller may sleep; what the word must still be then. Look at the condition after this.
    pub(crate) fn prepare(&self) -> u32 {
        // SYNC: sleeper. Sequentially consistent with the waker's change of the condition and its look at the word.
        let key = self.word.fetch_or(1, SeqCst) | 1;
        fence(SeqCst);
        key
    }

    /// Whether somebody may sleep. After a fence after the change of the condition.
    #[inline]
    pub(crate) fn is_marked(&self) -> bool {
        self.word.load(SeqCst) & 1 != 0
    }

    /// Wakes up to `count` sleepers, if there are any. After the condition was changed with any ordering.
    ///
    /// The mark of sleepers goes with a wake-up that finds too few; a woken one marks again before it looks, and whoever takes something
    /// and sees that more is left calls this again. Hence no sleeper is forgotten, and a killed one costs one needless system call.
    #[inline]
    pub(crate) fn notify(&self, count: u32) {
        fence(SeqCst); // SYNC: sleeper
        self.notify_fenced(count);
    }

    /// The same after a sequentially consistent read-modify-write of the condition.
    #[inline]
    pub(crate) fn notify_fenced(&self, count: u32) {
        let word = self.word.load(SeqCst);
        if word & 1 != 0 {
            self.wake(word, count);
        }
    }

    #[cold]
    fn wake(&self, mut word: u32, count: u32) {
        while word & 1 != 0 {
            match self.word.compare_exchange(word, word.wrapping_add(1), SeqCst, SeqCst) {
                Ok(_) => break,
                Err(now) => word = now,
            }
        }
        if futex::wake(&self.word, count) >= count {
            // There may be more of them: the next waker looks again, before the one woken here gets to run.
            self.word.fetch_or(1, SeqCst);
        }
    }
}
