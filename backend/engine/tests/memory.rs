//! What is given back to the arena. One test alone in its program, as others would allocate at the same time.

mod watchdog;

use forkyard_engine::channel::{Direction, Queue, pipe};
use forkyard_engine::pool::Board;
use forkyard_engine::process::Command;
use forkyard_engine::shm::{Arena, named};
use forkyard_engine::sync::{Condition, Lock, LockKind, Wait};
use watchdog::{Dice, child, code, watch};

#[test]
fn everything_is_given_back_when_the_last_process_lets_go() {
    watch();
    drop(Lock::new(LockKind::Plain).unwrap()); // from now on this process has a page for what it holds
    named::remember("/there").unwrap(); // and the arena a table of names
    let before = Arena::current().unwrap().used();
    for number in 0..5_000 {
        named::remember(format!("/{number}")).unwrap();
    }
    assert!(Arena::current().unwrap().used() > before + 5_000 * 64);
    assert!((0..5_000).all(|number| named::forget(format!("/{number}"))));
    assert_eq!(Arena::current().unwrap().used(), before);
    {
        let (queue, board, lock) =
            (Queue::new(Default::default()), Board::new(3, Default::default()), Lock::new(LockKind::Plain));
        let (queue, board, _lock) = (queue.unwrap(), board.unwrap(), lock.unwrap());
        let (ours, theirs) = pipe(Direction::Duplex).unwrap();
        let condition = Condition::new().unwrap();
        let places: Vec<_> = (0..200).map(|_| condition.enter().unwrap()).collect();
        let sender = child(|| {
            let mut dice = Dice(5);
            for _ in 0..5_000 {
                let len = if dice.below(100) == 0 { 100_000 } else { dice.below(2_000) as usize };
                queue.put(&vec![1; len], Wait::Forever).unwrap();
            }
            board.submit(&[2; 50_000]).unwrap();
            theirs.send(&[3; 50_000], Wait::Forever).unwrap();
            0
        });
        assert_eq!(code(&sender), 0);
        assert_eq!(code(&Command::new("/bin/true").spawn().unwrap()), 0);
        (0..2_000).for_each(|_| drop(queue.get(Wait::Never).unwrap()));
        let kept = queue.get(Wait::Never).unwrap();
        assert!(Arena::current().unwrap().used() > before + 1_000_000);
        drop(queue);
        drop((kept, places, ours));
    }
    assert_eq!(Arena::current().unwrap().used(), before);
}
