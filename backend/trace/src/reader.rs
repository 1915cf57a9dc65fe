//! The reading side, in the runner: collects what all processes have written since it last looked.
//!
//! It never waits for a writer and no writer for it. Within a slot, events come in the order of their positions. An event
//! that is being written ends a look at its slot: what follows it comes the next time. Once the runner has said that a process
//! [`died`](Reader::died), the events that its threads had begun are passed over and its slot goes to the next process.

use std::collections::HashSet;

use crate::clock::Keeper;
use crate::event::Event;
use crate::memory::{MemoryError, SLOTS, TraceMemory, ring_events};
use crate::names::Name;
use crate::ring::{Found, Ring};

/// A process that has written so many events since the last look is one whose ring's pages are made ahead of it.
const BUSY: u64 = 2048;

/// What one process has written since the last look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawBatch {
    /// Its slot.
    pub slot: usize,
    /// The process.
    pub pid: u32,
    /// New events, in the order of their positions in the ring.
    pub events: Vec<Event>,
    /// New names. All that `events` refer to by a string id are among these and the earlier ones.
    pub names: Vec<Name>,
    /// Events overwritten before they were read, since the last look.
    pub lost: u64,
    /// Whether the process is dead, and this is the last of it.
    pub last: bool,
}

/// Reads a run's trace memory, and owns it.
#[derive(Debug)]
pub struct Reader {
    memory: TraceMemory,
    /// Tells the processes how to tell the time, where there is a quicker way than to ask the kernel.
    clock: Option<Keeper>,
    places: Vec<Place>,
    died: HashSet<u32>,
    /// See [`Reader::shortest_ring`].
    shortest: usize,
}

/// How far a slot has been read.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    position: u64,
    names: usize,
    /// Up to here the pages of its ring were made.
    made: u64,
}

impl Reader {
    /// A reader that has read nothing yet.
    pub fn new(memory: TraceMemory) -> Self {
        Reader {
            memory,
            clock: Keeper::new(),
            places: vec![Place::default(); SLOTS],
            died: HashSet::new(),
            shortest: ring_events(0),
        }
    }

    /// The memory that is read.
    pub fn memory(&self) -> &TraceMemory {
        &self.memory
    }

    /// The pids that own a slot now: those that were born, whether or not their hello arrived, and are not done with.
    pub fn owners(&self) -> Vec<u32> {
        (0..SLOTS).filter_map(|slot| self.memory.owner(slot)).collect()
    }

    /// Says that a process has ended, all its threads included. The next [`Reader::drain`] reads the last of it.
    pub fn died(&mut self, pid: u32) {
        self.died.insert(pid);
    }

    /// How many events the shortest ring of all that had an owner at the last look holds.
    pub fn shortest_ring(&self) -> usize {
        self.shortest
    }

    /// Everything that is new, slot by slot. Slots with nothing new are left out, unless their process died.
    pub fn drain(&mut self) -> Result<Vec<RawBatch>, MemoryError> {
        let died = std::mem::take(&mut self.died);
        self.clock.take_if(|keeper| !keeper.keep(self.memory.arena().clock()));
        let mut batches = Vec::new();
        self.shortest = ring_events(0);
        for slot in 0..SLOTS {
            let Some(pid) = self.memory.owner(slot) else { continue };
            self.shortest = self.shortest.min(ring_events(slot));
            let last = died.contains(&pid);
            let batch = self.read(slot, RawBatch { slot, pid, last, ..RawBatch::default() });
            if last {
                self.places[slot] = Place::default();
                self.memory.recycle(slot)?;
            }
            if last || batch.lost > 0 || !batch.events.is_empty() || !batch.names.is_empty() {
                batches.push(batch);
            }
        }
        Ok(batches)
    }

    /// Fills a batch with what is new in its slot. Events first: the names they refer to were published before them.
    fn read(&mut self, slot: usize, mut batch: RawBatch) -> RawBatch {
        let place = &mut self.places[slot];
        let ring = self.memory.arena().ring(slot);
        let head = ring.head();
        let oldest = head.saturating_sub(ring.capacity());
        // A head that went back was not written by us: read what there is from there.
        place.position = place.position.min(head);
        if place.position < oldest {
            batch.lost += Ring::usable(place.position, oldest);
            place.position = oldest;
        }
        let new = head - place.position;
        batch.events.reserve(new as usize);
        if new >= BUSY && place.made < ring.capacity() {
            // Twice as far as it has come meanwhile.
            let to = head.saturating_add(2 * new);
            if to > place.made {
                // Where that cannot be had, the process makes its pages itself.
                let made = self.memory.make_pages(slot, head.max(place.made) as usize, to as usize);
                place.made = if made.is_ok() { to } else { u64::MAX };
            }
        }
        while place.position < head {
            match ring.read(place.position) {
                _ if Ring::is_skipped(place.position) => {}
                Found::Event(event) => batch.events.push(event),
                Found::Overwritten => batch.lost += 1,
                Found::Unfinished if batch.last => {}
                Found::Unfinished => break,
            }
            place.position += 1;
        }
        let (names, length) = Name::decode_all(&self.memory.names(slot, place.names));
        place.names += length;
        batch.names = names;
        batch
    }
}
