//! The ring of events: writers that overwrite, and a reader that never stops them.

use loom::sync::Arc;
use loom::thread;

use crate::atomic::AtomicU64;
use crate::event::Event;
use crate::explore::explore;
use crate::ring::{Cell, Found, Ring};

/// Memory of a ring of two cells: the third event overwrites the first.
struct Memory {
    head: AtomicU64,
    cells: [Cell; 2],
}

impl Memory {
    fn new() -> Arc<Self> {
        Arc::new(Memory { head: AtomicU64::new(0), cells: [Cell::default(), Cell::default()] })
    }

    fn ring(&self) -> Ring<'_> {
        Ring::new(&self.head, &self.cells)
    }
}

/// An event all of whose parts tell its number.
fn event(number: u64) -> Event {
    let small = number as u16;
    Event { t_ns: number, tid: number as u32, kind: small, core: small, object: number as u32, sequence: 0, argument: number }
}

/// The number of an event that was read. Panics when its parts are those of several events.
fn number(found: Event) -> u64 {
    let whole = Event { sequence: found.sequence, ..event(found.t_ns) };
    assert_eq!(found, whole, "the event was put together from several");
    found.t_ns
}

/// A reader beside a writer that overwrites: what it gets is one event as it was written, the right one for its position.
pub fn reader_sees_whole_events() {
    explore(2, || {
        let memory = Memory::new();
        let writer = {
            let memory = Arc::clone(&memory);
            thread::spawn(move || (1..=3).for_each(|number| memory.ring().push(&event(number))))
        };
        let ring = memory.ring();
        for position in 0..ring.head() {
            if let Found::Event(found) = ring.read(position) {
                assert_eq!(number(found), position + 1, "an event was read at another's position");
            }
        }
        writer.join().expect("the writer is done");
        assert_eq!(ring.read(0), Found::Overwritten);
        for position in 1..3 {
            let Found::Event(found) = ring.read(position) else { panic!("position {position} was written and not overwritten") };
            assert_eq!(number(found), position + 1);
        }
    });
}

/// Two writers of one process that write in the same cell: each position is an event, or was overwritten by a later one.
pub fn writers_lose_nothing() {
    explore(2, || {
        let memory = Memory::new();
        let other = {
            let memory = Arc::clone(&memory);
            thread::spawn(move || (1..=2).for_each(|number| memory.ring().push(&event(number))))
        };
        (3..=4).for_each(|number| memory.ring().push(&event(number)));
        other.join().expect("the writer is done");
        let ring = memory.ring();
        assert_eq!(ring.head(), 4);
        let mut numbers: Vec<u64> = (0..2)
            .map(|position| {
                assert_eq!(ring.read(position), Found::Overwritten);
                let Found::Event(found) = ring.read(position + 2) else { panic!("nothing lies at the end of the ring") };
                number(found)
            })
            .collect();
        numbers.dedup();
        assert_eq!(numbers.len(), 2, "an event was written twice");
    });
}
