//! What passes between a run's runner and its client while it goes on: events one way, orders the other.
//!
//! Knows when the conversation is over, and why; what follows from that is the owner's business.

use std::future::pending;

use forkyard_wire::job::Command;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::registry::Control;
use super::store::Gathered;
use super::stream;
use crate::limits;
use crate::runner::{Event, Runner, RunnerError};

/// A run that goes on.
pub(super) struct Conversation<'a> {
    runner: &'a mut Runner,
    events: &'a mut stream::Sender,
    orders: &'a mut mpsc::Receiver<Control>,
    /// When the runner is killed if it has not ended by then.
    deadline: Instant,
    ending: Ending,
    /// An event for which there is no room yet.
    held: Option<Event>,
    /// The timeline so far.
    pub(super) timeline: Gathered,
}

/// Why a run is being ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// It is not.
    Not,
    /// Somebody asked.
    Stopped,
    /// Nobody listens any more.
    Left,
}

/// How a conversation was over.
#[derive(Debug)]
pub(super) enum Last {
    /// The runner said `finished`: everything of the run is gone.
    Finished(Event),
    /// The run was stopped, and the runner did not say that it has ended.
    Stopped,
    /// The client left, and the runner said no more.
    Left,
    /// The runner hung because its events were not read.
    HeldBack,
    /// The runner hung.
    Overdue,
    /// The runner closed its output without a last word.
    Silent,
    /// The runner said something that cannot be understood.
    Nonsense(RunnerError),
}

impl<'a> Conversation<'a> {
    /// A conversation that must be over by the deadline.
    pub(super) fn new(
        runner: &'a mut Runner,
        events: &'a mut stream::Sender,
        orders: &'a mut mpsc::Receiver<Control>,
        deadline: Instant,
    ) -> Self {
        Conversation { runner, events, orders, deadline, ending: Ending::Not, held: None, timeline: Gathered::default() }
    }

    /// Holds it to its end.
    pub(super) async fn hold(&mut self) -> Last {
        loop {
            tokio::select! {
                next = self.runner.next(), if self.held.is_none() => match next {
                    Ok(Some(event)) if event.name == "finished" => return Last::Finished(event),
                    Ok(Some(event)) => self.take(event),
                    Ok(None) => return self.over(Last::Silent),
                    Err(error) => return self.over(Last::Nonsense(error)),
                },
                room = room(self.events, self.held.as_ref()) => if let (Some(room), Some(event)) = (room, self.held.take()) {
                    self.events.send(event, room);
                },
                Some(order) = self.orders.recv() => self.obey(order),
                () = self.events.left(), if self.ending != Ending::Left => {
                    self.runner.leave();
                    self.end(Ending::Left);
                }
                () = sleep_until(self.deadline) => {
                    let last = if self.held.is_some() { Last::HeldBack } else { Last::Overdue };
                    return self.over(last);
                }
            }
            // A run that is ending waits for no reader: what fits is sent, the rest is let go.
            if self.ending != Ending::Not
                && let Some(event) = self.held.take()
            {
                self.events.try_send(event);
            }
        }
    }

    fn take(&mut self, event: Event) {
        if event.name == "timeline" {
            self.timeline.add(&event.data);
        }
        self.held = Some(event);
    }

    fn obey(&mut self, order: Control) {
        match order {
            Control::Input(command) => match self.runner.send(&command) {
                // A program that ends takes no more input, as in a terminal.
                Ok(()) | Err(RunnerError::Closed) => {}
                Err(error) => tracing::warn!(%error, "input is lost"),
            },
            Control::Stop => {
                if self.ending == Ending::Not {
                    if self.runner.send(&Command::Stop).is_err() {
                        self.runner.leave();
                    }
                    self.end(Ending::Stopped);
                }
            }
        }
    }

    fn end(&mut self, ending: Ending) {
        self.ending = ending;
        self.deadline = self.deadline.min(Instant::now() + limits::STOP);
    }

    /// A run that was being ended is over for that reason, whatever its runner did meanwhile.
    fn over(&self, last: Last) -> Last {
        match self.ending {
            Ending::Not => last,
            Ending::Stopped => Last::Stopped,
            Ending::Left => Last::Left,
        }
    }
}

/// Waits for room for the event that is held; for ever when none is.
async fn room(events: &stream::Sender, held: Option<&Event>) -> Option<stream::Room> {
    match held {
        Some(event) => events.room(event).await,
        None => pending().await,
    }
}
