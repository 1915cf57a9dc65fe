//! The queue between processes.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod watchdog;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use forkyard_engine::channel::{Doorbell, GetError, PutError, Queue, QueueOptions};
use forkyard_engine::sync::Wait;
use forkyard_engine::value::{Array, Value};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use proptest::prelude::*;
use watchdog::{Dice, child, code, watch};

/// A message that says who sent it as which one, and fills the rest with what both give.
fn message(producer: u32, number: u32, len: usize) -> Vec<u8> {
    let mut bytes = [producer.to_ne_bytes(), number.to_ne_bytes()].concat();
    bytes.resize(len.max(8), (producer * 31 + number) as u8);
    bytes
}

/// Reads it, and checks that it is whole.
fn read(bytes: &[u8]) -> (u32, u32) {
    let word = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap());
    let (producer, number) = (word(0), word(4));
    assert_eq!(bytes, message(producer, number, bytes.len()), "torn");
    (producer, number)
}

/// Short ones, some that end segments, a few in blocks of their own.
fn len(dice: &mut Dice) -> usize {
    match dice.below(100) {
        0..=89 => dice.below(200) as usize,
        90..=97 => dice.below(30_000) as usize,
        _ => 32_000 + dice.below(100_000) as usize,
    }
}

#[test]
fn nothing_is_lost_nothing_comes_twice_and_each_producers_order_stays() {
    watch();
    const EACH: u32 = 10_000;
    for capacity in [None, Some(7)] {
        let queue = Queue::new(QueueOptions { capacity, ..Default::default() }).unwrap();
        let results = Queue::new(Default::default()).unwrap();
        let producers: Vec<_> = (0..3)
            .map(|producer| {
                let queue = &queue;
                child(move || {
                    let mut dice = Dice(producer as u64 + 1);
                    for number in 0..EACH {
                        queue.put(&message(producer, number, len(&mut dice)), Wait::Forever).unwrap();
                    }
                    0
                })
            })
            .collect();
        let consumers: Vec<_> = (0..3)
            .map(|_| {
                child(|| {
                    let mut last = HashMap::new();
                    loop {
                        let message = queue.get(Wait::Forever).unwrap();
                        if message.is_empty() {
                            return 0;
                        }
                        let (producer, number) = read(&message);
                        if let Some(before) = last.insert(producer, number) {
                            assert!(before < number, "out of order");
                        }
                        results.put(&message[..8], Wait::Forever).unwrap();
                    }
                })
            })
            .collect();
        assert!(producers.iter().all(|child| code(child) == 0));
        for _ in &consumers {
            queue.put(&[], Wait::Forever).unwrap();
        }
        assert!(consumers.iter().all(|child| code(child) == 0));
        let mut seen = HashMap::new();
        while let Ok(result) = results.get(Wait::Never) {
            let word = |at: usize| u32::from_ne_bytes(result[at..at + 4].try_into().unwrap());
            *seen.entry((word(0), word(4))).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 3 * EACH as usize);
        assert!(seen.values().all(|&times| times == 1));
        assert!(queue.is_empty());
    }
}

#[test]
fn large_messages_arrive_whole_and_give_their_memory_back() {
    watch();
    let queue = Queue::new(Default::default()).unwrap();
    let sender = child(|| {
        for number in 0..20 {
            queue.put(&message(1, number, 3 << 20), Wait::Forever).unwrap();
        }
        0
    });
    for number in 0..20 {
        assert_eq!(read(&queue.get(Wait::Forever).unwrap()), (1, number));
    }
    assert_eq!(code(&sender), 0);
}

#[test]
fn a_full_queue_refuses_waits_and_goes_on() {
    watch();
    let queue = Queue::new(QueueOptions { capacity: Some(2), ..Default::default() }).unwrap();
    assert_eq!((queue.put(b"a", Wait::Never).unwrap(), queue.put(b"b", Wait::Never).unwrap()), (1, 2));
    assert!(queue.is_full());
    assert!(matches!(queue.put(b"c", Wait::Never), Err(PutError::Full)));
    assert!(matches!(queue.put(b"c", Wait::at_most(Duration::from_millis(20))), Err(PutError::Full)));
    let taker = child(|| i32::from(&*queue.get(Wait::Forever).unwrap() != b"a"));
    assert_eq!(queue.put(b"c", Wait::Forever).unwrap(), 3);
    assert_eq!(code(&taker), 0);
    assert_eq!((queue.len(), &*queue.get(Wait::Never).unwrap()), (2, &b"b"[..]));
    assert_eq!(queue.get(Wait::Never).unwrap().number(), 3);
    assert_eq!(queue.get(Wait::at_most(Duration::from_millis(20))).unwrap_err(), GetError::Empty);
}

#[test]
fn a_consumer_killed_at_any_moment_takes_at_most_one_message_along() {
    watch();
    for seed in 1..=40 {
        let queue = Queue::new(Default::default()).unwrap();
        const COUNT: u32 = 3_000;
        let taken = Array::new(&[0_u8; COUNT as usize]).unwrap();
        let consume = || {
            loop {
                let (_, number) = read(&queue.get(Wait::Forever).unwrap());
                taken.set(number as usize, taken.get(number as usize).unwrap() + 1);
            }
        };
        let (victim, survivor) = (child(consume), child(consume));
        let mut dice = Dice(seed * 104_729);
        for number in 0..COUNT {
            queue.put(&message(0, number, len(&mut dice)), Wait::Forever).unwrap();
            if number == COUNT / 2 {
                dice.moment(Duration::from_millis(1));
                victim.kill().unwrap();
            }
        }
        assert_eq!(code(&victim), -9);
        // The survivor goes on to the end.
        queue.put(&message(0, COUNT - 1, 8), Wait::Forever).unwrap();
        while !queue.is_empty() {
            std::thread::yield_now();
        }
        survivor.kill().unwrap();
        code(&survivor);
        let counts = taken.to_vec();
        assert!(counts[..COUNT as usize - 1].iter().all(|&times| times <= 1), "seed {seed}: something came twice");
        let missing = counts.iter().filter(|&&times| times == 0).count();
        assert!(missing <= 2, "seed {seed}: {missing} messages were lost with two killed consumers");
    }
}

#[test]
fn a_producer_killed_at_any_moment_loses_nothing_that_was_acknowledged() {
    watch();
    for seed in 1..=60 {
        let (queue, acknowledged) = (Queue::new(Default::default()).unwrap(), Value::new(0_u32).unwrap());
        let victim = child(|| {
            let mut dice = Dice(seed);
            for number in 1.. {
                queue.put(&message(7, number, len(&mut dice)), Wait::Forever).unwrap();
                acknowledged.set(number);
            }
            0
        });
        Dice(seed * 15_485_863).moment(Duration::from_millis(3));
        victim.kill().unwrap();
        assert_eq!(code(&victim), -9);
        // The queue goes on working for everybody else.
        queue.put(&message(8, 0, 50), Wait::Forever).unwrap();
        let mut next = 1;
        let last = loop {
            match read(&queue.get(Wait::Forever).unwrap()) {
                (7, number) => assert_eq!(number, next, "seed {seed}"),
                other => break other,
            }
            next += 1;
        };
        assert_eq!(last, (8, 0));
        let arrived = next - 1;
        assert!((acknowledged.get()..=acknowledged.get() + 1).contains(&arrived), "seed {seed}: {arrived} arrived");
        assert!(queue.is_empty());
    }
}

#[test]
fn killed_sleepers_do_not_keep_a_message_from_the_living() {
    watch();
    for _ in 0..10 {
        let queue = Queue::new(Default::default()).unwrap();
        let get = || i32::from(queue.get(Wait::Forever).is_err());
        let victims = [child(get), child(get)];
        let survivor = child(get);
        Dice(3).moment(Duration::from_millis(2));
        victims.iter().for_each(|victim| victim.kill().unwrap());
        victims.iter().for_each(|victim| assert_eq!(code(victim), -9));
        queue.put(b"for the living", Wait::Forever).unwrap();
        assert_eq!(code(&survivor), 0);
    }
}

fn rings(queue: &Queue) -> bool {
    let fd = queue.doorbell_fd().unwrap();
    let mut fds = [PollFd::new(fd, PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::ZERO).unwrap() == 1
}

#[test]
fn an_armed_doorbell_tells_the_truth() {
    watch();
    let queue = Queue::new(QueueOptions { doorbell: Doorbell::Eventfd, ..Default::default() }).unwrap();
    queue.put(b"before", Wait::Forever).unwrap();
    assert!(queue.arm_doorbell() && rings(&queue));
    for _ in 0..3 {
        assert_eq!(code(&child(|| queue.put(b"from a child", Wait::Forever).map_or(1, |_| 0))), 0);
    }
    for left in (0..4).rev() {
        assert!(rings(&queue));
        queue.get(Wait::Never).unwrap();
        assert_eq!(queue.len(), left);
    }
    assert!(!rings(&queue));
    let sender = child(|| queue.put(b"wakes", Wait::Forever).map_or(1, |_| 0));
    let mut fds = [PollFd::new(queue.doorbell_fd().unwrap(), PollFlags::POLLIN)];
    assert_eq!(poll(&mut fds, PollTimeout::NONE).unwrap(), 1);
    assert_eq!(&*queue.get(Wait::Never).unwrap(), b"wakes");
    assert_eq!(code(&sender), 0);
    assert!(!rings(&queue));
}

#[test]
fn a_doorbell_that_is_not_armed_tells_the_truth_when_asked_before() {
    watch();
    let queue = Queue::new(QueueOptions { doorbell: Doorbell::Eventfd, ..Default::default() }).unwrap();
    for _ in 0..3 {
        queue.put(b"x", Wait::Forever).unwrap();
        queue.get(Wait::Never).unwrap();
        assert!(!queue.before_poll() && !rings(&queue));
        queue.put(b"y", Wait::Forever).unwrap();
        assert!(rings(&queue) && queue.before_poll() && rings(&queue));
        queue.get(Wait::Never).unwrap();
    }
}

#[derive(Debug, Clone)]
enum Step {
    Put(usize),
    Get,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let put = prop_oneof![8 => 0_usize..300, 2 => 300_usize..33_000, 1 => 33_000_usize..200_000].prop_map(Step::Put);
    prop::collection::vec(prop_oneof![3 => put, 2 => Just(Step::Get)], 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn it_behaves_like_a_plain_queue(steps in steps(), capacity in prop::option::of(1_u32..20)) {
        watch();
        let queue = Queue::new(QueueOptions { capacity, ..Default::default() }).unwrap();
        let mut plain = VecDeque::new();
        for (number, step) in (0..).zip(steps) {
            match step {
                Step::Put(len) => {
                    let bytes = message(1, number, len);
                    let full = capacity.is_some_and(|most| plain.len() == most as usize);
                    prop_assert_eq!(queue.put(&bytes, Wait::Never).is_err(), full);
                    if !full {
                        plain.push_back(bytes);
                    }
                }
                Step::Get => match (queue.get(Wait::Never), plain.pop_front()) {
                    (Ok(ours), Some(theirs)) => prop_assert_eq!(&*ours, &theirs[..]),
                    (Err(GetError::Empty), None) => {}
                    other => prop_assert!(false, "{:?}", other),
                },
            }
            prop_assert_eq!(queue.len(), plain.len());
        }
    }
}
