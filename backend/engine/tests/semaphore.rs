//! Semaphore, event and condition between processes.

mod watchdog;

use std::time::Duration;

use forkyard_engine::sync::{Condition, Event, Lock, LockKind, ReleaseError, Semaphore, Wait};
use forkyard_engine::value::Array;
use watchdog::{child, code, watch};

#[test]
fn never_more_inside_than_permits() {
    watch();
    let (seats, lock) = (Semaphore::new(3, 3).unwrap(), Lock::new(LockKind::Plain).unwrap());
    let inside_and_most = Array::new(&[0_u32; 2]).unwrap();
    let move_by = |by: i32| {
        lock.acquire(Wait::Forever).unwrap();
        let inside = inside_and_most.get(0).unwrap().wrapping_add_signed(by);
        inside_and_most.set(0, inside);
        inside_and_most.set(1, inside_and_most.get(1).unwrap().max(inside));
        lock.release().unwrap();
    };
    let visit = || {
        for _ in 0..2_000 {
            assert!(seats.acquire(Wait::Forever).unwrap());
            move_by(1);
            move_by(-1);
            seats.release().unwrap();
        }
        0
    };
    let children: Vec<_> = (0..6).map(|_| child(visit)).collect();
    assert!(children.iter().all(|child| code(child) == 0));
    assert_eq!(inside_and_most.get(0), Some(0));
    assert!((1..=3).contains(&inside_and_most.get(1).unwrap()));
    assert_eq!(seats.value(), 3);
    assert_eq!(seats.release(), Err(ReleaseError::TooOften));
}

#[test]
fn every_sleeper_is_woken() {
    watch();
    let (permits, asleep) = (Semaphore::new(0, Semaphore::MAX).unwrap(), Semaphore::new(0, Semaphore::MAX).unwrap());
    let children: Vec<_> = (0..8)
        .map(|_| {
            child(|| {
                asleep.release().unwrap();
                i32::from(!permits.acquire(Wait::Forever).unwrap())
            })
        })
        .collect();
    (0..8).for_each(|_| assert!(asleep.acquire(Wait::Forever).unwrap()));
    (0..8).for_each(|_| permits.release().unwrap());
    assert!(children.iter().all(|child| code(child) == 0));
}

#[test]
fn a_killed_sleeper_takes_no_permit_along() {
    watch();
    for _ in 0..20 {
        let (permits, asleep) = (Semaphore::new(0, 1).unwrap(), Event::new().unwrap());
        let wait = || {
            asleep.set();
            i32::from(!permits.acquire(Wait::Forever).unwrap())
        };
        let victim = child(wait);
        assert!(asleep.wait(Wait::Forever).unwrap());
        let survivor = child(wait);
        victim.kill().unwrap();
        assert_eq!(code(&victim), -9);
        permits.release().unwrap();
        assert_eq!(code(&survivor), 0);
        assert_eq!(permits.value(), 0);
    }
}

#[test]
fn an_event_wakes_all_and_remembers_a_short_setting() {
    watch();
    let (event, asleep) = (Event::new().unwrap(), Semaphore::new(0, 9).unwrap());
    let children: Vec<_> = (0..3)
        .map(|_| {
            child(|| {
                asleep.release().unwrap();
                i32::from(!event.wait(Wait::at_most(Duration::from_secs(60))).unwrap())
            })
        })
        .collect();
    (0..3).for_each(|_| assert!(asleep.acquire(Wait::Forever).unwrap()));
    // Each of them is about to wait or does so; whoever does not yet is caught by a later setting.
    while children.iter().any(|child| child.wait(Wait::Never).unwrap().is_none()) {
        event.set();
        event.clear();
        std::thread::yield_now();
    }
    assert!(children.iter().all(|child| code(child) == 0));
    assert!(!event.is_set() && !event.wait(Wait::Never).unwrap());
}

#[test]
fn a_notification_goes_to_those_who_came_first() {
    watch();
    let changed = Condition::new().unwrap();
    let waiters: Vec<_> = (0..100).map(|_| changed.enter().unwrap()).collect();
    assert_eq!(changed.waiting(), 100);
    assert_eq!(changed.notify(2), 2);
    for (index, waiter) in waiters.iter().enumerate().take(4) {
        assert_eq!(waiter.wait(Wait::Never).unwrap(), index < 2);
    }
    assert_eq!(changed.notify(200), 96, "two were notified, two have given up");
    drop(waiters);
    assert_eq!(changed.waiting(), 0);
}

#[test]
fn a_dead_waiter_is_not_counted() {
    watch();
    let (changed, entered) = (Condition::new().unwrap(), Event::new().unwrap());
    let wait = || {
        let waiter = changed.enter().unwrap();
        entered.set();
        i32::from(!waiter.wait(Wait::Forever).unwrap())
    };
    let victim = child(wait);
    assert!(entered.wait(Wait::Forever).unwrap());
    entered.clear();
    let survivor = child(wait);
    assert!(entered.wait(Wait::Forever).unwrap());
    victim.kill().unwrap();
    assert_eq!(code(&victim), -9);
    assert_eq!(changed.waiting(), 1);
    assert_eq!(changed.notify(1), 1);
    assert_eq!(code(&survivor), 0);
}
