//! The lock between processes.

mod watchdog;

use std::time::Duration;

use forkyard_engine::sync::{AcquireError, Event, Lock, LockKind, ReleaseError, Wait};
use forkyard_engine::value::{Array, Value};
use watchdog::{Dice, child, code, watch};

#[test]
fn processes_exclude_each_other() {
    watch();
    for kind in [LockKind::Plain, LockKind::Recursive] {
        let (lock, total) = (Lock::new(kind).unwrap(), Value::new(0_u64).unwrap());
        let add = || {
            for _ in 0..20_000 {
                assert!(lock.acquire(Wait::Forever).unwrap());
                total.set(total.get() + 1);
                lock.release().unwrap();
            }
            0
        };
        let children: Vec<_> = (0..4).map(|_| child(add)).collect();
        assert!(children.iter().all(|child| code(child) == 0));
        assert_eq!(total.get(), 80_000);
    }
}

#[test]
fn a_recursive_lock_belongs_to_its_thread() {
    watch();
    let lock = Lock::new(LockKind::Recursive).unwrap();
    assert!(lock.acquire(Wait::Never).unwrap() && lock.acquire(Wait::Never).unwrap());
    assert_eq!(lock.depth(), 2);
    let other = child(|| {
        let refused = lock.release() == Err(ReleaseError::NotOwned) && !lock.acquire(Wait::Never).unwrap();
        i32::from(!(refused && !lock.is_mine() && lock.depth() == 0))
    });
    assert_eq!(code(&other), 0);
    std::thread::scope(|scope| {
        scope.spawn(|| assert!(!lock.is_mine() && !lock.acquire(Wait::Never).unwrap()));
    });
    lock.release().unwrap();
    assert!(lock.is_mine());
    lock.release().unwrap();
    assert_eq!(lock.release(), Err(ReleaseError::NotOwned));
    assert_eq!(lock.holder(), None);
}

#[test]
fn a_plain_lock_may_be_released_by_another_process_and_not_twice() {
    watch();
    let lock = Lock::new(LockKind::Plain).unwrap();
    assert!(lock.acquire(Wait::Never).unwrap());
    assert_eq!(lock.holder(), Some(std::process::id()));
    assert_eq!(code(&child(|| i32::from(lock.release().is_err()))), 0);
    assert_eq!(lock.release(), Err(ReleaseError::TooOften));
}

#[test]
fn a_wait_ends_with_its_time() {
    watch();
    let lock = Lock::new(LockKind::Plain).unwrap();
    assert!(lock.acquire(Wait::Never).unwrap());
    let start = std::time::Instant::now();
    assert!(!lock.acquire(Wait::at_most(Duration::from_millis(120))).unwrap());
    assert!(start.elapsed() >= Duration::from_millis(120));
}

#[test]
fn a_sleeper_gets_the_lock_that_another_process_releases() {
    watch();
    let (lock, taken) = (Lock::new(LockKind::Plain).unwrap(), Event::new().unwrap());
    let holder = child(|| {
        lock.acquire(Wait::Forever).unwrap();
        taken.set();
        std::thread::sleep(Duration::from_millis(30));
        lock.release().unwrap();
        0
    });
    assert!(taken.wait(Wait::Forever).unwrap());
    assert!(lock.acquire(Wait::Forever).unwrap());
    assert_eq!(code(&holder), 0);
}

#[test]
fn waiters_learn_of_the_holders_death_and_who_it_was() {
    watch();
    for kind in [LockKind::Plain, LockKind::Recursive] {
        let (lock, taken) = (Lock::new(kind).unwrap(), Event::new().unwrap());
        let holder = child(|| {
            lock.acquire(Wait::Forever).unwrap();
            taken.set();
            loop {
                std::thread::park();
            }
        });
        assert!(taken.wait(Wait::Forever).unwrap());
        let waiter = child(|| match lock.acquire(Wait::Forever) {
            Err(AcquireError::OwnerDied { pid }) => i32::from(pid != holder.pid()),
            _ => 2,
        });
        holder.kill().unwrap();
        // Not reaped: a zombie is dead too.
        assert_eq!(lock.acquire(Wait::Forever), Err(AcquireError::OwnerDied { pid: holder.pid() }));
        assert_eq!(code(&waiter), 0);
        assert_eq!(code(&holder), -9);
        lock.reset();
        assert!(lock.acquire(Wait::Never).unwrap());
    }
}

#[test]
fn a_process_killed_at_any_moment_leaves_a_lock_that_works_or_names_it() {
    watch();
    let (lock, cells) = (Lock::new(LockKind::Plain).unwrap(), Array::new(&[0_u64; 2]).unwrap());
    let mut deaths = 0;
    for seed in 1..=60 {
        let victim = child(|| {
            loop {
                lock.acquire(Wait::Forever).unwrap();
                cells.set(0, cells.get(0).unwrap() + 1);
                cells.set(1, cells.get(1).unwrap() + 1);
                lock.release().unwrap();
            }
        });
        Dice(seed * 7919).moment(Duration::from_millis(2));
        victim.kill().unwrap();
        assert_eq!(code(&victim), -9);
        match lock.acquire(Wait::Forever) {
            Ok(true) => {
                assert_eq!(cells.get(0), cells.get(1), "the lock was free, so nobody was inside");
                lock.release().unwrap();
            }
            Err(AcquireError::OwnerDied { pid }) => {
                assert_eq!(pid, victim.pid());
                deaths += 1;
                cells.set(1, cells.get(0).unwrap());
                lock.reset();
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(deaths > 0, "no process was hit while it held the lock: the test tests nothing");
}
