//! What killed processes held. One test alone in its program, as others would allocate at the same time.

mod watchdog;

use std::time::Duration;

use forkyard_engine::channel::Queue;
use forkyard_engine::shm::{Arena, Block, release_of_the_dead};
use forkyard_engine::sync::{Lock, LockKind, Wait};
use watchdog::{Dice, child, watch};

/// Bytes of what is shared with each victim.
const SHARED: usize = 1 << 20;

#[test]
fn what_killed_processes_held_is_given_back() {
    watch();
    drop(Lock::new(LockKind::Plain).unwrap()); // from now on this process has a page for what it holds
    let arena = Arena::current().unwrap();
    let before = arena.used();

    // Inherited, opened and made by the victim itself; more of them than fill a page.
    {
        let (shared, ready) = (Block::new(SHARED, 8).unwrap(), Queue::new(Default::default()).unwrap());
        let victim = child(|| {
            let _made: Vec<_> = (0..300).map(|_| Block::new(100, 8).unwrap()).collect();
            let _opened = Block::open(shared.handle()).unwrap();
            ready.put(b"now", Wait::Forever).unwrap();
            loop {
                std::thread::park();
            }
        });
        ready.get(Wait::Forever).unwrap();
        victim.kill().unwrap();
        victim.wait(Wait::Forever).unwrap();
        drop(shared);
        assert!(arena.used() > before + SHARED as u64, "the victim still counts");
    }
    release_of_the_dead();
    assert_eq!(arena.used(), before);

    // Nobody has to ask: the arena does not grow while there is something to take back.
    let mut most = 0;
    for _ in 0..40 {
        let shared = Block::new(SHARED, 8).unwrap();
        let victim = child(|| {
            loop {
                std::thread::park();
            }
        });
        victim.kill().unwrap();
        victim.wait(Wait::Forever).unwrap();
        drop(shared);
        most = most.max(arena.used());
    }
    assert!(most < before + 10 * SHARED as u64, "{most} bytes");
    release_of_the_dead();
    assert_eq!(arena.used(), before);

    // The living are left alone, at whatever moment the others die.
    let shared = Block::new(SHARED, 8).unwrap();
    let alive = child(|| {
        shared.write(0, b"alive");
        loop {
            std::thread::park();
        }
    });
    let mut dice = Dice(7);
    for _ in 0..100 {
        let victim = child(|| {
            let kept = shared.clone();
            loop {
                drop((kept.clone(), Block::new(5_000, 8).unwrap(), Lock::new(LockKind::Plain).unwrap()));
            }
        });
        dice.moment(Duration::from_micros(1_500));
        victim.kill().unwrap();
        victim.wait(Wait::Forever).unwrap();
        release_of_the_dead();
    }
    let handle = shared.handle();
    drop(shared);
    release_of_the_dead();
    drop(Block::open(handle).unwrap());
    alive.kill().unwrap();
    alive.wait(Wait::Forever).unwrap();
    release_of_the_dead();
    // A process killed between a count and its note leaves what it was about, here at worst the shared block and one other a victim.
    assert!(arena.used() < before + 2 * SHARED as u64 + 100 * 10_000, "{} bytes", arena.used() - before);
}
