//! The turns of the lock: what the calls about its two variables mean.
//!
//! The interpreter makes each of these calls while it holds the lock's own mutex, so that they come one after the other: the atomics
//! below never race. Before a second thread wants the lock nothing is told, because a program of one thread would be told nothing new.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// What happened to the calling thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It waits for the lock.
    WaitBegan,
    /// It has got it.
    WaitEnded,
    /// The thread with this id has the lock.
    Taken(u32),
    /// It let it go.
    LetGo(Why),
}

/// Why the lock was let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Of its own accord, as before a call that may wait.
    OwnAccord,
    /// Another had waited for a switch interval in which nobody took it, and asked.
    Asked,
}

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
        }
    }

    /// This thread has it, and nobody else has wanted it.
    pub(crate) fn begin(&self, me: u32) {
        self.holder.store(me, Relaxed);
        self.held.store(true, Relaxed);
        self.number.store(0, Relaxed);
        self.asked.store(false, Relaxed);
        self.shared.store(false, Relaxed);
    }

    /// How often it went to another thread so far.
    pub(crate) fn number(&self) -> u32 {
        self.number.load(Relaxed)
    }

    /// A thread begins to wait.
    pub(crate) fn wants(&self, me: u32, mut tell: impl FnMut(Told)) {
        let holder = self.holder.load(Relaxed);
        if holder != me && !self.shared.swap(true, Relaxed) && self.held.load(Relaxed) {
            tell(Told::Taken(holder));
        }
        tell(Told::WaitBegan);
    }

    /// A thread has waited for a switch interval, since the lock had gone to another `number` times.
    pub(crate) fn ran_out(&self, number: u32) {
        if self.held.load(Relaxed) && self.number() == number {
            self.asked.store(true, Relaxed);
        }
    }

    /// The holder lets it go.
    pub(crate) fn let_go(&self, mut tell: impl FnMut(Told)) {
        let why = if self.asked.swap(false, Relaxed) { Why::Asked } else { Why::OwnAccord };
        self.held.store(false, Relaxed);
        if self.shared.load(Relaxed) {
            tell(Told::LetGo(why));
        }
    }

    /// A thread takes it.
    pub(crate) fn took(&self, me: u32, mut tell: impl FnMut(Told)) {
        if self.holder.swap(me, Relaxed) != me {
            self.number.store(self.number().wrapping_add(1), Relaxed);
            self.shared.store(true, Relaxed);
        }
        self.held.store(true, Relaxed);
        if self.shared.load(Relaxed) {
            tell(Told::Taken(me));
        }
    }
}

impl Told {
    /// Its number and its argument.
    pub(crate) fn pack(self) -> (u32, u64) {
        match self {
            Told::WaitBegan => (1, 0),
            Told::WaitEnded => (2, 1),
            Told::Taken(tid) => (3, u64::from(tid)),
            Told::LetGo(why) => (4, u64::from(why == Why::Asked)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told while `act` happens to a lock that thread 1 has.
    fn told(act: impl FnOnce(&Turns, &mut dyn FnMut(Told))) -> Vec<Told> {
        let (turns, mut told) = (Turns::new(), Vec::new());
        turns.begin(1);
        act(&turns, &mut |what| told.push(what));
        told
    }

    #[test]
    fn one_thread_alone_is_not_told() {
        let told = told(|turns, tell| {
            turns.let_go(&mut *tell);
            turns.took(1, tell);
        });
        assert_eq!(told, []);
    }

    #[test]
    fn who_begins_to_wait_tells_who_has_it() {
        let told = told(|turns, tell| {
            turns.wants(2, &mut *tell);
            turns.wants(3, tell);
        });
        assert_eq!(told, [Told::Taken(1), Told::WaitBegan, Told::WaitBegan]);
    }

    #[test]
    fn a_thread_that_comes_for_a_free_lock_is_told() {
        let told = told(|turns, tell| {
            turns.let_go(&mut *tell);
            turns.took(2, &mut *tell);
            turns.let_go(tell);
        });
        assert_eq!(told, [Told::Taken(2), Told::LetGo(Why::OwnAccord)]);
    }

    #[test]
    fn the_holder_is_asked_when_an_interval_passed_in_its_turn() {
        let told = told(|turns, tell| {
            turns.wants(2, &mut *tell);
            turns.ran_out(turns.number());
            turns.let_go(&mut *tell);
            turns.took(2, &mut *tell);
            turns.let_go(tell);
        });
        assert_eq!(told[2..], [Told::LetGo(Why::Asked), Told::Taken(2), Told::LetGo(Why::OwnAccord)]);
    }

    #[test]
    fn nobody_is_asked_when_the_lock_changed_hands_meanwhile() {
        let told = told(|turns, tell| {
            let number = turns.number();
            turns.let_go(&mut *tell);
            turns.took(3, &mut *tell);
            turns.ran_out(number);
            turns.let_go(tell);
        });
        assert_eq!(told, [Told::Taken(3), Told::LetGo(Why::OwnAccord)]);
    }
}
