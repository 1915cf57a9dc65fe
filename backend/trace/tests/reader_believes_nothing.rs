//! Whatever a program writes into the trace memory, which it has open like any other file, the runner reads on: it neither panics nor
//! reads beyond, and takes no more than the memory can hold.

use forkyard_trace::event::Event;
use forkyard_trace::memory::{LONG_RING_EVENTS, LONG_SLOTS, NAMES_BYTES, SLOTS, TraceMemory, ring_events};
use forkyard_trace::merge::{Ending, Merge};
use forkyard_trace::names::Name;
use forkyard_trace::reader::Reader;
use nix::sys::uio::pwrite;
use proptest::prelude::*;

/// The layout of `memory.rs`, as a program sees it: a page, the headers of the slots, the slots.
const PAGE: usize = 4096;
const HEADER: usize = 128;
/// Slots that are written to. Few, so that writes meet; the last one with a long ring, the first with a short one, and the last of all.
const USED: [usize; 5] = [0, 1, LONG_SLOTS - 1, LONG_SLOTS, SLOTS - 1];

/// What a program does to the memory, or the runner with it.
#[derive(Debug, Clone)]
enum Step {
    /// Any bytes, anywhere in a slot's header.
    Header { slot: usize, at: usize, bytes: Vec<u8> },
    /// A header as it should be: the owner, how many bytes of names, how many events.
    Claim { slot: usize, owner: u32, names: u32, head: u64 },
    /// A cell of the ring at a position, which may say that it is that of another position.
    Cell { slot: usize, position: u64, sequence_off_by: i8, words: [u64; 3] },
    /// Any bytes among the names.
    Names { slot: usize, at: usize, bytes: Vec<u8> },
    /// Records among the names.
    Named { slot: usize, names: Vec<Name> },
    /// The runner learns of a death.
    Died(u32),
    /// The runner reads.
    Drain,
}

fn slot() -> impl Strategy<Value = usize> {
    prop::sample::select(&USED[..])
}

/// Few pids, so that they meet; 0 is nobody's.
fn pid() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0_u32..4, 1 => any::<u32>()]
}

/// How far a ring has been written: a little, about once around, about the places where numbers of 32 bits end, or anything.
fn head() -> impl Strategy<Value = u64> {
    let around = |place: u64| (place - 40)..(place + 40);
    prop_oneof![
        0_u64..40,
        around(ring_events(SLOTS - 1) as u64),
        around(LONG_RING_EVENTS as u64),
        around(1 << 32),
        around(u64::MAX - 40),
        any::<u64>()
    ]
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        (0_u32..4, ".{0,8}").prop_map(|(id, text)| Name::String { id, text }),
        (0_u32..4, "[a-z]{0,3}", ".{0,8}", any::<u32>()).prop_map(|(id, kind, name, line)| Name::Object { id, kind, name, line }),
        ".{0,8}".prop_map(|name| Name::Process { name }),
        (0_u32..4, ".{0,8}").prop_map(|(tid, name)| Name::Thread { tid, name }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..48);
    let names = prop_oneof![0..=NAMES_BYTES as u32, any::<u32>()];
    prop_oneof![
        2 => (slot(), 0..HEADER - 48, bytes()).prop_map(|(slot, at, bytes)| Step::Header { slot, at, bytes }),
        4 => (slot(), pid(), names, head()).prop_map(|(slot, owner, names, head)| Step::Claim { slot, owner, names, head }),
        8 => (slot(), head(), -1_i8..2, any::<[u64; 3]>())
            .prop_map(|(slot, position, sequence_off_by, words)| Step::Cell { slot, position, sequence_off_by, words }),
        2 => (slot(), 0..NAMES_BYTES - 48, bytes()).prop_map(|(slot, at, bytes)| Step::Names { slot, at, bytes }),
        2 => (slot(), prop::collection::vec(name(), 1..4)).prop_map(|(slot, names)| Step::Named { slot, names }),
        2 => pid().prop_map(Step::Died),
        4 => Just(Step::Drain),
    ]
}

fn write(memory: &TraceMemory, at: usize, bytes: &[u8]) {
    let written = pwrite(memory.fd(), bytes, at as i64).expect("the memory can be written to");
    assert_eq!(written, bytes.len());
}

fn header_at(slot: usize) -> usize {
    PAGE + slot * HEADER
}

fn slot_at(slot: usize) -> usize {
    let slots = (0..slot).map(|before| NAMES_BYTES + ring_events(before) * size_of::<Event>());
    PAGE + SLOTS * HEADER + slots.sum::<usize>()
}

/// What the program does.
fn act(memory: &TraceMemory, step: &Step) {
    match step {
        Step::Header { slot, at, bytes } => write(memory, header_at(*slot) + at, bytes),
        Step::Claim { slot, owner, names, head } => {
            let header = [&owner.to_ne_bytes()[..], &names.to_ne_bytes(), &head.to_ne_bytes()].concat();
            write(memory, header_at(*slot), &header);
        }
        Step::Cell { slot, position, sequence_off_by, words: [time, who, argument] } => {
            let sequence = (*position as u32).wrapping_add(1).wrapping_add_signed(i32::from(*sequence_off_by));
            let cell = [*time, *who, u64::from(sequence) << 32 | 1, *argument].map(u64::to_ne_bytes).concat();
            let index = *position as usize % ring_events(*slot);
            write(memory, slot_at(*slot) + NAMES_BYTES + index * size_of::<Event>(), &cell);
        }
        Step::Names { slot, at, bytes } => write(memory, slot_at(*slot) + at, bytes),
        Step::Named { slot, names } => {
            let records: Vec<u8> = names.iter().flat_map(Name::encode).collect();
            write(memory, slot_at(*slot), &records);
            write(memory, header_at(*slot) + 4, &(records.len() as u32).to_ne_bytes());
        }
        Step::Died(_) | Step::Drain => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]
    #[test]
    fn whatever_is_written_is_read_to_an_end(steps in prop::collection::vec(step(), 1..60)) {
        let mut reader = Reader::new(TraceMemory::create().unwrap());
        let mut merge = Merge::new(0);
        let mut now = 0;
        for step in steps.iter().chain([&Step::Drain]) {
            now += 1_000_000;
            act(reader.memory(), step);
            match step {
                Step::Died(pid) => {
                    reader.died(*pid);
                    merge.death(*pid, now, Ending::Unknown);
                }
                Step::Drain => {
                    let batches = reader.drain().unwrap();
                    for batch in &batches {
                        prop_assert!(batch.slot < SLOTS && batch.pid != 0);
                        prop_assert!(batch.events.len() <= ring_events(batch.slot), "more events than a ring holds");
                        let bytes: usize = batch.names.iter().map(|name| name.encode().len()).sum();
                        prop_assert!(bytes <= 4 * NAMES_BYTES, "more names than were written");
                    }
                    batches.iter().for_each(|batch| merge.feed(batch));
                    merge.chunk(now);
                }
                _ => {}
            }
        }
        merge.finish(now);
    }
}
