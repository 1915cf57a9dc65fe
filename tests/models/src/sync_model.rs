//! Waiting: whoever sleeps is woken when there is something for it, and what a lock guards is touched by one at a time.
//!
//! A giver that finds nobody marked as asleep wakes nobody. In no order may it have overlooked somebody: who sleeps on in the end is
//! what loom reports as a deadlock.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::explore::explore;
use crate::sync::event::Event;
use crate::sync::lock::{Lock, LockKind};
use crate::sync::semaphore::Semaphore;
use crate::sync::wait::Wait;

/// Two who wait for permits, and two permits given one after the other.
pub fn every_permit_wakes_somebody() {
    explore(2, || {
        let semaphore = Semaphore::new(0, 2).expect("it is made");
        let acquire = |semaphore: Semaphore| move || assert_eq!(semaphore.acquire(Wait::Forever), Ok(true));
        let waiters = [thread::spawn(acquire(semaphore.clone())), thread::spawn(acquire(semaphore.clone()))];
        for _ in 0..2 {
            semaphore.release().expect("there is room for a permit");
        }
        waiters.into_iter().for_each(|waiter| waiter.join().expect("it got its permit"));
        assert_eq!(semaphore.value(), 0);
    });
}

/// Two who wait for an event that is set once.
pub fn setting_an_event_ends_every_wait() {
    explore(2, || {
        let event = Event::new().expect("it is made");
        let wait = |event: Event| move || assert_eq!(event.wait(Wait::Forever), Ok(true));
        let waiters = [thread::spawn(wait(event.clone())), thread::spawn(wait(event.clone()))];
        event.set();
        waiters.into_iter().for_each(|waiter| waiter.join().expect("it saw the event"));
    });
}

/// Three who want a lock, each once.
pub fn every_release_of_a_lock_wakes_somebody() {
    explore(2, || {
        let lock = Lock::new(LockKind::Plain).expect("it is made");
        let take = |lock: &Lock| {
            assert_eq!(lock.acquire(Wait::Forever), Ok(true));
            lock.release().expect("it is held");
        };
        let others: Vec<_> = (0..2)
            .map(|_| {
                let lock = lock.clone();
                thread::spawn(move || take(&lock))
            })
            .collect();
        take(&lock);
        others.into_iter().for_each(|other| other.join().expect("it got the lock"));
        assert_eq!(lock.holder(), None);
    });
}

/// What a lock guards: loom objects when two touch it without one being after the other.
pub fn one_at_a_time_holds_a_lock() {
    explore(3, || {
        let lock = Lock::new(LockKind::Plain).expect("it is made");
        let total = Arc::new(UnsafeCell::new(0));
        let add = |lock: &Lock, total: &UnsafeCell<u32>| {
            assert_eq!(lock.acquire(Wait::Forever), Ok(true));
            total.with_mut(|_total| ());
            lock.release().expect("it is held");
        };
        let other = {
            let (lock, total) = (lock.clone(), Arc::clone(&total));
            thread::spawn(move || add(&lock, &total))
        };
        add(&lock, &total);
        other.join().expect("it is done");
    });
}
