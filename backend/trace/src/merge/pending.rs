//! What has been read and not been given a meaning yet.
//!
//! Each ring is in order, but rings are read one after the other: what one process wrote last may be newer than what the
//! next has not been asked for. So everything is held back for [`HOLD_BACK_NS`] and handled in the order of time.
//!
//! The events of a process wait in a line of their own, the few that come out of order and everything else in a table by time. What
//! comes next is the earliest of the lines' first and of the table's.

use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use forkyard_wire::cores::CoreInterval;

use super::Ending;
use super::lanes::ProcessId;
use super::packed::Packed;
use super::table::Table;
use crate::event::{Event, Kind};

/// How long a thing is held back, in nanoseconds: longer than a look at all rings takes.
pub(crate) const HOLD_BACK_NS: u64 = 50_000_000;

/// What an entry of the table counts as, in bytes.
const ENTRY: usize = 128;

/// One thing that happened.
#[derive(Debug)]
pub(crate) enum Item {
    /// An event of a process.
    Event { process: ProcessId, event: Event },
    /// So many events of this process before this moment were lost.
    Gap { process: ProcessId, events: u64 },
    /// A stretch on a core.
    OnCore(CoreInterval),
    /// A process ended.
    Death { process: ProcessId, ending: Ending },
}

/// A time and, at one time, a rank: causes come first.
type Key = (u64, u8);

/// The events of one process.
#[derive(Debug)]
struct Line {
    process: ProcessId,
    /// The first of them, and its key.
    first: Option<(Key, Event)>,
    rest: Packed,
    /// The last one's key.
    last: Key,
    /// The strings that they refer to, by id.
    strings: Table<u32, Arc<str>>,
    /// Whether no more will come.
    over: bool,
}

/// Things, to be had in the order of time.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    lines: Vec<Line>,
    /// The key of each line's first event, with the line's place; as far as `lines` are as they were.
    firsts: BinaryHeap<Reverse<(Key, usize)>>,
    ordered: bool,
    /// Everything else, and events that came later than a later one of their process; by key and order of arrival.
    others: BTreeMap<(Key, u64), Item>,
    arrived: u64,
    /// How many events wait.
    events: usize,
}

impl Pending {
    /// Adds events of a process.
    pub(crate) fn extend(&mut self, process: ProcessId, events: &[Event]) {
        let place = self.place(process);
        let line = &mut self.lines[place];
        for event in events {
            let key = (event.t_ns, rank_of(event.kind));
            if line.first.is_some() && key < line.last {
                self.arrived += 1;
                self.others.insert((key, self.arrived), Item::Event { process, event: *event });
                continue;
            }
            line.last = key;
            match line.first {
                Some(_) => line.rest.push(event),
                None => {
                    line.first = Some((key, *event));
                    self.ordered = false;
                }
            }
        }
        self.events += events.len();
    }

    /// Adds another thing, which happened at `t_ns`.
    pub(crate) fn push(&mut self, t_ns: u64, item: Item) {
        let rank = match item {
            Item::Gap { .. } => 0,
            Item::Event { event, .. } => rank_of(event.kind),
            Item::OnCore(_) => 4,
            Item::Death { .. } => 5,
        };
        self.insert((t_ns, rank), item);
    }

    /// A string of a process's events.
    pub(crate) fn learn(&mut self, process: ProcessId, id: u32, text: &str) {
        let place = self.place(process);
        self.lines[place].strings.insert(id, text.into());
    }

    /// The string of a process's events with this id.
    pub(crate) fn text(&self, process: ProcessId, id: u32) -> Option<Arc<str>> {
        self.lines.iter().find(|line| line.process == process)?.strings.get(&id).cloned()
    }

    /// No more events of a process will come.
    pub(crate) fn over(&mut self, process: ProcessId) {
        let place = self.place(process);
        self.lines[place].over = true;
        self.ordered = false;
    }

    /// How many events wait.
    pub(crate) fn events(&self) -> usize {
        self.events
    }

    /// The bytes that all of it takes, roughly.
    pub(crate) fn bytes(&self) -> usize {
        self.lines.iter().map(|line| line.rest.bytes()).sum::<usize>() + self.others.len() * ENTRY
    }

    /// When the next thing happened.
    pub(crate) fn next_at(&mut self) -> Option<u64> {
        self.order();
        let first = self.firsts.peek().map(|Reverse((key, _))| key.0);
        let other = self.others.first_key_value().map(|((key, _), _)| key.0);
        first.into_iter().chain(other).min()
    }

    /// Takes the next thing if it happened up to and including `t_ns`; at one time, in the order of causes, then of arrival.
    pub(crate) fn take_until(&mut self, t_ns: u64) -> Option<(u64, Item)> {
        self.order();
        let other = self.others.first_key_value().map(|((key, _), _)| *key);
        // At one key a line's first came before any that was late.
        let first = self.firsts.peek_mut().filter(|first| other.is_none_or(|other| first.0.0 <= other));
        let Some(mut first) = first else {
            let entry = self.others.first_entry().filter(|entry| entry.key().0.0 <= t_ns)?;
            let ((key, _), item) = entry.remove_entry();
            self.events -= usize::from(matches!(item, Item::Event { .. }));
            return Some((key.0, item));
        };
        let Reverse((key, place)) = *first;
        if key.0 > t_ns {
            return None;
        }
        let line = self.lines.get_mut(place)?;
        let (_, event) = line.first.take()?;
        match line.rest.pop() {
            Some(next) => {
                let key = (next.t_ns, rank_of(next.kind));
                line.first = Some((key, next));
                first.0.0 = key;
            }
            None => {
                PeekMut::pop(first);
            }
        }
        self.events -= 1;
        Some((key.0, Item::Event { process: line.process, event }))
    }

    /// Everything that waits of processes' events is lost. How many those are.
    pub(crate) fn abandon(&mut self) -> u64 {
        let mut lost = 0;
        for place in 0..self.lines.len() {
            let line = &mut self.lines[place];
            let events = line.rest.len() as u64 + u64::from(line.first.take().is_some());
            line.rest.clear();
            let (last, process) = (line.last, line.process);
            if events > 0 {
                lost += events;
                self.push(last.0, Item::Gap { process, events });
            }
        }
        self.events -= lost as usize;
        self.ordered = false;
        lost
    }

    fn insert(&mut self, key: Key, item: Item) {
        self.arrived += 1;
        self.others.insert((key, self.arrived), item);
    }

    /// Where a process's line is.
    fn place(&mut self, process: ProcessId) -> usize {
        self.lines.iter().position(|line| line.process == process).unwrap_or_else(|| {
            self.lines.push(Line {
                process,
                first: None,
                rest: Packed::default(),
                last: Key::default(),
                strings: Table::default(),
                over: false,
            });
            self.lines.len() - 1
        })
    }

    /// Finds out anew which line is first where, and forgets those of which nothing will come.
    fn order(&mut self) {
        if self.ordered {
            return;
        }
        self.lines.retain(|line| !line.over || line.first.is_some());
        let firsts = self.lines.iter().enumerate();
        self.firsts = firsts.filter_map(|(place, line)| Some(Reverse((line.first?.0, place)))).collect();
        self.ordered = true;
    }
}

/// At one time: a birth before what the newborn does, a message's sending before its receipt, a death last.
fn rank_of(kind: u16) -> u8 {
    const BORN: u16 = Kind::Born.pack();
    const SENT: u16 = Kind::Sent.pack();
    const RECEIVED: u16 = Kind::Received.pack();
    match kind {
        BORN | SENT => 1,
        RECEIVED => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merge::lanes::Lanes;

    /// Three processes.
    fn processes() -> Vec<ProcessId> {
        let mut lanes = Lanes::default();
        (1..4).filter_map(|pid| lanes.meet(pid, 0)).collect()
    }

    fn event(t_ns: u64, kind: u16, number: usize) -> Event {
        Event { t_ns, tid: 1, kind, core: 0, object: 0, sequence: 0, argument: number as u64 }
    }

    fn all(pending: &mut Pending) -> Vec<(u64, Option<u64>)> {
        let number = |item| match item {
            Item::Event { event, .. } => Some(event.argument),
            _ => None,
        };
        std::iter::from_fn(|| pending.take_until(u64::MAX)).map(|(t, item)| (t, number(item))).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn everything_comes_in_the_order_of_time_then_of_causes_and_of_one_process_then_of_arrival(
            told in prop::collection::vec((0_usize..3, 0_u64..12, 3_u16..7), 0..80),
        ) {
            let (mut pending, processes) = (Pending::default(), processes());
            let mut expected = Vec::new();
            for (number, &(process, t, kind)) in told.iter().enumerate() {
                pending.extend(processes[process], &[event(t, kind, number)]);
                expected.push((t, rank_of(kind), process, number));
            }
            prop_assert_eq!(pending.events(), told.len());
            let taken: Vec<_> = all(&mut pending).into_iter().filter_map(|(_, number)| number).collect();
            let taken: Vec<_> = taken.into_iter().map(|number| expected[number as usize]).collect();
            prop_assert!(taken.is_sorted_by_key(|&(t, rank, ..)| (t, rank)));
            for process in 0..3 {
                let mut own: Vec<_> = expected.iter().copied().filter(|each| each.2 == process).collect();
                own.sort_by_key(|&(t, rank, ..)| (t, rank));
                prop_assert_eq!(taken.iter().copied().filter(|each| each.2 == process).collect::<Vec<_>>(), own);
            }
            prop_assert_eq!((pending.events(), pending.bytes()), (0, 0));
        }
    }

    #[test]
    fn what_is_newer_waits_and_what_comes_late_goes_before_it() {
        let (mut pending, processes) = (Pending::default(), processes());
        pending.extend(processes[0], &[event(5, 4, 0), event(9, 4, 1), event(7, 4, 2)]);
        pending.push(6, Item::Gap { process: processes[1], events: 3 });
        let mut taken = Vec::new();
        while let Some((t, _)) = pending.take_until(7) {
            taken.push(t);
        }
        assert_eq!((taken, pending.next_at()), (vec![5, 6, 7], Some(9)));
    }

    #[test]
    fn millions_of_events_wait_in_few_bytes() {
        let (mut pending, processes) = (Pending::default(), processes());
        for number in 0..1_000_000_u64 {
            for &process in &processes[..2] {
                let argument = number << 32 | 60;
                pending.extend(process, &[Event { argument, ..event(1_000 + number * 400, 4, 0) }]);
            }
        }
        assert_eq!(pending.events(), 2_000_000);
        assert!(pending.bytes() <= 6 * 2_000_000, "{}", pending.bytes());
    }

    #[test]
    fn what_is_given_up_is_a_gap_of_its_process_at_its_end() {
        let (mut pending, processes) = (Pending::default(), processes());
        pending.extend(processes[0], &[event(5, 4, 0), event(9, 4, 1)]);
        pending.extend(processes[1], &[event(3, 4, 2)]);
        assert_eq!((pending.abandon(), pending.events()), (3, 0));
        let gaps: Vec<_> = std::iter::from_fn(|| pending.take_until(u64::MAX)).collect();
        assert!(matches!(gaps[..], [(3, Item::Gap { events: 1, .. }), (9, Item::Gap { events: 2, .. })]), "{gaps:?}");
    }
}
