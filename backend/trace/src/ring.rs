//! The ring: one process writes, with all its threads, and another reads, without ever stopping the writer.
//!
//! A writer takes a position by adding to `head`, claims the position's cell by making its sequence word busy, fills the
//! cell, and publishes by storing the sequence. So a reader that sees the right sequence twice, around its copy, has a whole
//! event, whatever the writers did meanwhile and wherever one was killed.
//!
//! A full ring overwrites its oldest events. Each position handed out is in the end either read or counted as lost, except
//! for the one that a killed thread had begun.

use crate::atomic::{AtomicU64, Ordering, fence, fetch_to_write, yield_now};
use crate::event::Event;

/// An event's bytes: time; tid, kind and core; object and sequence; argument.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Cell([AtomicU64; 4]);

/// The word with the sequence in its upper half while somebody writes the cell. The sequence 0 is never published.
const BUSY: u64 = 0x0000_0000_ffff_ffff;

/// So many events ahead a cell is fetched: each two events are one line, and a line takes some 100 ns.
const AHEAD: u64 = 8;

/// A ring in memory that the reader maps too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ring<'a> {
    head: &'a AtomicU64,
    cells: &'a [Cell],
}

/// What lies at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The event.
    Event(Event),
    /// Not published, or about to be overwritten.
    Unfinished,
    /// A later event lies there.
    Overwritten,
}

impl<'a> Ring<'a> {
    /// A ring over cells, whose number is a power of two.
    pub(crate) fn new(head: &'a AtomicU64, cells: &'a [Cell]) -> Self {
        debug_assert!(cells.len().is_power_of_two());
        Ring { head, cells }
    }

    /// Adds an event; its `sequence` is set here. Any thread of the owner may call it.
    pub(crate) fn push(&self, event: &Event) {
        let (cell, sequence, seen) = loop {
            let position = self.head.fetch_add(1, Ordering::Relaxed);
            let sequence = sequence_of(position);
            if sequence == 0 {
                continue; // Means "empty": that position is nobody's.
            }
            // The reader has had these lines, and to get one back takes longer than all the rest.
            fetch_to_write(self.cell(position.wrapping_add(AHEAD)));
            let cell = self.cell(position);
            match claim(cell, sequence) {
                Some(seen) => break (cell, sequence, seen),
                None => return, // Later events have gone round the ring: this one counts as overwritten.
            }
        };
        debug_assert_ne!(seen, BUSY);
        // SYNC: busy. Pairs with the Acquire fence in `read`: who sees one of the words below sees that the cell was claimed.
        fence(Ordering::Release);
        cell.0[0].store(event.t_ns, Ordering::Relaxed);
        let who = u64::from(event.tid) | u64::from(event.kind) << 32 | u64::from(event.core) << 48;
        cell.0[1].store(who, Ordering::Relaxed);
        cell.0[3].store(event.argument, Ordering::Relaxed);
        // SYNC: publish. Pairs with the Acquire load in `read`.
        cell.0[2].store(u64::from(event.object) | u64::from(sequence) << 32, Ordering::Release);
    }

    /// Positions handed out so far.
    pub(crate) fn head(&self) -> u64 {
        self.head.load(Ordering::Acquire)
    }

    /// How many events fit.
    pub(crate) fn capacity(&self) -> u64 {
        self.cells.len() as u64
    }

    /// What lies at a position below the head.
    pub(crate) fn read(&self, position: u64) -> Found {
        let cell = self.cell(position);
        let wanted = sequence_of(position);
        // SYNC: publish. Pairs with the Release store in `push`.
        let before = cell.0[2].load(Ordering::Acquire);
        let words = [0, 1, 3].map(|word| cell.0[word].load(Ordering::Relaxed));
        // SYNC: busy. Pairs with the Release fence in `push`.
        fence(Ordering::Acquire);
        if before == BUSY || cell.0[2].load(Ordering::Relaxed) != before {
            return Found::Unfinished;
        }
        let sequence = (before >> 32) as u32;
        if sequence != wanted {
            return if is_later(sequence, wanted) { Found::Overwritten } else { Found::Unfinished };
        }
        Found::Event(Event {
            t_ns: words[0],
            tid: words[1] as u32,
            kind: (words[1] >> 32) as u16,
            core: (words[1] >> 48) as u16,
            object: before as u32,
            sequence,
            argument: words[2],
        })
    }

    /// Whether a position is one that no event ever has.
    pub(crate) fn is_skipped(position: u64) -> bool {
        sequence_of(position) == 0
    }

    /// How many of the positions from `from` up to before `to` can have an event.
    pub(crate) fn usable(from: u64, to: u64) -> u64 {
        to.saturating_sub(from) - (to >> 32).saturating_sub(from >> 32)
    }

    fn cell(&self, position: u64) -> &'a Cell {
        &self.cells[position as usize & (self.cells.len() - 1)]
    }
}

/// Makes the cell ours; `None` when a later event than ours has it. A cell that another thread is writing is waited for: that
/// thread runs, or the whole process is dead, and it has four words to go.
fn claim(cell: &Cell, sequence: u32) -> Option<u64> {
    let mut seen = cell.0[2].load(Ordering::Relaxed);
    loop {
        if seen == BUSY {
            yield_now();
            seen = cell.0[2].load(Ordering::Relaxed);
            continue;
        }
        let there = (seen >> 32) as u32;
        if there != 0 && is_later(there, sequence) {
            return None;
        }
        match cell.0[2].compare_exchange_weak(seen, BUSY, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return Some(seen),
            Err(now) => seen = now,
        }
    }
}

/// The number that publishes a position.
fn sequence_of(position: u64) -> u32 {
    (position as u32).wrapping_add(1)
}

/// Whether `a` comes after `b`, the numbers going round.
fn is_later(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) > 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(number: u64) -> Event {
        Event { t_ns: number, tid: number as u32, kind: 3, core: 4, object: number as u32, sequence: 0, argument: !number }
    }

    fn cells(count: usize) -> Vec<Cell> {
        (0..count).map(|_| Cell::default()).collect()
    }

    #[test]
    fn what_is_pushed_is_read() {
        let (head, cells) = (AtomicU64::new(0), cells(4));
        let ring = Ring::new(&head, &cells);
        for number in 0..3 {
            ring.push(&event(number));
        }
        for number in 0..3 {
            assert_eq!(ring.read(number), Found::Event(Event { sequence: number as u32 + 1, ..event(number) }));
        }
        assert_eq!(ring.read(3), Found::Unfinished);
    }

    #[test]
    fn the_oldest_are_overwritten() {
        let (head, cells) = (AtomicU64::new(0), cells(4));
        let ring = Ring::new(&head, &cells);
        for number in 0..6 {
            ring.push(&event(number));
        }
        assert_eq!((ring.read(0), ring.read(1)), (Found::Overwritten, Found::Overwritten));
        assert!(matches!(ring.read(2), Found::Event(found) if found.t_ns == 2));
        assert!(matches!(ring.read(5), Found::Event(found) if found.t_ns == 5));
    }

    #[test]
    fn positions_beyond_32_bits_are_told_apart() {
        let start = u64::from(u32::MAX) - 1;
        let (head, cells) = (AtomicU64::new(start), cells(4));
        let ring = Ring::new(&head, &cells);
        for number in 0..4 {
            ring.push(&event(number));
        }
        assert!(Ring::is_skipped(start + 1));
        assert_eq!((Ring::usable(start, start + 1), Ring::usable(start, start + 2), Ring::usable(start, start + 5)), (1, 1, 4));
        assert_eq!(ring.head(), start + 5);
        let read: Vec<u64> = (start..ring.head())
            .filter(|&position| !Ring::is_skipped(position))
            .filter_map(|position| match ring.read(position) {
                Found::Event(event) => Some(event.t_ns),
                _ => None,
            })
            .collect();
        assert_eq!(read, [1, 2, 3], "the first was overwritten by the last, a lap later");
    }

    #[test]
    fn a_cell_that_is_being_written_is_not_read() {
        let (head, cells) = (AtomicU64::new(0), cells(2));
        let ring = Ring::new(&head, &cells);
        ring.push(&event(0));
        cells[0].0[2].store(BUSY, Ordering::Relaxed);
        assert_eq!(ring.read(0), Found::Unfinished);
    }

    proptest! {
        #[test]
        fn each_position_is_its_event_or_was_overwritten(
            start in prop_oneof![Just(0), Just(u64::from(u32::MAX) - 5), any::<u32>().prop_map(u64::from)],
            size in 0_u32..5,
            pushes in 0_u64..60,
        ) {
            let (head, cells) = (AtomicU64::new(start), cells(1 << size));
            let ring = Ring::new(&head, &cells);
            let mut pushed = 0;
            let mut expected = Vec::new();
            while pushed < pushes {
                let position = start + expected.len() as u64;
                if Ring::is_skipped(position) {
                    expected.push(None);
                    continue;
                }
                ring.push(&event(pushed));
                expected.push(Some(pushed));
                pushed += 1;
            }
            prop_assert_eq!(ring.head(), start + expected.len() as u64);
            prop_assert_eq!(Ring::usable(start, ring.head()), pushes);
            for (position, number) in (start..).zip(expected) {
                let Some(number) = number else { continue };
                let found = ring.read(position);
                let mut later = (position..ring.head()).step_by(1 << size).skip(1);
                if later.any(|position| !Ring::is_skipped(position)) {
                    prop_assert_eq!(found, Found::Overwritten);
                } else {
                    prop_assert!(matches!(found, Found::Event(event) if event.t_ns == number), "{:?}", found);
                }
            }
        }
    }
}
