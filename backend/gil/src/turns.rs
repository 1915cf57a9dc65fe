//! The turns of the lock: what the calls about its two variables mean.
//!
//! The interpreter makes each of these calls while it holds the lock's own mutex, so that they come one after the other: the atomics
//! below never race. Before a second thread wants the lock nothing is told, because a program of one thread would be told nothing new.
//!
//! A thread that lets the lock go around each of many short calls (`write`, say) would fill the recording with moments in which nobody
//! else wanted it. After [`STREAK`] such moments on end the next are told only when they turn out to have been longer, or another
//! thread took its chance: then late, with the time at which they began.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

/// The longest moment without a holder that may be left out, in nanoseconds.
const MOMENT_NS: u64 = 20_000;

/// How many moments on end are told before the next are left out.
const STREAK: u32 = 32;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// The calling thread waits for the lock.
    WaitBegan,
    /// It has got it.
    WaitEnded,
    /// The thread with this id has the lock.
    Taken(u32),
    /// The thread with this id let it go.
    LetGo(u32, Why),
}

/// Why the lock was let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Of its own accord, as before a call that may wait.
    OwnAccord,
    /// Another had waited for a switch interval in which nobody took it, and asked.
    Asked,
}

/// Who is told what, and the time of it.
pub(crate) type Telling<'a> = &'a mut dyn FnMut(Told, u64);

/// What is known of the lock.
#[derive(Debug)]
pub(crate) struct Turns {
    /// The thread that took it last.
    holder: AtomicU32,
    held: AtomicBool,
    /// How often it went to another thread.
    number: AtomicU32,
    asked: AtomicBool,
    /// Whether a second thread has wanted it.
    shared: AtomicBool,
    /// How many threads wait for it.
    waiting: AtomicU32,
    /// When it was let go last.
    free_since: AtomicU64,
    /// Whether that was not told.
    untold: AtomicBool,
    /// How many moments on end it was its holder's again before long.
    streak: AtomicU32,
}

impl Turns {
    /// Nothing is known.
    pub(crate) const fn new() -> Self {
        Turns {
            holder: AtomicU32::new(0),
            held: AtomicBool::new(false),
            number: AtomicU32::new(0),
            asked: AtomicBool::new(false),
            shared: AtomicBool::new(false),
            waiting: AtomicU32::new(0),
            free_since: AtomicU64::new(0),
            untold: AtomicBool::new(false),
            streak: AtomicU32::new(0),
        }
    }

    /// This thread has it, and nobody else has wanted it.
    pub(crate) fn begin(&self, me: u32) {
        self.holder.store(me, Relaxed);
        self.held.store(true, Relaxed);
        self.number.store(0, Relaxed);
        self.asked.store(false, Relaxed);
        self.shared.store(false, Relaxed);
        self.waiting.store(0, Relaxed);
        self.untold.store(false, Relaxed);
        self.streak.store(0, Relaxed);
    }

    /// Whether a second thread has wanted it, or `me` is the second: from then on times matter.
    pub(crate) fn is_timed(&self, me: u32) -> bool {
        self.is_shared() || self.holder.load(Relaxed) != me
    }

    /// How often it went to another thread so far.
    pub(crate) fn number(&self) -> u32 {
        self.number.load(Relaxed)
    }

    /// A thread begins to wait.
    pub(crate) fn wants(&self, me: u32, t: u64, tell: Telling<'_>) {
        let holder = self.holder.load(Relaxed);
        self.waiting.store(self.waiting.load(Relaxed) + 1, Relaxed);
        if holder != me && !self.shared.swap(true, Relaxed) && self.held.load(Relaxed) {
            tell(Told::Taken(holder), t);
        }
        tell(Told::WaitBegan, t);
    }

    /// A thread has waited for a switch interval, since the lock had gone to another `number` times.
    pub(crate) fn ran_out(&self, number: u32) {
        if self.held.load(Relaxed) && self.number() == number {
            self.asked.store(true, Relaxed);
        }
    }

    /// The holder lets it go.
    pub(crate) fn let_go(&self, t: u64, tell: Telling<'_>) {
        let why = if self.asked.swap(false, Relaxed) { Why::Asked } else { Why::OwnAccord };
        self.held.store(false, Relaxed);
        self.free_since.store(t, Relaxed);
        if self.waiting.load(Relaxed) > 0 {
            self.streak.store(0, Relaxed);
        }
        if self.streak.load(Relaxed) >= STREAK {
            self.untold.store(true, Relaxed);
        } else if self.is_shared() {
            tell(Told::LetGo(self.holder.load(Relaxed), why), t);
        }
    }

    /// A thread takes it, which has waited for it or not.
    pub(crate) fn took(&self, (me, waited): (u32, bool), t: u64, tell: Telling<'_>) {
        if waited {
            self.waiting.store(self.waiting.load(Relaxed).saturating_sub(1), Relaxed);
            tell(Told::WaitEnded, t);
        }
        let before = self.holder.swap(me, Relaxed);
        let free_since = self.free_since.load(Relaxed);
        let again = before == me && t.saturating_sub(free_since) < MOMENT_NS;
        self.held.store(true, Relaxed);
        self.streak.store(if again { self.streak.load(Relaxed).saturating_add(1) } else { 0 }, Relaxed);
        if before != me {
            self.number.store(self.number().wrapping_add(1), Relaxed);
            self.shared.store(true, Relaxed);
        }
        match (self.untold.swap(false, Relaxed), again) {
            (true, true) => return,
            (true, false) => tell(Told::LetGo(before, Why::OwnAccord), free_since),
            (false, _) => {}
        }
        if self.is_shared() {
            tell(Told::Taken(me), t);
        }
    }

    fn is_shared(&self) -> bool {
        self.shared.load(Relaxed)
    }
}

impl Told {
    /// Its number and its argument.
    pub(crate) fn pack(self) -> (u32, u64) {
        match self {
            Told::WaitBegan => (1, 0),
            Told::WaitEnded => (2, 1),
            Told::Taken(tid) => (3, u64::from(tid)),
            Told::LetGo(tid, why) => (4, u64::from(tid) << 32 | u64::from(why == Why::Asked)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lock that thread 1 has, and a clock.
    struct Scene {
        turns: Turns,
        t: u64,
        told: Vec<Told>,
    }

    impl Scene {
        fn new() -> Self {
            let turns = Turns::new();
            turns.begin(1);
            Scene { turns, t: 0, told: Vec::new() }
        }

        fn wants(mut self, me: u32) -> Self {
            self.t += 100;
            self.turns.wants(me, self.t, &mut |what, _| self.told.push(what));
            self
        }

        fn ran_out(self) -> Self {
            self.turns.ran_out(self.turns.number());
            self
        }

        fn let_go(mut self) -> Self {
            self.t += 100;
            self.turns.let_go(self.t, &mut |what, _| self.told.push(what));
            self
        }

        fn took(mut self, me: u32, after: u64) -> Self {
            self.t += after;
            let waited = self.turns.waiting.load(Relaxed) > 0;
            self.turns.took((me, waited), self.t, &mut |what, _| self.told.push(what));
            self
        }

        /// Lets it go and takes it again at once.
        fn blinks(mut self, times: u32) -> Self {
            for _ in 0..times {
                self = self.let_go().took(2, 100);
            }
            self
        }
    }

    use Told::{LetGo, Taken, WaitBegan, WaitEnded};
    use Why::{Asked, OwnAccord};

    #[test]
    fn one_thread_alone_is_not_told() {
        assert_eq!(Scene::new().let_go().took(1, 1_000_000).told, []);
    }

    #[test]
    fn who_begins_to_wait_tells_who_has_it() {
        assert_eq!(Scene::new().wants(2).wants(3).told, [Taken(1), WaitBegan, WaitBegan]);
    }

    #[test]
    fn a_thread_that_comes_for_a_free_lock_is_told() {
        assert_eq!(Scene::new().let_go().took(2, 100).let_go().told, [Taken(2), LetGo(2, OwnAccord)]);
    }

    #[test]
    fn the_holder_is_asked_when_an_interval_passed_in_its_turn() {
        let told = Scene::new().wants(2).ran_out().let_go().took(2, 100).let_go().told;
        assert_eq!(told[2..], [LetGo(1, Asked), WaitEnded, Taken(2), LetGo(2, OwnAccord)]);
    }

    #[test]
    fn nobody_is_asked_when_the_lock_changed_hands_meanwhile() {
        let scene = Scene::new();
        let number = scene.turns.number();
        let scene = scene.let_go().took(3, 100);
        scene.turns.ran_out(number);
        assert_eq!(scene.let_go().told, [Taken(3), LetGo(3, OwnAccord)]);
    }

    #[test]
    fn moments_on_end_are_left_out() {
        let scene = Scene::new().let_go().took(2, 100).blinks(STREAK);
        assert_eq!(scene.told.len(), 1 + 2 * STREAK as usize);
        assert_eq!(scene.blinks(1000).told.len(), 1 + 2 * STREAK as usize);
    }

    #[test]
    fn a_moment_that_lasts_is_told_late_and_so_is_one_that_another_thread_used() {
        for (who, after) in [(2, MOMENT_NS), (3, 100)] {
            let scene = Scene::new().let_go().took(2, 100).blinks(STREAK + 5).let_go();
            let free_since = scene.t;
            let mut late = Vec::new();
            scene.turns.took((who, false), free_since + after, &mut |what, t| late.push((what, t)));
            assert_eq!(late, [(LetGo(2, OwnAccord), free_since), (Taken(who), free_since + after)]);
        }
    }

    #[test]
    fn a_moment_that_somebody_waits_for_is_told() {
        let told = Scene::new().let_go().took(2, 100).blinks(STREAK + 5).wants(1).let_go().took(1, 100).told;
        assert_eq!(told[told.len() - 4..], [WaitBegan, LetGo(2, OwnAccord), WaitEnded, Taken(1)]);
    }
}
