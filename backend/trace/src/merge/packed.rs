//! Events of one process that wait, in the order of time, in some six bytes each instead of 32.
//!
//! A busy run waits with millions of them. What consecutive events of a process share (thread, kind, object) is told once and then by a
//! number, and times and arguments are told as differences. Nothing is lost but what nobody asks for: core and sequence. Little memory
//! is touched, which is most of what keeping an event costs.

use std::collections::VecDeque;

use crate::event::{Event, pack, unpack};

/// Bytes of a block, which is written and read from one end to the other, and then used again.
const BLOCK: usize = 64 << 10;

/// No event takes more: 1 for its line's number, 10 for the line, 10 for the time, 5 for each half of the argument.
const LONGEST: usize = 32;

/// Emptied blocks that are kept to be used again.
const SPARE: usize = 4;

/// Lines that are remembered, by a hash; a power of two, and less than [`NEW`].
const LINES: usize = 64;

/// Before a line's number: its three numbers follow.
const NEW: u8 = 0x80;

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

/// Events that wait, first in, first out.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    blocks: VecDeque<Vec<u8>>,
    spare: Vec<Vec<u8>>,
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
    pub(crate) fn push(&mut self, event: &Event) {
        if self.blocks.back().is_none_or(|block| block.len() + LONGEST > BLOCK) {
            self.blocks.push_back(self.spare.pop().unwrap_or_else(|| Vec::with_capacity(BLOCK)));
        }
        let mut bytes = Bytes::default();
        let place = place(event);
        let line = &mut self.writer.lines[place];
        if (line.tid, line.kind, line.object) == (event.tid, event.kind, event.object) {
            bytes.put(place as u8);
        } else {
            *line = Line { tid: event.tid, kind: event.kind, object: event.object, argument: (0, 0) };
            bytes.put(place as u8 | NEW);
            let numbers = [&event.tid.to_le_bytes()[..], &event.kind.to_le_bytes(), &event.object.to_le_bytes()];
            numbers.into_iter().flatten().for_each(|&byte| bytes.put(byte));
        }
        let argument = unpack(event.argument);
        bytes.write(fold(event.t_ns.wrapping_sub(self.writer.t_ns) as i64));
        bytes.write(fold(i64::from(argument.0.wrapping_sub(line.argument.0) as i32)));
        bytes.write(fold(i64::from(argument.1.wrapping_sub(line.argument.1) as i32)));
        line.argument = argument;
        self.writer.t_ns = event.t_ns;
        if let Some(block) = self.blocks.back_mut() {
            block.extend_from_slice(bytes.get());
            self.length += 1;
        }
    }

    /// Takes the oldest. Core and sequence are 0.
    pub(crate) fn pop(&mut self) -> Option<Event> {
        let block = self.blocks.front()?;
        let mut at = self.taken;
        let first = *block.get(at)?;
        at += 1;
        let line = &mut self.reader.lines[usize::from(first) % LINES];
        if first & NEW != 0 {
            let told = block.get(at..at + 10)?.first_chunk::<10>()?;
            at += 10;
            let [a, b, c, d, e, f, g, h, i, j] = *told;
            *line = Line {
                tid: u32::from_le_bytes([a, b, c, d]),
                kind: u16::from_le_bytes([e, f]),
                object: u32::from_le_bytes([g, h, i, j]),
                argument: (0, 0),
            };
        }
        let t_ns = self.reader.t_ns.wrapping_add(unfold(read(block, &mut at)) as u64);
        let high = line.argument.0.wrapping_add(unfold(read(block, &mut at)) as u32);
        let low = line.argument.1.wrapping_add(unfold(read(block, &mut at)) as u32);
        line.argument = (high, low);
        let Line { tid, kind, object, .. } = *line;
        self.reader.t_ns = t_ns;
        self.taken = at;
        self.length -= 1;
        if at == block.len() {
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
            block.clear();
            self.spare.push(block);
        }
    }
}

/// Where the line of an event is remembered. Events of a loop have few lines, whose numbers differ little.
fn place(event: &Event) -> usize {
    let numbers = event.tid.wrapping_mul(0x9e37_79b1)
        ^ u32::from(event.kind).wrapping_mul(0x85eb_ca77)
        ^ event.object.wrapping_mul(0xc2b2_ae3d);
    (numbers >> 26) as usize % LINES
}

/// The bytes of one event, as far as they are written.
#[derive(Debug, Default)]
struct Bytes {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Bytes {
    fn put(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    /// A number in groups of seven bits, the lowest first; all but the last have the highest bit.
    fn write(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.put(number as u8 | 0x80);
            number >>= 7;
        }
        self.put(number as u8);
    }

    fn get(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

fn read(block: &[u8], at: &mut usize) -> u64 {
    let (mut number, mut shift) = (0_u64, 0);
    while let Some(&byte) = block.get(*at) {
        *at += 1;
        number |= u64::from(byte & 0x7f).wrapping_shl(shift);
        if byte < 0x80 {
            break;
        }
        shift += 7;
    }
    number
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
