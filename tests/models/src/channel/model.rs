//! The chain: what was put is taken once, whole, and in the order of its numbers, whoever else puts and takes.
//!
//! Each segment has room for one message, so that every message after the first is a step from one segment to the next, and the
//! third one uses the first segment again. And whoever waits for a message is told of one, by whoever puts or takes.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use super::Message;
use super::bell::{Bell, NoBell};
use super::chain::{Appended, Bound, Chain};
use crate::explore::explore;
use crate::shm::Arena;
use crate::sync::wait::{Goal, Interrupted, Wait};
use crate::sys::layout::ChainState;

/// A number and the bytes that came with it.
type Taken = (u32, Vec<u8>);

/// Two who put, and one who takes what it finds meanwhile.
pub fn messages_of_two_producers_come_once_and_in_order() {
    explore(2, || {
        let chain = chain();
        let producers = [b'a', b'b'].map(|byte| thread::spawn(move || put(chain, &[byte; 3])));
        let consumer = thread::spawn(move || take(chain, 2));
        let numbers = producers.map(|producer| producer.join().expect("it has put"));
        let mut taken = consumer.join().expect("it has looked");
        taken.extend(take(chain, 3));
        let mut expected = [(numbers[0], vec![b'a'; 3]), (numbers[1], vec![b'b'; 3])];
        expected.sort();
        assert_eq!(taken, expected, "in the order of their numbers, which is that of their taking");
        assert_eq!([expected[0].0, expected[1].0], [1, 2]);
        assert_eq!(chain.len(), 0);
    });
}

/// Two who take from a chain that has two messages, and one who puts a third.
pub fn consumers_share_what_there_is() {
    explore(2, || {
        let chain = chain();
        put(chain, b"a");
        put(chain, b"b");
        let consumers = [(); 2].map(|()| thread::spawn(move || take(chain, 2)));
        put(chain, b"c");
        let mut taken: Vec<Taken> = Vec::new();
        for consumer in consumers {
            let own = consumer.join().expect("it has looked");
            assert!(own.is_sorted(), "nobody gets an older message after a newer one");
            taken.extend(own);
        }
        taken.extend(take(chain, 2));
        taken.sort();
        assert_eq!(taken, [(1, b"a".to_vec()), (2, b"b".to_vec()), (3, b"c".to_vec())]);
    });
}

/// Two who wait for a message, each for one, and two messages: one of the two may be looking out for both, and then nobody is woken for
/// the first message. Who sleeps on is what loom reports as a deadlock.
pub fn every_message_wakes_somebody() {
    explore(2, || {
        let chain = chain();
        let consumers = [(); 2].map(|()| thread::spawn(move || wait_for_one(chain)));
        for byte in [b"a", b"b"] {
            put(chain, byte);
            chain.announce();
        }
        let mut taken = consumers.map(|consumer| consumer.join().expect("it got a message"));
        taken.sort();
        assert_eq!(taken, [(1, b"a".to_vec()), (2, b"b".to_vec())]);
    });
}

/// A message in a block of its own: loom objects when it is read before it was written, or written to after it was given back.
pub fn a_large_message_comes_whole() {
    explore(3, || {
        let chain = chain();
        let producer = thread::spawn(move || {
            put(chain, &[1; 16]);
            put(chain, &[2; 16]);
        });
        let mut taken = take(chain, 2);
        producer.join().expect("it has put");
        taken.extend(take(chain, 3));
        assert_eq!(taken, [(1, vec![1; 16]), (2, vec![2; 16])]);
    });
}

/// Whoever polls the descriptor and finds it readable finds something; whoever finds it quiet misses nothing.
pub fn a_bell_that_is_strict_tells_the_truth() {
    explore(2, || {
        let chain = chain();
        let bell = Heard::default();
        chain.be_strict(&bell);
        let producer = {
            let bell = bell.clone();
            thread::spawn(move || {
                for _ in 0..2 {
                    assert!(matches!(chain.append(&[b"x"], Bound::None, &bell), Ok(Appended::Yes(_))));
                }
            })
        };
        let early = usize::from(chain.take(&bell, |_| ()).is_some());
        producer.join().expect("it has put");
        for left in (1..=2 - early).rev() {
            assert_eq!((bell.is_rung(), chain.len()), (true, left as u32));
            assert!(chain.take(&bell, |_| ()).is_some());
        }
        assert!(!bell.is_rung());
        assert!(chain.take(&bell, |_| ()).is_none());
    });
}

/// A descriptor. Loom objects when two touch it at once: the chain's tail lock has to be held.
#[derive(Clone, Default)]
struct Heard {
    rung: std::sync::Arc<std::sync::atomic::AtomicBool>,
    touched: Arc<UnsafeCell<()>>,
}

impl Heard {
    fn is_rung(&self) -> bool {
        self.rung.load(std::sync::atomic::Ordering::Relaxed)
    }

    fn become_rung(&self, rung: bool) {
        self.touched.with_mut(|_touched| self.rung.store(rung, std::sync::atomic::Ordering::Relaxed));
    }
}

impl Bell for Heard {
    fn ring(&self) -> bool {
        self.become_rung(true);
        true
    }

    fn silence(&self) {
        self.become_rung(false);
    }
}

fn chain() -> Chain {
    let chain = Chain { arena: Arena::new(), state: Box::leak(Box::<ChainState>::default()) };
    chain.init().expect("there is room for a segment");
    chain
}

fn put(chain: Chain, bytes: &[u8]) -> u32 {
    match chain.append(&[bytes], Bound::None, &NoBell) {
        Ok(Appended::Yes(number)) => number,
        _ => panic!("nothing bounds it"),
    }
}

/// As a queue's `get` does it.
fn wait_for_one(chain: Chain) -> Taken {
    let message = chain.take(&NoBell, |_| ()).unwrap_or_else(|| {
        let came = chain.wait_to_take(Wait::Forever, &mut Taking(chain)).expect("no signal comes");
        chain.announce_rest();
        came.expect("there is no end to its patience")
    });
    (message.number(), message.to_vec())
}

/// Somebody who waits for a message.
struct Taking(Chain);

impl Goal for Taking {
    type Prize = Message;
    type Failure = Interrupted;

    fn ready(&mut self) -> bool {
        self.0.ready()
    }

    fn attempt(&mut self) -> Result<Option<Message>, Interrupted> {
        Ok(self.0.take(&NoBell, |_| ()))
    }
}

/// What is found at so many looks.
fn take(chain: Chain, looks: usize) -> Vec<Taken> {
    let found = (0..looks).filter_map(|_| chain.take(&NoBell, |_| ()));
    found.map(|message: Message| (message.number(), message.to_vec())).collect()
}
