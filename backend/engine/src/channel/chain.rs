//! The chain: records in segments of the arena, appended at the tail by anybody, taken at the head by anybody.
//!
//! Producers hold the tail's robust mutex, consumers the head's; nobody sleeps while holding one. An append becomes true by the one store
//! of the record's header, a take by the one store of the head. Who dies before it has done nothing, who dies after it has done everything;
//! the rest (counters, the tail's place) is worked out again by the next one. Locks are taken in the order head, tail, allocator.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

use super::Message;
use super::bell::Bell;
use super::record::{HEADER, LINK, Record};
use crate::limits::{FIRST_SEGMENT, INLINE_MESSAGE, LAST_SEGMENT};
use crate::shm::allocator;
use crate::shm::{Arena, BlockError};
use crate::sys::layout::ChainState;
use crate::sys::mutex::Guard;

/// Shape numbers of the blocks a chain owns.
const SEGMENT: u32 = 7;
const LARGE: u32 = 8;

/// What is known of the bell. A process that dies while it rings or silences it leaves `RINGING`: it may be either.
const QUIET: u32 = 0;
const RUNG: u32 = 1;
const RINGING: u32 = 2;

/// A chain in the arena.
#[derive(Clone, Copy)]
pub(super) struct Chain {
    pub(super) arena: &'static Arena,
    pub(super) state: &'static ChainState,
}

/// What became of an append.
pub(super) enum Appended {
    /// It has this number.
    Yes(u32),
    /// The bound is reached.
    Full,
    /// The bell says that nobody will ever take it.
    Deaf,
}

/// How much may wait in a chain.
#[derive(Clone, Copy)]
pub(super) enum Bound {
    None,
    Messages(u32),
    Bytes(u64),
}

impl Chain {
    /// Makes an empty chain of zeroed memory.
    pub(super) fn init(self) -> Result<(), BlockError> {
        let state = self.state;
        state.tail_mutex.init();
        state.head_mutex.init();
        state.segment_size.store(FIRST_SEGMENT, Relaxed);
        let segment = self.new_segment()?;
        let start = segment + allocator::HEADER;
        state.tail_segment.store(segment, Relaxed);
        state.tail.store(start, Relaxed);
        state.head_segment.store(segment, Relaxed);
        state.head.store(start, Release);
        Ok(())
    }

    /// Messages in it at this moment.
    #[inline]
    pub(super) fn len(self) -> u32 {
        let received = self.state.received.load(Acquire);
        let len = self.state.sent.load(Acquire).wrapping_sub(received);
        // Between the two loads, or where a counter lags behind its record, the difference can be negative.
        if len > u32::MAX / 2 { 0 } else { len }
    }

    /// Whether a take may succeed. Right when nobody takes at the same time, a good guess otherwise.
    #[inline]
    pub(super) fn ready(self) -> bool {
        let head = self.state.head.load(Acquire);
        self.arena.memory().word(head).load(Acquire) != 0
    }

    /// Whether a take may succeed; counts what has rung the bell already and is being published at this moment.
    #[inline]
    pub(super) fn ready_for_sure(self) -> bool {
        self.ready()
            || (self.state.rung.load(SeqCst) != QUIET && {
                drop(self.lock_tail());
                self.ready()
            })
    }

    /// Whether the bound leaves room. A guess unless the tail is locked.
    pub(super) fn has_room(self, bound: Bound) -> bool {
        match bound {
            Bound::None => true,
            Bound::Messages(most) => self.len() < most,
            Bound::Bytes(most) => self.len() == 0 || self.bytes() < most,
        }
    }

    pub(super) fn bytes(self) -> u64 {
        let received = self.state.received_bytes.load(Relaxed);
        self.state.sent_bytes.load(Relaxed).saturating_sub(received)
    }

    /// Appends one message made of these parts.
    pub(super) fn append<B: Bell>(self, parts: &[&[u8]], bound: Bound, bell: &B) -> Result<Appended, BlockError> {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        if len <= INLINE_MESSAGE {
            return self.append_record(len as u64, bound, bell, |at, number| {
                self.write_parts(at + HEADER, parts);
                Record::Inline { number, len: len as u64 }
            });
        }
        // A look first: the copy of a large message would be for nothing.
        if !self.has_room(bound) {
            return Ok(Appended::Full);
        }
        let place = allocator::allocate(self.arena, len as u64, LARGE).ok_or(BlockError::Full { bytes: len })?;
        self.write_parts(place.at + allocator::HEADER, parts);
        let appended = self.append_record(len as u64, bound, bell, |at, number| {
            self.arena.memory().word(at + HEADER).store(place.at, Relaxed);
            self.arena.memory().word(at + HEADER + 8).store(len as u64, Relaxed);
            Record::Large { number }
        });
        if !matches!(appended, Ok(Appended::Yes(_))) {
            allocator::free(self.arena, place.at);
        }
        appended
    }

    pub(super) fn append_record<B: Bell>(
        self,
        len: u64,
        bound: Bound,
        bell: &B,
        fill: impl FnOnce(u64, u32) -> Record,
    ) -> Result<Appended, BlockError> {
        let state = self.state;
        let guard = self.lock_tail();
        if !self.has_room(bound) {
            return Ok(Appended::Full);
        }
        let need = HEADER + if len <= INLINE_MESSAGE as u64 { len.next_multiple_of(8) } else { 16 };
        let mut at = state.tail.load(Relaxed);
        if at + need + LINK > self.end_of(state.tail_segment.load(Relaxed)) {
            at = self.link_segment(at)?;
        }
        // First the bell, then the record: who hears it and looks waits for the tail's lock.
        if B::AUDIBLE && state.rung.load(Relaxed) != RUNG {
            state.rung.store(RINGING, SeqCst);
            if !bell.ring() {
                return Ok(Appended::Deaf);
            }
            state.rung.store(RUNG, Relaxed);
        }
        let number = state.sent.load(Relaxed).wrapping_add(1);
        let record = fill(at, number);
        let next = at + record.size();
        self.arena.memory().word(next).store(0, Relaxed);
        self.arena.memory().word(at).store(record.encode(), Release); // SYNC: record
        state.tail.store(next, Relaxed);
        state.sent_bytes.store(state.sent_bytes.load(Relaxed) + len, Relaxed);
        state.sent.store(number, Release);
        drop(guard);
        Ok(Appended::Yes(number))
    }

    /// Takes the first message. `note` is called with its number before it is taken for good.
    pub(super) fn take(self, bell: &impl Bell, note: impl FnOnce(u32)) -> Option<Message> {
        if !self.ready_for_sure() {
            return None;
        }
        let state = self.state;
        let memory = self.arena.memory();
        let _guard = self.lock_head();
        loop {
            let at = state.head.load(Relaxed);
            let record = Record::decode(memory.word(at).load(Acquire)); // SYNC: record
            let message = match record {
                Record::None => return None,
                Record::Link => {
                    self.follow_link(at);
                    continue;
                }
                Record::Inline { number, len } => Message::copied(number, self.arena, at + HEADER, len as usize),
                Record::Large { number } => {
                    let (block, len) = (memory.word(at + HEADER).load(Relaxed), memory.word(at + HEADER + 8).load(Relaxed));
                    Message::large(number, self.arena, block, len)
                }
            };
            note(message.number());
            state.head.store(at + record.size(), Release);
            state.received_bytes.store(state.received_bytes.load(Relaxed) + message.len() as u64, Relaxed);
            state.received.store(message.number(), Release);
            if state.strict.load(Relaxed) != 0 {
                self.silence_if_empty(bell);
            }
            return Some(message);
        }
    }

    /// Whether the message with this number was taken, however its taker ended.
    pub(super) fn was_taken(self, number: u32) -> bool {
        let _guard = self.lock_head();
        self.state.received.load(Relaxed).wrapping_sub(number) <= u32::MAX / 2
    }

    /// Makes the bell tell the truth at this moment; whether there is something.
    pub(super) fn silence_if_empty<B: Bell>(self, bell: &B) -> bool {
        let _guard = self.lock_tail();
        let empty = self.len() == 0;
        if B::AUDIBLE && empty && self.state.rung.load(Relaxed) != QUIET {
            self.state.rung.store(RINGING, Relaxed);
            bell.silence();
            self.state.rung.store(QUIET, Relaxed);
        }
        !empty
    }

    /// From now on the bell tells the truth at any moment; whether there is something.
    pub(super) fn be_strict(self, bell: &impl Bell) -> bool {
        self.state.strict.store(1, SeqCst);
        self.silence_if_empty(bell)
    }

    /// Frees everything it owns. Nobody uses it any more.
    pub(super) fn destroy(self) {
        let memory = self.arena.memory();
        let mut segment = self.state.head_segment.load(Acquire);
        let mut at = self.state.head.load(Acquire);
        if segment == 0 {
            return;
        }
        loop {
            let record = Record::decode(memory.word(at).load(Acquire));
            match record {
                Record::None => break,
                Record::Inline { .. } => at += record.size(),
                Record::Large { .. } => {
                    allocator::free(self.arena, memory.word(at + HEADER).load(Relaxed));
                    at += record.size();
                }
                Record::Link => {
                    let next = memory.word(at + HEADER).load(Relaxed);
                    allocator::free(self.arena, segment);
                    (segment, at) = (next, next + allocator::HEADER);
                }
            }
        }
        allocator::free(self.arena, segment);
        let spare = self.state.spare.swap(0, Acquire);
        if spare != 0 {
            allocator::free(self.arena, spare);
        }
    }

    /// Ends the segment in which `at` lies with a link to another one; where that begins.
    #[cold]
    pub(super) fn link_segment(self, at: u64) -> Result<u64, BlockError> {
        let state = self.state;
        let segment = self.new_segment()?;
        let memory = self.arena.memory();
        memory.word(at + HEADER).store(segment, Relaxed);
        memory.word(at).store(Record::Link.encode(), Release); // SYNC: record
        state.tail_segment.store(segment, Relaxed);
        state.tail.store(segment + allocator::HEADER, Relaxed);
        Ok(segment + allocator::HEADER)
    }

    /// An empty segment: the spare one, or a new one.
    fn new_segment(self) -> Result<u64, BlockError> {
        let spare = self.state.spare.swap(0, Acquire);
        let segment = if spare != 0 {
            spare
        } else {
            let size = self.state.segment_size.load(Relaxed);
            self.state.segment_size.store((size * 2).min(LAST_SEGMENT), Relaxed);
            allocator::allocate(self.arena, size, SEGMENT).ok_or(BlockError::Full { bytes: size as usize })?.at
        };
        self.arena.memory().word(segment + allocator::HEADER).store(0, Relaxed);
        Ok(segment)
    }

    /// The head leaves its segment through the link at `at`. Called with the head locked.
    #[cold]
    fn follow_link(self, at: u64) {
        let state = self.state;
        let next = self.arena.memory().word(at + HEADER).load(Relaxed);
        let old = state.head_segment.load(Relaxed);
        {
            // The producer that linked may not have moved on yet, or have died before: after this the tail is elsewhere.
            let _guard = self.lock_tail();
            state.head.store(next + allocator::HEADER, Release);
            state.head_segment.store(next, Relaxed);
        }
        let other = state.spare.swap(old, Release);
        if other != 0 {
            allocator::free(self.arena, other);
        }
    }

    pub(super) fn lock_tail(self) -> Guard<'static> {
        self.state.tail_mutex.lock(|| self.repair_tail())
    }

    pub(super) fn lock_head(self) -> Guard<'static> {
        self.state.head_mutex.lock(|| self.repair_head())
    }

    /// Walks from the start of the tail's segment to its end, as a dead producer may have left the tail's place behind the last record.
    /// The segment is not freed before the tail has left it.
    #[cold]
    fn repair_tail(self) {
        let state = self.state;
        let memory = self.arena.memory();
        let mut at = state.tail.load(Relaxed);
        let segment = state.tail_segment.load(Relaxed);
        if !(segment..self.end_of(segment)).contains(&at) {
            at = segment + allocator::HEADER;
        }
        loop {
            let record = Record::decode(memory.word(at).load(Acquire));
            match record {
                Record::None => break,
                Record::Inline { number, .. } | Record::Large { number } => {
                    state.sent.store(number, Release);
                    at += record.size();
                }
                Record::Link => {
                    let next = memory.word(at + HEADER).load(Relaxed);
                    state.tail_segment.store(next, Relaxed);
                    at = next + allocator::HEADER;
                }
            }
        }
        state.tail.store(at, Relaxed);
    }

    /// Brings the count of taken messages in line with the head.
    #[cold]
    fn repair_head(self) {
        let state = self.state;
        let memory = self.arena.memory();
        let _guard = self.lock_tail();
        let mut at = state.head.load(Relaxed);
        let segment = state.head_segment.load(Relaxed);
        if !(segment..self.end_of(segment)).contains(&at) {
            // It died on its way out of a segment; the old one is leaked.
            state.head_segment.store(at - allocator::HEADER, Relaxed);
        }
        loop {
            match Record::decode(memory.word(at).load(Acquire)) {
                Record::None => break state.received.store(state.sent.load(Relaxed), Release),
                Record::Inline { number, .. } | Record::Large { number } => {
                    break state.received.store(number.wrapping_sub(1), Release);
                }
                Record::Link => at = memory.word(at + HEADER).load(Relaxed) + allocator::HEADER,
            }
        }
        // Its ring may belong to what the dead one took.
        if self.len() == 0 {
            state.received_bytes.store(state.sent_bytes.load(Relaxed), Relaxed);
        }
    }

    fn write_parts(self, mut at: u64, parts: &[&[u8]]) {
        for part in parts {
            self.arena.memory().write(at, part);
            at += part.len() as u64;
        }
    }

    /// Where the segment's bytes end.
    #[inline]
    fn end_of(self, segment: u64) -> u64 {
        segment + allocator::HEADER + allocator::room(self.arena, segment)
    }
}
