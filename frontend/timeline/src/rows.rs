//! The choices of the table: which rows it holds.

use forkyard_wire::timeline::{Category, Segment};

use crate::finding::Finding;
use crate::trace::Trace;

/// Which rows the table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// What happened: all but what each object, the interpreter's lock and the cores did over time.
    Events,
    /// Waits.
    Waits,
    /// Birth, life and death.
    Lives,
    /// Locks held and tasks.
    Work,
    /// Messages.
    Messages,
    /// What was printed, exceptions, signals.
    Prints,
    /// Who held each object, and how many waited for it or lay in it.
    Objects,
    /// The interpreter's lock held.
    Gil,
    /// Times on cores, and times without one.
    Cores,
    /// How many cores were used, from one change to the next.
    Used,
}

/// Every choice of rows, in the order in which it is offered.
pub const ROWS: [Rows; 10] = [
    Rows::Events,
    Rows::Waits,
    Rows::Lives,
    Rows::Work,
    Rows::Messages,
    Rows::Prints,
    Rows::Objects,
    Rows::Gil,
    Rows::Cores,
    Rows::Used,
];

impl Rows {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Rows::Events => "events",
            Rows::Waits => "waits",
            Rows::Lives => "lives of processes",
            Rows::Work => "locks held and tasks",
            Rows::Messages => "messages",
            Rows::Prints => "prints and exceptions",
            Rows::Objects => "objects over time",
            Rows::Gil => "the interpreter's lock held",
            Rows::Cores => "core times",
            Rows::Used => "cores used",
        }
    }

    pub(crate) fn has(self, segment: &Segment) -> bool {
        match (self, segment.kind.category()) {
            (Rows::Events, category) => !matches!(category, Category::Core | Category::Gil),
            (Rows::Waits, category) => category == Category::Wait,
            (Rows::Lives, category) => category == Category::Lifecycle,
            (Rows::Work, category) => matches!(category, Category::Hold | Category::Task),
            (Rows::Messages | Rows::Prints | Rows::Used, _) => false,
            (Rows::Objects, category) => category == Category::Hold && segment.object != 0,
            (Rows::Gil, category) => category == Category::Gil,
            (Rows::Cores, category) => category == Category::Core,
        }
    }

    pub(crate) fn has_messages(self) -> bool {
        matches!(self, Rows::Events | Rows::Messages)
    }

    pub(crate) fn has_prints(self) -> bool {
        matches!(self, Rows::Events | Rows::Prints)
    }

    /// What of the findings belongs to it; of the cores, what touches a range.
    pub(crate) fn findings(self, trace: &Trace, range: Option<(u64, u64)>) -> Vec<Finding> {
        let findings = trace.findings();
        match self {
            Rows::Events => {
                let gaps = (0..findings.gaps.len()).map(|index| Finding::Gap(index as u32));
                gaps.chain((0..findings.lost_updates.len()).map(|index| Finding::LostUpdates(index as u32))).collect()
            }
            Rows::Objects => {
                let levels = findings.all_levels();
                levels.map(|level| Finding::Level { object: level.object, measure: level.measure, at_ns: level.at }).collect()
            }
            Rows::Used => Finding::all_cores(trace, range.unwrap_or((0, u64::MAX))),
            _ => Vec::new(),
        }
    }
}
