//! What has been read and not been given a meaning yet.
//!
//! Each ring is in order, but rings are read one after the other: what one process wrote last may be newer than what the
//! next has not been asked for. So everything is held back for [`HOLD_BACK_NS`] and handled in the order of time.

use std::sync::Arc;

use forkyard_wire::cores::CoreInterval;

use super::Ending;
use super::lanes::ProcessId;
use crate::event::{Event, Kind};

/// How long a thing is held back, in nanoseconds: longer than a look at all rings takes.
pub(crate) const HOLD_BACK_NS: u64 = 50_000_000;

/// One thing that happened.
#[derive(Debug)]
pub(crate) enum Item {
    /// An event of a process.
    Event { process: ProcessId, event: Event, kind: Kind, text: Option<Arc<str>> },
    /// So many events of this process before this moment were lost.
    Gap { process: ProcessId, events: u64 },
    /// A stretch on a core.
    OnCore(CoreInterval),
    /// A process ended.
    Death { process: ProcessId, ending: Ending },
}

/// Things in the order of time, each with its time and its rank.
pub(crate) type Ready = std::vec::IntoIter<(u64, u8, Item)>;

/// Things, to be had in the order of time.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    items: Vec<(u64, u8, Item)>,
}

impl Pending {
    /// Adds a thing that happened at `t_ns`.
    pub(crate) fn push(&mut self, t_ns: u64, item: Item) {
        self.items.push((t_ns, rank(&item), item));
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// Takes everything up to and including `t_ns`, in order; at one time, in the order of causes, then of arrival.
    pub(crate) fn take_until(&mut self, t_ns: u64) -> Ready {
        // The rings are in order each, which the sort finds out: it puts runs together, and moves little else.
        self.items.sort_by_key(|&(t_ns, rank, _)| (t_ns, rank));
        let ready = self.items.partition_point(|item| item.0 <= t_ns);
        let later = self.items.split_off(ready);
        std::mem::replace(&mut self.items, later).into_iter()
    }
}

/// At one time: a birth before what the newborn does, a message's sending before its receipt, a death last.
fn rank(item: &Item) -> u8 {
    match item {
        Item::Gap { .. } => 0,
        Item::Event { kind: Kind::Born | Kind::Sent, .. } => 1,
        Item::Event { kind: Kind::Received, .. } => 3,
        Item::Event { .. } => 2,
        Item::OnCore(_) => 4,
        Item::Death { .. } => 5,
    }
}
