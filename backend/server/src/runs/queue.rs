//! Who may run and who waits: first come, first served, with the place said as often as it changes.
//!
//! A [`Ticket`] waits, a [`Turn`] runs. Both give their place back when they are dropped, so a client that goes away or a task
//! that fails never blocks the next.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Shared by all runs of a server.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// How many may run at once.
    places: usize,
    /// How many may wait.
    room: usize,
    running: usize,
    waiting: VecDeque<(u64, watch::Sender<u32>)>,
    next: u64,
}

impl Queue {
    /// A queue that lets `places` run at once and `room` wait.
    pub(crate) fn new(places: usize, room: usize) -> Self {
        let state = State { places: places.max(1), room, running: 0, waiting: VecDeque::new(), next: 0 };
        Queue { state: Arc::new(Mutex::new(state)) }
    }

    /// Takes a place at the end; `None` when the queue is full.
    pub(crate) fn enter(&self) -> Option<Ticket> {
        let mut state = lock(&self.state);
        if state.running < state.places && state.waiting.is_empty() {
            state.running += 1;
            return Some(Ticket { queue: self.clone(), number: None, place: watch::channel(0).1 });
        }
        if state.waiting.len() >= state.room {
            return None;
        }
        let number = state.next;
        state.next += 1;
        let position = u32::try_from(state.waiting.len() + 1).unwrap_or(u32::MAX);
        let (sender, place) = watch::channel(position);
        state.waiting.push_back((number, sender));
        Some(Ticket { queue: self.clone(), number: Some(number), place })
    }

    /// How many run, and how many wait.
    pub(crate) fn counts(&self) -> (u32, u32) {
        let state = lock(&self.state);
        (u32::try_from(state.running).unwrap_or(u32::MAX), u32::try_from(state.waiting.len()).unwrap_or(u32::MAX))
    }
}

/// A place in the queue.
#[derive(Debug)]
pub(crate) struct Ticket {
    queue: Queue,
    /// `None`: its turn has come at once.
    number: Option<u64>,
    /// 0 once its turn has come.
    place: watch::Receiver<u32>,
}

impl Ticket {
    /// The place now: 1 is next, `None` means that its turn has come.
    pub(crate) fn position(&mut self) -> Option<u32> {
        Some(*self.place.borrow_and_update()).filter(|place| *place > 0)
    }

    /// Waits until the place changes.
    pub(crate) async fn changed(&mut self) {
        // The sender is dropped only once the turn has come, and that is a change as well.
        let _ = self.place.changed().await;
    }

    /// Turns a ticket whose turn has come into the right to run.
    pub(crate) fn redeem(self) -> Result<Turn, Self> {
        if *self.place.borrow() == 0 { Ok(Turn { _ticket: self }) } else { Err(self) }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = lock(&self.queue.state);
        let waiting = state.waiting.iter().position(|(number, _)| Some(*number) == self.number);
        match waiting {
            Some(index) => drop(state.waiting.remove(index)),
            None => state.running -= 1,
        }
        state.advance();
    }
}

/// The right to run, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _ticket: Ticket,
}

impl State {
    /// Lets in whoever may run now and tells the others their places.
    fn advance(&mut self) {
        while self.running < self.places {
            let Some((_, sender)) = self.waiting.pop_front() else { break };
            self.running += 1;
            sender.send_replace(0);
        }
        for (position, (_, sender)) in (1..).zip(&self.waiting) {
            sender.send_if_modified(|place| std::mem::replace(place, position) != position);
        }
    }
}

/// The state stays whole whatever panics: each change is finished before anything else runs.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_run_at_once_and_the_others_in_order() {
        let queue = Queue::new(1, 2);
        let mut first = queue.enter().unwrap();
        let mut second = queue.enter().unwrap();
        let mut third = queue.enter().unwrap();
        assert_eq!((first.position(), second.position(), third.position()), (None, Some(1), Some(2)));
        assert!(queue.enter().is_none(), "full");

        let turn = first.redeem().unwrap();
        let second = second.redeem().unwrap_err();
        assert_eq!(queue.counts(), (1, 2));
        drop(turn);
        assert_eq!(third.position(), Some(1));
        assert!(second.redeem().is_ok());
    }

    #[test]
    fn who_leaves_moves_the_others_up() {
        let queue = Queue::new(1, 8);
        let _running = queue.enter().unwrap();
        let leaver = queue.enter().unwrap();
        let mut stayer = queue.enter().unwrap();
        drop(leaver);
        assert_eq!(stayer.position(), Some(1));
        drop(stayer);
        assert_eq!(queue.counts(), (1, 0));
    }

    #[test]
    fn a_turn_that_came_and_was_not_taken_is_given_on() {
        let queue = Queue::new(1, 8);
        let running = queue.enter().unwrap();
        let second = queue.enter().unwrap();
        let mut third = queue.enter().unwrap();
        drop(running);
        drop(second);
        assert_eq!(third.position(), None);
        drop(third);
        assert_eq!(queue.counts(), (0, 0));
    }
}
