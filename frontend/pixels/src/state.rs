//! The few states a row is painted in, and which state each kind of segment stands for.
//!
//! The wire has some thirty kinds; an eye can tell seven colours. The sentence and the table keep the kind.

use forkyard_wire::timeline::{Category, SegmentKind};

/// How many classes a band can be divided into; see [`Class`]. The last is the gap.
pub const CLASSES: usize = 10;

/// The class of a gap, which is counted too: that makes the sums free of a question.
pub const GAP: u8 = CLASSES as u8 - 1;

/// What a piece of a band is counted as: a [`State`] on a process's lane, a process's hue on a core's lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(pub u8);

impl Class {
    /// Its place among [`CLASSES`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The class of a state.
    pub fn of_state(state: State) -> Self {
        Class(state as u8)
    }

    /// The state, on a band of a process or thread.
    pub fn state(self) -> Option<State> {
        STATES.get(self.index()).copied()
    }

    /// The class of a process's hue; 0 is work that is not this run's.
    pub fn of_hue(hue: Hue) -> Self {
        Class(hue.0)
    }

    /// The hue, on a core's band.
    pub fn hue(self) -> Hue {
        Hue(self.0)
    }
}

/// A process's colour: 1 to 8 in order of birth, then again from 1. 0 stands for something outside the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hue(pub u8);

impl Hue {
    /// Work of another program.
    pub const OTHER: Hue = Hue(0);
    /// How many hues there are.
    pub const COUNT: u8 = 8;

    /// The hue of the process that was born as number `order`, from 0.
    pub fn of_birth(order: usize) -> Self {
        Hue((order % usize::from(Self::COUNT)) as u8 + 1)
    }
}

/// A state of a process or thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum State {
    /// On a core.
    OnCore = 0,
    /// Ready, and no core free.
    Runnable = 1,
    /// Waiting for something that has a name.
    Wait = 2,
    /// Being born: fork, exec, the interpreter, imports.
    Start = 3,
    /// On its way out, or dead and not yet joined.
    Ended = 4,
    /// In the program's code, and nobody recorded whether on a core.
    Alive = 5,
    /// In the program's code, not on a core, and no wait was recorded.
    Off = 6,
    /// Holds a lock.
    Hold = 7,
    /// Works on a task of a pool.
    Task = 8,
}

/// Every state, in the order of their numbers.
pub const STATES: [State; 9] =
    [State::OnCore, State::Runnable, State::Wait, State::Start, State::Ended, State::Alive, State::Off, State::Hold, State::Task];

impl State {
    /// Its name in legends and totals.
    pub fn name(self) -> &'static str {
        match self {
            State::OnCore => "on a core",
            State::Runnable => "ready without a core",
            State::Wait => "waiting",
            State::Start => "starting",
            State::Ended => "ending or dead",
            State::Alive => "running",
            State::Off => "off the cores",
            State::Hold => "holding a lock",
            State::Task => "working on a task",
        }
    }

    /// What it means, for the legend.
    pub fn meaning(self) -> &'static str {
        match self {
            State::OnCore => "A core executes it at this moment.",
            State::Runnable => "It could go on, but every core is taken.",
            State::Wait => "It waits for something that has a name: a lock, a message, another process, a clock.",
            State::Start => "It is being made: fork, the interpreter's start, imports.",
            State::Ended => "It is on its way out, or dead and not yet joined.",
            State::Alive => "It is in your code. Whether it was on a core was not recorded.",
            State::Off => {
                "It is in your code but on no core, and what it waits for was not recorded: a file, the network, memory."
            }
            State::Hold => "It holds a lock.",
            State::Task => "It works on a task of a pool.",
        }
    }
}

/// The state a segment shows, where `cores` says whether anybody recorded who was on which core.
pub fn state_of(kind: SegmentKind, cores: Cores) -> State {
    match (kind.category(), kind) {
        (Category::Wait, _) => State::Wait,
        (Category::Hold | Category::Gil, _) => State::Hold,
        (Category::Task, _) => State::Task,
        (_, SegmentKind::OnCore) => State::OnCore,
        (_, SegmentKind::Runnable) => State::Runnable,
        (_, SegmentKind::Exit | SegmentKind::Zombie) => State::Ended,
        (_, SegmentKind::Run) => match cores {
            Cores::Recorded => State::Off,
            Cores::Unknown => State::Alive,
        },
        _ => State::Start,
    }
}

/// Whether anybody recorded who was on which core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cores {
    /// There are rows for cores.
    Recorded,
    /// There are none.
    #[default]
    Unknown,
}

/// Which of two segments at one moment is painted: the higher. A wait says more than the phase it is in.
pub fn rank(state: State) -> u8 {
    match state {
        State::Wait => 5,
        State::Start | State::Ended => 4,
        State::OnCore => 3,
        State::Runnable => 2,
        State::Alive | State::Off => 1,
        State::Hold | State::Task => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_its_class() {
        for state in STATES {
            assert_eq!(Class::of_state(state).state(), Some(state));
            assert!(Class::of_state(state).index() < usize::from(GAP));
        }
    }

    #[test]
    fn the_ninth_process_has_the_first_ones_hue() {
        assert_eq!(Hue::of_birth(0), Hue(1));
        assert_eq!(Hue::of_birth(7), Hue(8));
        assert_eq!(Hue::of_birth(8), Hue(1));
        assert!(Class::of_hue(Hue(Hue::COUNT)).index() < usize::from(GAP));
    }
}
