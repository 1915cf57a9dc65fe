//! Tests of the chain: a process dies at each single step of an append and of a take, and the next one goes on.

use std::sync::atomic::Ordering::{Relaxed, Release};

use super::Queue;
use super::bell::NoBell;
use super::chain::{Appended, Bound, Chain};
use super::record::{HEADER, LINK, Record};
use crate::process::Process;
use crate::sync::Wait;
use crate::sys::fork::exit_now;

/// Runs `steps` in a child that ends without giving back what it has locked.
fn die_after(steps: impl FnOnce()) {
    let child = Process::fork(|| {
        nix::unistd::alarm::set(60);
        steps();
        exit_now(9)
    });
    assert_eq!(child.unwrap().wait(Wait::Forever).unwrap().unwrap().code(), 9);
}

fn queue_with(messages: &[&[u8]]) -> (Queue, Chain) {
    nix::unistd::alarm::set(60);
    let queue = Queue::new(Default::default()).unwrap();
    messages.iter().for_each(|message| assert!(queue.put(message, Wait::Never).is_ok()));
    let chain = queue.chain();
    (queue, chain)
}

fn drained(queue: &Queue) -> Vec<(u32, Vec<u8>)> {
    let rest = std::iter::from_fn(|| queue.get(Wait::Never).ok()).map(|message| (message.number(), message.to_vec())).collect();
    assert_eq!(queue.len(), 0);
    rest
}

#[test]
fn in_the_middle_of_writing_a_record_it_was_never_put() {
    let (queue, chain) = queue_with(&[b"one"]);
    die_after(|| {
        let _ = chain.append_record(3, Bound::None, &NoBell, |_, _| exit_now(9));
    });
    assert_eq!(queue.put(b"two", Wait::Never).unwrap(), 2);
    assert_eq!(drained(&queue), [(1, b"one".to_vec()), (2, b"two".to_vec())]);
}

#[test]
fn right_after_publishing_a_record_it_was_put() {
    let (queue, chain) = queue_with(&[b"one"]);
    die_after(|| {
        let guard = chain.lock_tail();
        let (memory, at) = (chain.arena.memory(), chain.state.tail.load(Relaxed));
        memory.write(at + HEADER, b"two");
        memory.word(at + HEADER + 8).store(0, Relaxed);
        memory.word(at).store(Record::Inline { number: 2, len: 3 }.encode(), Release);
        std::mem::forget(guard);
    });
    assert_eq!(queue.put(b"three", Wait::Never).unwrap(), 3);
    assert_eq!(queue.len(), 3);
    assert_eq!(drained(&queue), [(1, b"one".to_vec()), (2, b"two".to_vec()), (3, b"three".to_vec())]);
}

#[test]
fn right_after_linking_a_segment_the_chain_goes_on_in_it() {
    for moved in 0..3 {
        let (queue, chain) = queue_with(&[b"one"]);
        die_after(|| {
            let guard = chain.lock_tail();
            let (state, at) = (chain.state, chain.state.tail.load(Relaxed));
            let (old, tail) = (state.tail_segment.load(Relaxed), at);
            assert!(chain.link_segment(at).is_ok());
            // As if it had died after the link, after one more store, after both.
            if moved < 2 {
                state.tail.store(tail, Relaxed);
            }
            if moved < 1 {
                state.tail_segment.store(old, Relaxed);
            }
            std::mem::forget(guard);
        });
        // A consumer comes first: it must not free the segment under the tail.
        assert_eq!(&*queue.get(Wait::Never).unwrap(), b"one");
        assert!(queue.get(Wait::Never).is_err());
        assert_eq!(queue.put(b"two", Wait::Never).unwrap(), 2);
        assert_eq!(drained(&queue), [(2, b"two".to_vec())]);
    }
}

#[test]
fn before_taking_for_good_the_message_stays() {
    let (queue, chain) = queue_with(&[b"one", b"two"]);
    die_after(|| drop(chain.take(&NoBell, |_| exit_now(9))));
    assert_eq!(queue.len(), 2);
    assert!(!queue.was_taken(1));
    assert_eq!(drained(&queue), [(1, b"one".to_vec()), (2, b"two".to_vec())]);
}

#[test]
fn right_after_taking_the_message_is_gone_and_counted() {
    for count in [1, 2] {
        let (queue, chain) = queue_with(&[&b"one"[..], b"two"][..count]);
        die_after(|| {
            let guard = chain.lock_head();
            let at = chain.state.head.load(Relaxed);
            chain.state.head.store(at + Record::Inline { number: 1, len: 3 }.size(), Release);
            std::mem::forget(guard);
        });
        assert!(queue.was_taken(1));
        assert!(!queue.was_taken(2));
        assert_eq!(queue.len(), count - 1);
        assert_eq!(drained(&queue).len(), count - 1);
    }
}

#[test]
fn on_the_way_out_of_a_segment_nothing_is_lost() {
    for moved in 0..2 {
        let (queue, chain) = queue_with(&[]);
        {
            let guard = chain.lock_tail();
            let at = chain.state.tail.load(Relaxed);
            assert!(chain.link_segment(at).is_ok());
            drop(guard);
        }
        queue.put(b"beyond", Wait::Never).unwrap();
        die_after(|| {
            let guards = (chain.lock_head(), chain.lock_tail());
            let next = chain.arena.memory().word(chain.state.head.load(Relaxed) + HEADER).load(Relaxed);
            chain.state.head.store(next + crate::shm::allocator::HEADER, Release);
            if moved > 0 {
                chain.state.head_segment.store(next, Relaxed);
            }
            std::mem::forget(guards);
        });
        queue.put(b"further", Wait::Never).unwrap();
        assert_eq!(drained(&queue), [(1, b"beyond".to_vec()), (2, b"further".to_vec())]);
    }
}

#[test]
fn segments_are_filled_to_their_very_end() {
    // Records of each size that can end a segment, so that the link lies in its last bytes.
    for len in (0..64).chain([1000, 30_000, 32 << 10]) {
        let (queue, chain) = queue_with(&[]);
        let record = HEADER + (len as u64).next_multiple_of(8);
        let count = (crate::limits::FIRST_SEGMENT - LINK) / record + 3;
        for _ in 0..count {
            assert!(matches!(chain.append(&[&vec![9; len]], Bound::None, &NoBell), Ok(Appended::Yes(_))));
        }
        let taken = drained(&queue);
        assert_eq!(taken.len() as u64, count);
        assert!(taken.iter().all(|(_, bytes)| *bytes == vec![9; len]));
    }
}
