//! The clock of events: CLOCK_MONOTONIC in nanoseconds, and the core that it was read on.
//!
//! Where the kernel tells that time from the processor's counter, a process of the run tells it from the counter itself, by a rule
//! that the runner keeps in the trace memory: half of what an event costs is the kernel's clock. The rule is the same for all
//! processes, so that they agree on what came first; the runner corrects it at each look at the rings, by a change of pace and
//! never by a jump, so that no thread sees time go back (only a counter that has left the clock by 50 us is given up at once). Everywhere else, and until the first rule, the kernel is asked.
//!
//! What is recorded before it takes effect (a message's sending, a lock's release) is told the counter as the processor happens to
//! read it: early rather than late, as what others see is done by an atomic exchange, which waits for all before it. What others have
//! caused (a message's coming, a wait's end) must not seem to be before that, and has to wait for its turn, which costs 20 ns.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use nix::sched::sched_getcpu;
use nix::time::ClockId;

use crate::processor;

/// The bits of a pace after its point.
const POINT: u32 = 32;

/// Between the first look at both clocks and the first rule, and between two rules, in nanoseconds.
const LEAST_NS: u64 = 2_000_000;

/// In so much time a rule makes up for what the one before had gone wrong, in nanoseconds. Whoever is away for longer makes it worse.
const MENDING_NS: u64 = 500_000_000;

/// The first rule is so much late, in nanoseconds: more than a glance is wrong.
const FIRST_LATE_NS: u64 = 40;

/// The pace is taken over about this time, in nanoseconds: a glance is some 10 ns wrong.
const BASELINE_NS: u64 = 200_000_000;

/// A counter that is so far from the clock, in nanoseconds, is not what that is told from.
const ASTRAY_NS: u64 = 50_000;

/// A rule in the trace memory. The runner writes, every process reads.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Shared {
    /// How many rules there have been; the last is at this number's lowest bit. 0: there is none.
    count: AtomicU32,
    unused: AtomicU32,
    rules: [SharedRule; 2],
}

const _: () = assert!(size_of::<Shared>() == 56);

#[derive(Debug, Default)]
#[repr(C)]
struct SharedRule {
    ticks: AtomicU64,
    ns: AtomicU64,
    pace: AtomicU64,
}

/// How the counter becomes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rule {
    /// The counter at some moment.
    ticks: u64,
    /// The time at that moment.
    ns: u64,
    /// Nanoseconds of a tick, with [`POINT`] bits after the point.
    pace: u64,
}

impl Shared {
    /// Now or some 100 ns earlier, but later than what this thread was told before; and the core.
    #[inline]
    pub(crate) fn now(&self) -> (u64, u16) {
        self.tell(processor::read)
    }

    /// Now, and no earlier: whatever another thread has been told before it did what this one has seen is earlier.
    #[inline]
    pub(crate) fn now_in_order(&self) -> (u64, u16) {
        self.tell(processor::read_in_order)
    }

    #[inline]
    fn tell(&self, read: impl Fn() -> (u64, u16)) -> (u64, u16) {
        // The last rule is read while the next is being written beside it. Only who sleeps in here for two looks of the runner's finds
        // that it has changed.
        loop {
            let count = self.count.load(Ordering::Acquire);
            if count == 0 {
                return asked();
            }
            let (ticks, core) = read();
            if let Some(rule) = self.rule(count) {
                return (rule.ns_at(ticks), core);
            }
        }
    }

    /// The rule of this number, if that is the last one still.
    #[inline]
    fn rule(&self, count: u32) -> Option<Rule> {
        let shared = &self.rules[count as usize % 2];
        let rule = Rule {
            ticks: shared.ticks.load(Ordering::Relaxed),
            ns: shared.ns.load(Ordering::Relaxed),
            pace: shared.pace.load(Ordering::Relaxed),
        };
        // SYNC: rule. Pairs with the fence in `set`: who saw a word of the next rule but one sees that the count has gone on.
        fence(Ordering::Acquire);
        (self.count.load(Ordering::Relaxed) == count).then_some(rule)
    }

    fn set(&self, rule: Rule) {
        let count = self.count.load(Ordering::Relaxed);
        let next = count.checked_add(1).unwrap_or(2);
        // SYNC: rule. Pairs with the fence in `rule`.
        fence(Ordering::Release);
        let shared = &self.rules[next as usize % 2];
        shared.ticks.store(rule.ticks, Ordering::Relaxed);
        shared.ns.store(rule.ns, Ordering::Relaxed);
        shared.pace.store(rule.pace, Ordering::Relaxed);
        // SYNC: count. Pairs with the Acquire load in `now`.
        self.count.store(next, Ordering::Release);
    }

    /// From now on the kernel is asked.
    fn clear(&self) {
        self.count.store(0, Ordering::Release);
    }
}

impl Rule {
    /// The time at which the counter was or will be at `ticks`.
    #[inline]
    fn ns_at(self, ticks: u64) -> u64 {
        // A counter may be read a moment before the one that the rule begins at.
        let since = i128::from(ticks.wrapping_sub(self.ticks) as i64);
        self.ns.wrapping_add(((since * i128::from(self.pace)) >> POINT) as u64)
    }
}

/// The kernel's own answer.
pub(crate) fn kernel_ns() -> u64 {
    ClockId::CLOCK_MONOTONIC.now().map_or(0, |now| now.tv_sec() as u64 * 1_000_000_000 + now.tv_nsec() as u64)
}

/// What the kernel says. Apart, so that there is one of it and not one for each kind of event.
#[inline(never)]
fn asked() -> (u64, u16) {
    (kernel_ns(), sched_getcpu().map_or(u16::MAX, |core| core as u16))
}

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy)]
struct Glance {
    ticks: u64,
    ns: u64,
}

impl Glance {
    /// The best of a few: one may be interrupted.
    fn take() -> Self {
        let one = || {
            let before = processor::read_in_order().0;
            let ns = kernel_ns();
            let took = processor::read_in_order().0.saturating_sub(before);
            (took, Glance { ticks: before + took / 2, ns })
        };
        let (_, best) = [one(), one(), one()].into_iter().min_by_key(|(took, _)| *took).unwrap_or_else(one);
        best
    }
}

/// Makes the rules: the runner's.
#[derive(Debug)]
pub(crate) struct Keeper {
    /// From where the pace is taken, and from where it will be.
    older: Glance,
    newer: Glance,
    rule: Option<Rule>,
}

impl Keeper {
    /// `None` where the counter is not to be told the time from.
    pub(crate) fn new() -> Option<Self> {
        processor::is_clock().then(|| {
            let now = Glance::take();
            Keeper { older: now, newer: now, rule: None }
        })
    }

    /// Gives the processes a better rule when it is time; whether to go on with that.
    pub(crate) fn keep(&mut self, shared: &Shared) -> bool {
        let last = self.rule.map_or(self.older.ns, |rule| rule.ns);
        if kernel_ns() < last + LEAST_NS {
            return true;
        }
        match self.next(Glance::take()) {
            Some(rule) => shared.set(rule),
            None => shared.clear(),
        }
        self.rule.is_some()
    }

    /// The rule from a glance on; `None` when both clocks have parted.
    fn next(&mut self, now: Glance) -> Option<Rule> {
        let ticks = now.ticks.checked_sub(self.older.ticks).filter(|&ticks| ticks > 0);
        let pace = ticks.map(|ticks| (u128::from(now.ns.saturating_sub(self.older.ns)) << POINT) / u128::from(ticks));
        let next = pace.and_then(|pace| self.mending(now, u64::try_from(pace).ok()?));
        if now.ns > self.newer.ns + BASELINE_NS {
            (self.older, self.newer) = (self.newer, now);
        }
        self.rule = next;
        next
    }

    /// A rule that goes on where the last one is now, at a pace that brings it to the true time soon.
    fn mending(&self, now: Glance, pace: u64) -> Option<Rule> {
        // The first is a little late rather than early: who has asked the kernel until then must not see time go back.
        let here = self.rule.map_or(now.ns + FIRST_LATE_NS, |rule| rule.ns_at(now.ticks));
        let behind = now.ns as i64 - here as i64;
        if behind.unsigned_abs() > ASTRAY_NS {
            return None;
        }
        let mended = i128::from(pace) * i128::from(MENDING_NS as i64 + behind) / i128::from(MENDING_NS);
        Some(Rule { ticks: now.ticks, ns: here, pace: mended as u64 })
    }
}

#[cfg(test)]
mod tests {
    use std::thread::{scope, yield_now};

    use proptest::prelude::*;

    use super::*;

    /// A keeper of a counter that has seen nothing yet.
    fn keeper(ticks: u64, ns: u64) -> Keeper {
        let first = Glance { ticks, ns };
        Keeper { older: first, newer: first, rule: None }
    }

    #[test]
    fn without_a_rule_the_kernel_is_asked() {
        let before = kernel_ns();
        let (now, core) = Shared::default().now();
        assert!(before <= now && now <= kernel_ns());
        assert_ne!(core, u16::MAX);
    }

    #[test]
    fn a_counter_that_leaves_the_clock_is_believed_no_more() {
        let mut keeper = keeper(0, 0);
        assert!(keeper.next(Glance { ticks: 5_000_000, ns: 5_000_000 }).is_some());
        assert_eq!(keeper.next(Glance { ticks: 10_000_000, ns: 11_000_000 }), None);
    }

    #[test]
    fn one_that_stands_still_or_goes_back_is_not_believed() {
        assert_eq!(keeper(5, 0).next(Glance { ticks: 5, ns: 3_000_000 }), None);
        assert_eq!(keeper(5, 0).next(Glance { ticks: 4, ns: 3_000_000 }), None);
    }

    #[test]
    fn the_time_of_a_real_counter_never_goes_back_and_is_the_kernels() {
        let Some(mut keeper) = Keeper::new() else { return };
        let shared = Shared::default();
        let (mut last, mut rules) = (0, 0);
        let until = kernel_ns() + 100_000_000;
        while rules < 2 || kernel_ns() < until {
            assert!(keeper.keep(&shared));
            for _ in 0..1000 {
                let now = shared.now().0;
                assert!(last <= now, "{now} after {last}");
                last = now;
            }
            let (before, now, after) = (kernel_ns(), shared.now().0, kernel_ns());
            assert!(before < now + ASTRAY_NS && now < after + ASTRAY_NS, "{before} {now} {after}");
            rules = shared.count.load(Ordering::Relaxed);
        }
    }

    #[test]
    fn what_is_caused_is_never_told_as_earlier_than_its_cause() {
        const TURNS: u32 = 100_000;
        let shared = Shared::default();
        if let Some(mut keeper) = Keeper::new() {
            while shared.count.load(Ordering::Relaxed) == 0 {
                assert!(keeper.keep(&shared));
            }
        }
        let (turn, told) = (AtomicU32::new(0), AtomicU64::new(0));
        // On one core each turn waits for whatever else wants it, and there is little to be seen.
        let end = std::time::Instant::now() + std::time::Duration::from_secs(2);
        let play = |own: u32, next: u32| {
            for _ in 0..TURNS {
                while turn.compare_exchange(own, 2, Ordering::Acquire, Ordering::Relaxed).is_err() {
                    if std::time::Instant::now() > end {
                        return;
                    }
                    yield_now();
                }
                let came = shared.now_in_order().0;
                let went = told.load(Ordering::Relaxed);
                assert!(went <= came, "{came} after {went}");
                told.store(shared.now().0, Ordering::Relaxed);
                turn.swap(next, Ordering::Release);
            }
        };
        scope(|scope| {
            scope.spawn(|| play(1, 0));
            play(0, 1);
        });
    }

    proptest! {
        /// Clocks that differ by a constant pace, looked at with errors of up to 30 ns, at distances of up to half a second.
        #[test]
        fn a_rule_keeps_to_the_clock_and_never_goes_back(
            hertz in 500_000_000_u64..6_000_000_000,
            looks in prop::collection::vec((2_u64..500, -30_i64..30), 3..60),
        ) {
            let ticks_at = |ns: u64| (u128::from(ns) * u128::from(hertz) / 1_000_000_000) as u64;
            let mut true_ns = 1_000_000_000_000;
            let mut keeper = keeper(ticks_at(true_ns), true_ns);
            let mut known = Vec::new();
            for (milliseconds, error) in looks {
                true_ns += milliseconds * 1_000_000;
                let now = Glance { ticks: ticks_at(true_ns), ns: true_ns.wrapping_add_signed(error) };
                let before = keeper.rule.map(|rule| rule.ns_at(now.ticks));
                let rule = keeper.next(now).expect("both run evenly");
                prop_assert!(before.is_none_or(|before| before <= rule.ns_at(now.ticks)));
                prop_assert!(rule.ns_at(now.ticks) <= rule.ns_at(now.ticks + 1));
                known.push(rule.ns_at(now.ticks).abs_diff(true_ns));
            }
            prop_assert!(known.iter().all(|&wrong| wrong < 40_000), "{known:?}");
        }
    }
}
