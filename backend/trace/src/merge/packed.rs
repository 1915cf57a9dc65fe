//! Events of one process that wait, in the order of time, in some six bytes each instead of 32.
//!
//! A busy run waits with millions of them. What consecutive events of a process share (thread, kind, object) is told once and then by a
//! number, and times and arguments are told as differences. Nothing is lost but what nobody asks for: core and sequence. Little memory
//! is touched, which is most of what keeping an event costs.

use std::collections::VecDeque;

use crate::event::{Event, pack, unpack};

/// Bytes of a block, which is written and read from one end to the other, and then used again.
const BLOCK: usize = 64 << 10;

/// What is left of a block before no further event is begun in it. None takes more than 30 bytes: 2 that say how it is told, 10 for its line, 8 for
/// the time, 5 for each half of the argument. Each number is written as eight bytes, of which those count that it needs.
const LONGEST: usize = 40;

/// Emptied blocks that are kept to be used again.
const SPARE: usize = 4;

/// Lines that are remembered, by a hash; a power of two, and less than [`NEW`].
const LINES: usize = 64;

/// With a line's number: its three numbers follow.
const NEW: u8 = 0x80;

/// So many bytes a time can be told in; which, two bits say.
const TIMES: [u8; 4] = [1, 2, 4, 8];

/// The same of a half of an argument.
const HALVES: [u8; 4] = [0, 1, 2, 5];

/// What events have in common, and the last one's argument.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Line {
    tid: u32,
    kind: u16,
    object: u32,
    argument: (u32, u32),
}

/// What both ends remember: the same at the same event.
#[derive(Debug)]
struct Memory {
    t_ns: u64,
    lines: Box<[Line; LINES]>,
}

impl Default for Memory {
    fn default() -> Self {
        Memory { t_ns: 0, lines: Box::new([Line::default(); LINES]) }
    }
}

/// A stretch of events.
#[derive(Debug)]
struct Block {
    bytes: Box<[u8; BLOCK]>,
    length: usize,
}

/// Events that wait, first in, first out.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    blocks: VecDeque<Block>,
    spare: Vec<Block>,
    /// How much of the first block has been taken.
    taken: usize,
    length: usize,
    writer: Memory,
    reader: Memory,
}

impl Packed {
    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The bytes that they take.
    pub(crate) fn bytes(&self) -> usize {
        self.blocks.len() * BLOCK
    }

    /// Adds an event.
    #[inline]
    pub(crate) fn push(&mut self, event: &Event) {
        if self.blocks.back().is_none_or(|block| block.length + LONGEST > BLOCK) {
            self.blocks.push_back(self.spare.pop().unwrap_or_default());
        }
        let Some(block) = self.blocks.back_mut() else { return };
        let place = place(event);
        let line = &mut self.writer.lines[place];
        let argument = unpack(event.argument);
        let is_new = (line.tid, line.kind, line.object) != (event.tid, event.kind, event.object);
        if is_new {
            *line = Line { tid: event.tid, kind: event.kind, object: event.object, argument: (0, 0) };
        }
        let t_ns = fold(event.t_ns.wrapping_sub(self.writer.t_ns) as i64);
        let high = fold(i64::from(argument.0.wrapping_sub(line.argument.0) as i32));
        let low = fold(i64::from(argument.1.wrapping_sub(line.argument.1) as i32));
        let (t, h, l) = (which(t_ns, TIMES), which(high, HALVES), which(low, HALVES));
        let new = if is_new { NEW } else { 0 };
        block.put(u64::from(place as u8 | new) | (t | h << 2 | l << 4) << 8, 2);
        if is_new {
            block.put(u64::from(event.tid) | u64::from(event.kind) << 32, 6);
            block.put(event.object.into(), 4);
        }
        block.put(t_ns, TIMES[t as usize]);
        block.put(high, HALVES[h as usize]);
        block.put(low, HALVES[l as usize]);
        line.argument = argument;
        self.writer.t_ns = event.t_ns;
        self.length += 1;
    }

    /// Takes the oldest. Core and sequence are 0.
    pub(crate) fn pop(&mut self) -> Option<Event> {
        let block = self.blocks.front()?;
        let mut at = self.taken;
        let mut take = |length| block.take(&mut at, length);
        let first = take(2) as usize;
        let line = &mut self.reader.lines[first % LINES];
        if first & usize::from(NEW) != 0 {
            let (who, object) = (take(6), take(4) as u32);
            *line = Line { tid: who as u32, kind: (who >> 32) as u16, object, argument: (0, 0) };
        }
        let t_ns = self.reader.t_ns.wrapping_add(unfold(take(TIMES[first >> 8 & 3])) as u64);
        let high = line.argument.0.wrapping_add(unfold(take(HALVES[first >> 10 & 3])) as u32);
        let low = line.argument.1.wrapping_add(unfold(take(HALVES[first >> 12 & 3])) as u32);
        line.argument = (high, low);
        let Line { tid, kind, object, .. } = *line;
        self.reader.t_ns = t_ns;
        self.taken = at;
        self.length -= 1;
        if at == block.length {
            self.next_block();
        }
        Some(Event { t_ns, tid, kind, core: 0, object, sequence: 0, argument: pack(high, low) })
    }

    /// Forgets all that wait.
    pub(crate) fn clear(&mut self) {
        *self = Packed::default();
    }

    /// The first block has been taken whole.
    fn next_block(&mut self) {
        self.taken = 0;
        if let Some(mut block) = self.blocks.pop_front()
            && self.spare.len() < SPARE
        {
            block.length = 0;
            self.spare.push(block);
        }
    }
}

impl Default for Block {
    fn default() -> Self {
        Block { bytes: Box::new([0; BLOCK]), length: 0 }
    }
}

impl Block {
    /// Adds the lowest `length` bytes of a number. Eight are written, always: to write as many as are needed takes longer.
    #[inline]
    fn put(&mut self, number: u64, length: u8) {
        if let Some(place) = self.bytes.get_mut(self.length..self.length + 8) {
            place.copy_from_slice(&number.to_le_bytes());
            self.length += usize::from(length);
        }
    }

    /// The number in the next `length` bytes; 0 at the end.
    #[inline]
    fn take(&self, at: &mut usize, length: u8) -> u64 {
        let rest = self.bytes.get(*at..).and_then(|rest| rest.first_chunk::<8>());
        *at += usize::from(length);
        let all = rest.map_or(0, |bytes| u64::from_le_bytes(*bytes));
        if length == 8 { all } else { all & !(u64::MAX << (8 * length)) }
    }
}

/// Where the line of an event is remembered. Events of a loop have few lines, whose numbers differ little.
fn place(event: &Event) -> usize {
    let numbers = event.tid.wrapping_mul(0x9e37_79b1)
        ^ u32::from(event.kind).wrapping_mul(0x85eb_ca77)
        ^ event.object.wrapping_mul(0xc2b2_ae3d);
    (numbers >> 26) as usize % LINES
}

/// Which of the lengths a number needs.
#[inline]
fn which(number: u64, lengths: [u8; 4]) -> u64 {
    let longer = |length: u8| u64::from(number >> (8 * length) > 0);
    longer(lengths[0]) + longer(lengths[1]) + longer(lengths[2])
}

/// Small numbers of either sign as small numbers: 0, -1, 1, -2 … as 0, 1, 2, 3 …
fn fold(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

fn unfold(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event() -> impl Strategy<Value = Event> {
        let small = (0_u64..3000, 0_u32..3, 0_u16..9, 0_u32..40, 0_u64..5);
        let any = (any::<u64>(), any::<u32>(), any::<u16>(), any::<u32>(), any::<u64>());
        prop_oneof![3 => small, 1 => any].prop_map(|(t_ns, tid, kind, object, argument)| Event {
            t_ns,
            tid,
            kind,
            core: 0,
            object,
            sequence: 0,
            argument,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_goes_in_comes_out(steps in prop::collection::vec(prop::option::weighted(0.6, event()), 0..400)) {
            let (mut packed, mut expected) = (Packed::default(), VecDeque::new());
            for step in steps {
                match step {
                    Some(event) => {
                        packed.push(&event);
                        expected.push_back(event);
                    }
                    None => prop_assert_eq!(packed.pop(), expected.pop_front()),
                }
                prop_assert_eq!(packed.len(), expected.len());
            }
            prop_assert_eq!(std::iter::from_fn(|| packed.pop()).collect::<VecDeque<_>>(), expected);
        }
    }

    #[test]
    fn events_of_a_loop_take_few_bytes_and_blocks_come_back() {
        let mut packed = Packed::default();
        let event = |number: u64| Event {
            t_ns: 1 << 50 | (number * 700 + number % 13),
            tid: 4000,
            kind: 4,
            core: 1,
            object: 17,
            sequence: number as u32,
            argument: pack(number as u32, 60),
        };
        for number in 0..100_000 {
            packed.push(&event(number));
        }
        assert!(packed.bytes() <= 7 * 100_000, "{}", packed.bytes());
        for number in 0..100_000 {
            assert_eq!(packed.pop(), Some(Event { core: 0, sequence: 0, ..event(number) }));
        }
        assert_eq!((packed.pop(), packed.len(), packed.bytes()), (None, 0, 0));
    }
}
