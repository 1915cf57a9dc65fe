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

/// So many events are read at once.
const PART: u64 = 512;

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
        let mut all: Vec<RawBatch> = Vec::new();
        self.read(|part| match all.last_mut().filter(|batch| batch.slot == part.slot) {
            Some(batch) => {
                batch.events.extend_from_slice(&part.events);
                batch.names.append(&mut part.names);
                batch.lost += part.lost;
                batch.last |= part.last;
            }
            None => all.push(std::mem::take(part)),
        })?;
        Ok(all)
    }

    /// The same in parts, of which `take` gets one after the other: they fit into the fastest memory, and it is always the same. Answers how
    /// many times what was new would fit into its ring, where that is least.
    pub fn read(&mut self, mut take: impl FnMut(&mut RawBatch)) -> Result<u64, MemoryError> {
        let mut times = u64::MAX;
        let died = std::mem::take(&mut self.died);
        self.clock.take_if(|keeper| !keeper.keep(self.memory.arena().clock()));
        self.shortest = ring_events(0);
        let mut part = RawBatch::default();
        for slot in 0..SLOTS {
            let Some(pid) = self.memory.owner(slot) else { continue };
            self.shortest = self.shortest.min(ring_events(slot));
            let is_dead = died.contains(&pid);
            let head = self.memory.arena().ring(slot).head();
            times = times.min(self.catch_up(slot, head, &mut part));
            let mut is_whole = false;
            while !is_whole {
                (part.slot, part.pid) = (slot, pid);
                is_whole = self.read_part(slot, head, is_dead, &mut part);
                if is_whole {
                    // After the events: the names they refer to were published before them.
                    self.read_names(slot, &mut part);
                    part.last = is_dead;
                }
                if part.last || part.lost > 0 || !part.events.is_empty() || !part.names.is_empty() {
                    take(&mut part);
                }
                part.clear();
            }
            if is_dead {
                self.places[slot] = Place::default();
                self.memory.recycle(slot)?;
            }
        }
        Ok(times)
    }

    /// Passes over what was overwritten of a slot, which is lost. How many times what is new up to `head` would fit into the ring.
    fn catch_up(&mut self, slot: usize, head: u64, part: &mut RawBatch) -> u64 {
        let place = &mut self.places[slot];
        let ring = self.memory.arena().ring(slot);
        let oldest = head.saturating_sub(ring.capacity());
        // A head that went back was not written by us: read what there is from there.
        place.position = place.position.min(head);
        let times = ring.capacity() / (head - place.position).max(1);
        if place.position < oldest {
            part.lost += Ring::usable(place.position, oldest);
            place.position = oldest;
        }
        let new = head - place.position;
        if new >= BUSY && place.made < ring.capacity() {
            // Twice as far as it has come meanwhile.
            let to = head.saturating_add(2 * new);
            if to > place.made {
                // Where that cannot be had, the process makes its pages itself.
                let made = self.memory.make_pages(slot, head.max(place.made) as usize, to as usize);
                place.made = if made.is_ok() { to } else { u64::MAX };
            }
        }
        times
    }

    /// Adds to a part what comes next of a slot before `head`, as much as fits; whether that was all.
    fn read_part(&mut self, slot: usize, head: u64, is_dead: bool, part: &mut RawBatch) -> bool {
        let place = &mut self.places[slot];
        let ring = self.memory.arena().ring(slot);
        let end = head.min(place.position.saturating_add(PART));
        while place.position < end {
            match ring.read(place.position) {
                _ if Ring::is_skipped(place.position) => {}
                Found::Event(event) => part.events.push(event),
                Found::Overwritten => part.lost += 1,
                Found::Unfinished if is_dead => {}
                Found::Unfinished => return true,
            }
            place.position += 1;
        }
        place.position == head
    }

    fn read_names(&mut self, slot: usize, part: &mut RawBatch) {
        let place = &mut self.places[slot];
        let (names, length) = Name::decode_all(&self.memory.names(slot, place.names));
        place.names += length;
        part.names = names;
    }
}

impl RawBatch {
    /// Makes it empty, and keeps its memory.
    fn clear(&mut self) {
        self.events.clear();
        *self = RawBatch { events: std::mem::take(&mut self.events), ..RawBatch::default() };
    }
}
