//! The way of events from a run to its client, with a bound in bytes.
//!
//! The run's side waits for room when the client reads slowly; the client's side gives room back as it reads. When the client's
//! side is dropped, the run's side learns it at once.

use std::sync::Arc;

use forkyard_wire::run::RunEvent;
use futures::{Stream, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::UnboundedReceiverStream;

use crate::limits;
use crate::runner::Event;

/// An event with its number, as it goes to the client.
#[derive(Debug)]
pub(crate) struct Numbered {
    /// Grows by one, from 1.
    pub(crate) id: u64,
    /// Name and data.
    pub(crate) event: Event,
}

/// Room for one event.
#[derive(Debug)]
pub(crate) struct Room(OwnedSemaphorePermit);

/// The run's side.
#[derive(Debug)]
pub(crate) struct Sender {
    channel: mpsc::UnboundedSender<(Numbered, Option<OwnedSemaphorePermit>)>,
    room: Arc<Semaphore>,
    last: u64,
}

/// A fresh way: the run's side and the client's.
pub(crate) fn open() -> (Sender, impl Stream<Item = Numbered> + Send + use<>) {
    let (channel, receiver) = mpsc::unbounded_channel();
    let sender = Sender { channel, room: Arc::new(Semaphore::new(limits::EVENTS_BYTES)), last: 0 };
    // The room is given back when the event is taken, not when it is dropped: nobody holds a whole event longer than that.
    let receiver = UnboundedReceiverStream::new(receiver).map(|(numbered, room)| {
        drop(room);
        numbered
    });
    (sender, receiver)
}

impl Sender {
    /// Waits until there is room for this event.
    pub(crate) async fn room(&self, event: &Event) -> Option<Room> {
        Arc::clone(&self.room).acquire_many_owned(size(event)).await.ok().map(Room)
    }

    /// Sends an event for which there is room.
    pub(crate) fn send(&mut self, event: Event, room: Room) {
        self.push(event, Some(room.0));
    }

    /// Sends an event if there is room for it now.
    pub(crate) fn try_send(&mut self, event: Event) {
        if let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(size(&event)) {
            self.push(event, Some(room));
        }
    }

    /// Sends a small event that must not be lost, whether there is room or not.
    pub(crate) fn insist(&mut self, event: &RunEvent) {
        match encode(event) {
            Ok(event) => self.push(event, None),
            Err(error) => tracing::error!(%error, "an event cannot be written as JSON"),
        }
    }

    /// Passes on an event that must not be lost, whether there is room or not.
    pub(crate) fn insist_on(&mut self, event: Event) {
        self.push(event, None);
    }

    /// Returns once the client is gone.
    pub(crate) async fn left(&self) {
        self.channel.closed().await;
    }

    fn push(&mut self, event: Event, room: Option<OwnedSemaphorePermit>) {
        self.last += 1;
        // A client that is gone is noticed by `left`.
        let _ = self.channel.send((Numbered { id: self.last, event }, room));
    }
}

/// An event that is larger than all the room takes all the room.
fn size(event: &Event) -> u32 {
    u32::try_from(event.data.len().clamp(1, limits::EVENTS_BYTES)).unwrap_or(u32::MAX)
}

fn encode(event: &RunEvent) -> serde_json::Result<Event> {
    #[derive(serde::Deserialize)]
    struct Parts {
        data: Box<serde_json::value::RawValue>,
    }
    let parts: Parts = serde_json::from_str(&serde_json::to_string(event)?)?;
    Ok(Event { name: event.name().to_owned(), data: parts.data.get().to_owned() })
}

#[cfg(test)]
mod tests {
    use forkyard_wire::run::Queued;
    use futures::FutureExt;

    use super::*;

    fn large() -> Event {
        Event { name: "output".into(), data: "x".repeat(limits::EVENTS_BYTES) }
    }

    #[tokio::test]
    async fn a_slow_reader_holds_the_run_back_and_reading_lets_it_go_on() {
        let (mut sender, mut receiver) = open();
        let room = sender.room(&large()).await.unwrap();
        sender.send(large(), room);
        assert!(sender.room(&large()).now_or_never().is_none(), "there is no room");
        sender.insist(&RunEvent::Queued(Queued { position: 1 }));
        assert_eq!(receiver.next().await.unwrap().id, 1);
        assert!(sender.room(&large()).now_or_never().is_some(), "reading made room");
        let second = receiver.next().await.unwrap();
        assert_eq!((second.id, second.event.data.as_str()), (2, r#"{"position":1}"#));
    }

    #[tokio::test]
    async fn the_run_learns_that_its_client_is_gone() {
        let (sender, receiver) = open();
        assert!(sender.left().now_or_never().is_none());
        drop(receiver);
        sender.left().await;
    }
}
