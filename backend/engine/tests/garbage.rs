//! What comes from outside is looked at before it is used: the handles that come in a pickle.

mod watchdog;

use forkyard_engine::channel::Queue;
use forkyard_engine::pool::Board;
use forkyard_engine::shm::{Block, Handle};
use forkyard_engine::sync::{Condition, Event, Lock, LockKind, Semaphore};
use proptest::prelude::*;
use watchdog::watch;

/// Opens a handle as everything there is; as how many that was possible.
fn open_all(handle: Handle) -> usize {
    let opened = [
        Block::open(handle).is_ok(),
        Lock::open(handle).is_ok(),
        Semaphore::open(handle).is_ok(),
        Event::open(handle).is_ok(),
        Condition::open(handle).is_ok(),
        Queue::open(handle).is_ok(),
        Board::open(handle).is_ok(),
    ];
    opened.into_iter().filter(|opened| *opened).count()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn a_handle_of_any_bytes_names_nothing(bytes in any::<[u8; 16]>(), flips in prop::collection::vec((0_usize..16, 0_u8..8), 1..4)) {
        watch();
        let (lock, queue) = (Lock::new(LockKind::Plain).unwrap(), Queue::new(Default::default()).unwrap());
        prop_assert_eq!(open_all(Handle::from_bytes(bytes)), 0);
        // Nearly a good one. What it names, if anything, is one living object.
        for good in [lock.handle(), queue.handle()] {
            let mut near = good.to_bytes();
            flips.iter().for_each(|(at, bit)| near[*at] ^= 1 << bit);
            prop_assert!(open_all(Handle::from_bytes(near)) <= 1);
        }
        prop_assert_eq!(open_all(lock.handle()), 1);
    }
}
