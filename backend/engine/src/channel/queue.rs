//! The queue: messages from many processes to many processes, first in, first out.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use forkyard_trace::event::{Kind, pack};
use forkyard_trace::recorder::{self, Moment};
use forkyard_wire::timeline::SegmentKind;
use nix::sys::eventfd::{EfdFlags, EventFd};

use super::Message;
use super::bell::{Eventfd, NoBell};
use super::chain::{Appended, Bound, Chain};
use super::goals::{Getting, Peeking, Putting};
use crate::shm::shape::Shape;
use crate::shm::{Arena, ArenaError, Block, BlockError, Handle, HandleError};
use crate::sync::wait::{spin, wait_for};
use crate::sync::{Interrupted, Wait};
use crate::sys::layout::QueueState;
use crate::trace::Label;

pub(crate) static QUEUE: Shape = Shape { number: 9, name: "queue", destroy };

/// How a queue is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct QueueOptions {
    /// At most this many messages wait in it; `None` (or 0): `put` never waits.
    pub capacity: Option<u32>,
    /// Whether it has a descriptor that `poll(2)` can wait for.
    pub doorbell: Doorbell,
}

/// Whether a queue has a descriptor that tells that there is something in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Doorbell {
    /// No descriptor.
    #[default]
    None,
    /// An eventfd, close-on-exec, inherited by fork.
    Eventfd,
}

/// A queue of byte messages across processes. A process killed at any point neither blocks the others nor loses or doubles an item
/// that `put` had acknowledged; what it had taken goes with it.
///
/// ```
/// use forkyard_engine::{channel::Queue, process::Process, sync::Wait};
/// let queue = Queue::new(Default::default())?;
/// let child = Process::fork(|| { queue.put(b"hello", Wait::Forever).unwrap(); 0 })?;
/// assert_eq!(&*queue.get(Wait::Forever)?, b"hello");
/// child.wait(Wait::Forever)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Queue {
    block: Block,
    doorbell: Option<Arc<OwnedFd>>,
}

impl Queue {
    /// An empty queue.
    pub fn new(options: QueueOptions) -> Result<Self, BlockError> {
        let block = Block::allocate(size_of::<QueueState>(), &QUEUE)?;
        let state = block.view::<QueueState>();
        state.capacity.store(options.capacity.unwrap_or(0), Relaxed);
        let doorbell = match options.doorbell {
            Doorbell::None => None,
            Doorbell::Eventfd => {
                let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
                let fd = EventFd::from_flags(flags).map_err(|error| ArenaError::Refused(error.into()))?;
                state.doorbell.store(1, Relaxed);
                Some(Arc::new(fd.into()))
            }
        };
        let queue = Self { block, doorbell };
        queue.chain().init()?;
        Ok(queue)
    }

    /// The queue that a handle names, without a doorbell: what is put here does not ring it.
    pub fn open(handle: Handle) -> Result<Self, HandleError> {
        Ok(Self { block: Block::open_as(handle, &QUEUE)?, doorbell: None })
    }

    /// The queue that a handle names, with its doorbell as it came to this process.
    pub fn open_with_doorbell(handle: Handle, fd: OwnedFd) -> Result<Self, HandleError> {
        Ok(Self { block: Block::open_as(handle, &QUEUE)?, doorbell: Some(Arc::new(fd)) })
    }

    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        self.block.handle()
    }

    /// Records what it took the sender to make the bytes of the message with this number; `at_ns` (CLOCK_MONOTONIC) is when they were
    /// made, before they were put.
    pub fn record_made(&self, number: u32, at_ns: u64, took: Duration) {
        self.state().label.made(number, at_ns, took);
    }

    /// Records what it has just taken the receiver to read the bytes of a message.
    pub fn record_read(&self, message: &Message, took: Duration) {
        self.state().label.read(message.number(), took);
    }

    /// How it appears in the timeline, for all processes: `Silent`, or anything else for `QueueGet` and `QueuePut` waits and messages.
    pub fn set_label(&self, label: Label) {
        self.state().label.set(label);
    }

    /// The object that it is in the timeline; 0 for none.
    pub fn object(&self) -> u32 {
        self.state().label.object.load(Relaxed)
    }

    /// Appends a message; its number. Waits only when the queue has a capacity and is full.
    #[inline]
    pub fn put(&self, message: &[u8], wait: Wait) -> Result<u32, PutError> {
        self.put_parts(&[message], wait)
    }

    /// Appends one message made of several parts, one after the other.
    pub fn put_parts(&self, parts: &[&[u8]], wait: Wait) -> Result<u32, PutError> {
        let chain = self.chain();
        let state = self.state();
        if wait != Wait::Never {
            self.let_catch_up(parts);
        }
        let number = match self.append(chain, parts)? {
            Some(number) => number,
            None if wait == Wait::Never => return Err(PutError::Full),
            None => {
                let record = state.label.wait_as(SegmentKind::QueuePut, wait);
                let mut goal = Putting { queue: self, chain, parts };
                let number = wait_for(&chain.state.space, wait, &mut goal)?.ok_or(PutError::Full)?;
                record.got();
                if chain.has_room(self.bound()) {
                    chain.state.space.notify(1);
                }
                number
            }
        };
        chain.announce();
        Ok(number)
    }

    /// Takes the first message.
    #[inline]
    pub fn get(&self, wait: Wait) -> Result<Message, GetError> {
        self.get_noting(wait, |_| ())
    }

    /// The same, within a wait that is recorded already, for something else: the message is recorded, a wait for it is not.
    pub fn get_within_wait(&self, wait: Wait) -> Result<Message, GetError> {
        self.get_noting_within_wait(wait, |_| ())
    }

    /// At most this many bytes of messages wait in it, for all processes; one message always has room. With a capacity in messages,
    /// that alone counts.
    pub fn set_capacity_bytes(&self, bytes: u64) {
        self.state().most_bytes.store(bytes, Relaxed);
    }

    /// Takes the first message, after `note` was called with its number: if this process dies in `note` or before, the message stays.
    pub(crate) fn get_noting(&self, wait: Wait, mut note: impl FnMut(u32)) -> Result<Message, GetError> {
        let chain = self.chain();
        let mut came = None;
        let message = match self.take(chain, &mut note) {
            Some(message) => message,
            None if wait == Wait::Never => return Err(GetError::Empty),
            None => {
                let record = self.state().label.wait_as(SegmentKind::QueueGet, wait);
                let mut goal = Getting { queue: self, chain, note };
                let message = chain.wait_to_take(wait, &mut goal)?.ok_or(GetError::Empty)?;
                came = record.got();
                chain.announce_rest();
                message
            }
        };
        self.after_taking(&message, came);
        Ok(message)
    }

    /// `came`: when the wait for it ended, if there was one that is recorded.
    #[inline]
    pub(super) fn after_taking(&self, message: &Message, came: Option<Moment>) {
        if !matches!(self.bound(), Bound::None) {
            self.chain().state.space.notify(1);
        }
        self.state().label.received(came, pack(message.number(), message.len() as u32));
    }

    /// Waits until there is something to get; whether there is. Somebody else may take it first.
    pub fn poll(&self, wait: Wait) -> Result<bool, Interrupted> {
        let chain = self.chain();
        let ready = chain.ready_for_sure();
        if ready || wait == Wait::Never {
            return Ok(ready);
        }
        let record = self.state().label.wait_as(SegmentKind::QueueGet, wait);
        let ready = wait_for(&chain.state.items, wait, &mut Peeking(chain))?.is_some();
        if ready {
            record.got();
            // This one takes nothing: whoever else was to be woken still is.
            chain.announce();
        }
        Ok(ready)
    }

    /// Spins for a bounded while, if that is promising; whether there is something to get.
    pub fn spin(&self) -> bool {
        let chain = self.chain();
        chain.ready() || matches!(spin(&chain.state.items.luck, &mut Peeking(chain)), Ok(Some(())))
    }

    /// Messages in it at this moment.
    pub fn len(&self) -> usize {
        self.chain().len() as usize
    }

    /// Whether it is empty at this moment.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is at its capacity at this moment.
    pub fn is_full(&self) -> bool {
        !self.chain().has_room(self.bound())
    }

    /// The doorbell. Its readability means something only after [`Queue::arm_doorbell`] in any process, or right after
    /// [`Queue::before_poll`].
    pub fn doorbell_fd(&self) -> Option<BorrowedFd<'_>> {
        self.doorbell.as_ref().map(|fd| fd.as_fd())
    }

    /// From now on the doorbell is readable exactly while there is a message; costs a system call for a put into the empty queue
    /// and one for the get that empties it. Whether there is a message now.
    pub fn arm_doorbell(&self) -> bool {
        match &self.doorbell {
            Some(fd) => self.chain().be_strict(&Eventfd(fd)),
            None => self.chain().ready_for_sure(),
        }
    }

    /// Right before waiting for the doorbell with `poll(2)`: makes it quiet if there is nothing, so that it rings with the next message.
    /// Whether there is a message now. Cheaper than [`Queue::arm_doorbell`], and to be repeated before each wait.
    pub fn before_poll(&self) -> bool {
        match &self.doorbell {
            Some(fd) => self.chain().silence_if_empty(&Eventfd(fd)),
            None => self.chain().ready_for_sure(),
        }
    }

    /// Whether putting a message of `len` bytes, with any [`Wait`] but `Never`, may begin with a short wait for those who take.
    #[inline]
    pub fn is_far_ahead(&self, len: usize) -> bool {
        self.chain().is_far_ahead(len)
    }

    pub(super) fn let_catch_up(&self, parts: &[&[u8]]) {
        self.chain().let_catch_up(parts.iter().map(|part| part.len()).sum());
    }

    pub(super) fn append(&self, chain: Chain, parts: &[&[u8]]) -> Result<Option<u32>, BlockError> {
        self.append_bounded(chain, parts, self.bound())
    }

    pub(super) fn append_bounded(&self, chain: Chain, parts: &[&[u8]], bound: Bound) -> Result<Option<u32>, BlockError> {
        // The time before: whoever receives it must not seem to have done so before it was sent.
        let sent = self.state().label.recorded().map(|object| (object, recorder::now()));
        let appended = match &self.doorbell {
            Some(fd) => chain.append(parts, bound, &Eventfd(fd)),
            None => chain.append(parts, bound, &NoBell),
        };
        let Appended::Yes(number) = appended? else { return Ok(None) };
        if let Some((object, at)) = sent {
            let bytes: usize = parts.iter().map(|part| part.len()).sum();
            recorder::record_then(at, Kind::Sent, object, pack(number, bytes as u32));
        }
        Ok(Some(number))
    }

    #[inline]
    pub(super) fn take(&self, chain: Chain, note: impl FnMut(u32)) -> Option<Message> {
        match &self.doorbell {
            Some(fd) => chain.take(&Eventfd(fd), note),
            None => chain.take(&NoBell, note),
        }
    }

    #[inline]
    pub(super) fn bound(&self) -> Bound {
        match (self.state().capacity.load(Relaxed), self.state().most_bytes.load(Relaxed)) {
            (0, 0) => Bound::None,
            (0, most) => Bound::Bytes(most),
            (most, _) => Bound::Messages(most),
        }
    }

    #[inline]
    pub(super) fn chain(&self) -> Chain {
        Chain { arena: self.block.arena(), state: &self.state().chain }
    }

    #[inline]
    fn state(&self) -> &'static QueueState {
        self.block.view()
    }
}

fn destroy(arena: &'static Arena, at: u64) {
    Chain { arena, state: &arena.memory().view::<QueueState>(at).chain }.destroy();
}

/// Why nothing was put.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PutError {
    /// Full for the whole time.
    #[error("the queue is full")]
    Full,
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
    /// No shared memory left.
    #[error(transparent)]
    Memory(#[from] BlockError),
}

impl From<Interrupted> for PutError {
    fn from(_: Interrupted) -> Self {
        PutError::Interrupted
    }
}

/// Why nothing was got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GetError {
    /// Empty for the whole time.
    #[error("the queue is empty")]
    Empty,
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
}

impl From<Interrupted> for GetError {
    fn from(_: Interrupted) -> Self {
        GetError::Interrupted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_somebody_looks_out_only_a_second_message_wakes_a_sleeper() {
        let queue = Queue::new(Default::default()).unwrap();
        let state = queue.chain().state;
        let asleep = state.items.prepare();
        state.lookout.until.store(u64::MAX, Relaxed);
        assert!(state.lookout.keep(|| ()).is_none(), "one looks out, not two");
        queue.put(b"for who looks out", Wait::Forever).unwrap();
        assert_eq!(state.items.word.load(Relaxed), asleep, "nobody is woken");
        queue.put(b"for a sleeper", Wait::Forever).unwrap();
        assert_ne!(state.items.word.load(Relaxed), asleep);
    }

    #[test]
    fn who_has_looked_out_for_too_long_is_not_relied_upon() {
        let queue = Queue::new(Default::default()).unwrap();
        let state = queue.chain().state;
        let outcome = state.lookout.keep(|| {
            state.lookout.until.store(1, Relaxed);
            let asleep = state.items.prepare();
            queue.put(b"for a sleeper", Wait::Forever).unwrap();
            assert_ne!(state.items.word.load(Relaxed), asleep);
            state.lookout.keep(|| 7)
        });
        assert_eq!(outcome, Some(Some(7)), "another one does in its place");
        assert_eq!(state.lookout.until.load(Relaxed), 0);
    }
}
