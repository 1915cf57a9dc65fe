//! The runs that are alive, by id, and what can be asked of each.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use forkyard_wire::job::{Command, Job};
use futures::Stream;
use tokio::sync::{mpsc, watch};

use super::owner::Owner;
use super::queue::Queue;
use super::store::{Store, Timeline};
use super::stream::{self, Numbered};
use crate::limits;

/// Every run of this server. Clones mean the same runs.
#[derive(Debug, Clone)]
pub(crate) struct Runs(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The runner's program.
    runner: PathBuf,
    queue: Queue,
    live: Mutex<Live>,
    store: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Live {
    handles: HashMap<String, Handle>,
    /// Set when the server ends: no run begins any more.
    closed: bool,
}

/// The way to a run's owner.
#[derive(Debug, Clone)]
pub(super) struct Handle {
    controls: mpsc::Sender<Control>,
    /// Turns true once the last process of the run is gone.
    gone: watch::Receiver<bool>,
}

/// What can be asked of a run's owner.
#[derive(Debug)]
pub(super) enum Control {
    /// Pass this on to the runner.
    Input(Command),
    /// End the run.
    Stop,
}

impl Runs {
    /// No runs yet; `places` of them may run at once, each by a process of this program.
    pub(crate) fn new(runner: PathBuf, places: usize) -> Self {
        Runs(Arc::new(Inner {
            runner,
            queue: Queue::new(places, limits::QUEUE),
            live: Mutex::default(),
            store: Mutex::default(),
        }))
    }

    /// Starts a run, or lets it wait for its turn, and gives the stream of its events. Dropping the stream ends the run.
    pub(crate) fn start(&self, job: Job) -> Result<impl Stream<Item = Numbered> + Send + use<>, Refusal> {
        let id = job.run.clone();
        let (controls, orders) = mpsc::channel(limits::COMMANDS);
        let (gone, gone_receiver) = watch::channel(false);
        let (events, stream) = stream::open();
        let ticket = {
            let mut live = lock(&self.0.live);
            if live.closed {
                return Err(Refusal::Closing);
            }
            let ticket = self.0.queue.enter().ok_or(Refusal::Full)?;
            live.handles.insert(id.clone(), Handle { controls, gone: gone_receiver });
            ticket
        };
        let entry = Entry { runs: self.clone(), id, gone, timeline: None };
        let owner = Owner { runner: self.0.runner.clone(), job, ticket: Some(ticket), orders, events, entry };
        tokio::spawn(owner.own());
        Ok(stream)
    }

    /// Text for a run's standard input, or its end.
    pub(crate) async fn input(&self, id: &str, command: Command) -> Result<(), InputError> {
        let Some(handle) = self.handle(id) else {
            return Err(if self.is_finished(id) { InputError::Finished } else { InputError::Unknown });
        };
        match handle.controls.send_timeout(Control::Input(command), Duration::from_secs(1)).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(InputError::Finished),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(InputError::Busy),
        }
    }

    /// Stops a run and returns once its last process is gone. A run that has finished is gone already.
    pub(crate) async fn stop(&self, id: &str) -> Result<(), Unknown> {
        let Some(handle) = self.handle(id) else {
            return if self.is_finished(id) { Ok(()) } else { Err(Unknown) };
        };
        handle.stop().await;
        Ok(())
    }

    /// The chunks of a finished run's timeline, each a JSON text.
    pub(crate) fn timeline(&self, id: &str) -> Result<Arc<Vec<String>>, TraceError> {
        if self.handle(id).is_some() {
            return Err(TraceError::Running);
        }
        match lock(&self.0.store).get(id) {
            Some(Timeline::Chunks(chunks)) => Ok(chunks),
            Some(Timeline::None) => Err(TraceError::NotRecorded),
            Some(Timeline::TooLarge) => Err(TraceError::TooLarge),
            None => Err(TraceError::Unknown),
        }
    }

    /// How many run, and how many wait.
    pub(crate) fn counts(&self) -> (u32, u32) {
        self.0.queue.counts()
    }

    /// Lets no run begin any more, stops all, and returns once all are gone.
    pub(crate) async fn end_all(&self) {
        let handles: Vec<_> = {
            let mut live = lock(&self.0.live);
            live.closed = true;
            live.handles.values().cloned().collect()
        };
        futures::future::join_all(handles.iter().map(Handle::stop)).await;
    }

    fn handle(&self, id: &str) -> Option<Handle> {
        lock(&self.0.live).handles.get(id).cloned()
    }

    fn is_finished(&self, id: &str) -> bool {
        lock(&self.0.store).get(id).is_some()
    }
}

impl Handle {
    async fn stop(&self) {
        // When the owner takes no more orders the run is ending by itself, and waiting is all there is to do.
        let _ = self.controls.send(Control::Stop).await;
        let mut gone = self.gone.clone();
        let _ = gone.wait_for(|gone| *gone).await;
    }
}

/// A fresh id: 128 bits that nobody can guess, as 32 hexadecimal digits.
pub(crate) fn new_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The owner's own entry among the live runs; dropping it takes the run out, whatever became of the owner.
#[derive(Debug)]
pub(super) struct Entry {
    runs: Runs,
    id: String,
    gone: watch::Sender<bool>,
    timeline: Option<Timeline>,
}

impl Entry {
    /// From now on the run counts as finished, and its timeline can be asked for.
    pub(super) fn finish(&mut self, timeline: Timeline) {
        self.timeline = Some(timeline);
        self.move_to_store();
    }

    fn move_to_store(&mut self) {
        // The store first: whoever asks in between finds the run in one of the two.
        if let Some(timeline) = self.timeline.take() {
            lock(&self.runs.0.store).keep(self.id.clone(), timeline);
        }
        lock(&self.runs.0.live).handles.remove(&self.id);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.move_to_store();
        self.gone.send_replace(true);
    }
}

/// Nothing panics while it holds one of these locks, and if it did, each holds a whole value at any moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a run does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// As many wait as may.
    #[error("{} programs wait for their turn already", limits::QUEUE)]
    Full,
    /// The server ends.
    #[error("the server is ending")]
    Closing,
    /// The kernel gave no random bytes for an id.
    #[error("no id can be made")]
    NoId,
}

/// No run has this id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no run with this id")]
pub(crate) struct Unknown;

/// Why a run does not get its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InputError {
    /// No run has this id.
    #[error("there is no run with this id")]
    Unknown,
    /// The run is over.
    #[error("the run has finished")]
    Finished,
    /// It does not read what it has.
    #[error("the program does not read its input")]
    Busy,
}

/// Why there is no trace of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TraceError {
    /// No run has this id, or it is no longer kept.
    #[error("there is no run with this id, or it is no longer kept")]
    Unknown,
    /// It is not over.
    #[error("the run has not finished")]
    Running,
    /// It was made without a timeline.
    #[error("the run was made without a timeline")]
    NotRecorded,
    /// It is too large to be kept.
    #[error("the timeline is too large to be kept")]
    TooLarge,
}
