//! Which two of all condition variables are the lock's: the two that one thread signals when it lets the lock go and takes it again.
//!
//! They are not found by knowing the interpreter's structures, which differ from version to version, but by a turn of the lock, and
//! believed only when they lie in the interpreter's own state (`_PyRuntime`), where no other variable of this use lies.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many signals are heard in a test: two turns are four.
const SIGNALS: usize = 4;

/// One of the lock's variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Signalled when the lock was let go, and waited for.
    LetGo,
    /// Signalled when it was taken.
    Taken,
}

/// Why the variables were not found. The numbers are what `forkyard_gil_watch` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no interpreter's state.
    NoPython = 1,
    /// Two turns did not signal the same two variables.
    Unseen = 2,
    /// They lie outside the interpreter's state.
    Elsewhere = 3,
}

/// The two variables, by their addresses; 0 while they are not known.
#[derive(Debug)]
pub(crate) struct Variables {
    let_go: AtomicUsize,
    taken: AtomicUsize,
    /// The thread whose signals are heard, 0 for none.
    listener: AtomicUsize,
    heard: [AtomicUsize; SIGNALS],
    count: AtomicUsize,
}

impl Variables {
    /// Not known.
    pub(crate) const fn new() -> Self {
        Variables {
            let_go: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
            listener: AtomicUsize::new(0),
            heard: [const { AtomicUsize::new(0) }; SIGNALS],
            count: AtomicUsize::new(0),
        }
    }

    /// Which one lies at this address.
    #[inline]
    pub(crate) fn place(&self, address: usize) -> Option<Place> {
        if address == self.let_go.load(Relaxed) {
            Some(Place::LetGo)
        } else if address == self.taken.load(Relaxed) {
            Some(Place::Taken)
        } else {
            None
        }
    }

    /// Another variable was signalled by `thread`.
    #[inline]
    pub(crate) fn hear(&self, thread: impl FnOnce() -> usize, address: usize) {
        let listener = self.listener.load(Relaxed);
        if listener != 0 && listener == thread() {
            let count = self.count.load(Relaxed);
            self.count.store(count + 1, Relaxed);
            if let Some(place) = self.heard.get(count) {
                place.store(address, Relaxed);
            }
        }
    }

    /// Finds the two: `turns` has `thread` let the lock go and take it again, twice; `state` is the interpreter's.
    pub(crate) fn learn(&self, thread: usize, state: &Range<usize>, turns: impl FnOnce()) -> Result<(), Trouble> {
        self.let_go.store(0, Relaxed);
        self.taken.store(0, Relaxed);
        self.count.store(0, Relaxed);
        self.listener.store(thread, Relaxed);
        turns();
        self.listener.store(0, Relaxed);
        let [let_go, taken, again, and_again] = self.heard.each_ref().map(|place| place.load(Relaxed));
        if self.count.load(Relaxed) != SIGNALS || (let_go, taken) != (again, and_again) || let_go == taken {
            return Err(Trouble::Unseen);
        }
        if !state.contains(&let_go) || !state.contains(&taken) {
            return Err(Trouble::Elsewhere);
        }
        self.taken.store(taken, Relaxed);
        self.let_go.store(let_go, Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: Range<usize> = 1000..2000;

    fn learn(variables: &Variables, signals: &[usize]) -> Result<(), Trouble> {
        variables.learn(7, &STATE, || signals.iter().for_each(|&address| variables.hear(|| 7, address)))
    }

    #[test]
    fn two_turns_show_the_variables() {
        let variables = Variables::new();
        assert_eq!(learn(&variables, &[1100, 1200, 1100, 1200]), Ok(()));
        assert_eq!((variables.place(1100), variables.place(1200)), (Some(Place::LetGo), Some(Place::Taken)));
        assert_eq!(variables.place(1300), None);
    }

    #[test]
    fn anything_else_shows_nothing() {
        let variables = Variables::new();
        let unseen =
            [&[][..], &[1100, 1200], &[1100, 1100, 1100, 1100], &[1100, 1200, 1300, 1200], &[1100, 1200, 1100, 1200, 1300]];
        for signals in unseen {
            assert_eq!(learn(&variables, signals), Err(Trouble::Unseen), "{signals:?}");
        }
        assert_eq!(learn(&variables, &[1100, 2200, 1100, 2200]), Err(Trouble::Elsewhere));
        assert_eq!(variables.place(1100), None);
    }

    #[test]
    fn other_threads_are_not_heard() {
        let variables = Variables::new();
        let noise = |address| variables.hear(|| 8, address);
        let turns = || {
            for address in [1100, 1200, 1100, 1200] {
                noise(1500);
                variables.hear(|| 7, address);
            }
        };
        assert_eq!(variables.learn(7, &STATE, turns), Ok(()));
    }
}
