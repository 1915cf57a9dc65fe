//! The pipe: two ends, messages in one or both directions, an end of file when the other end is closed everywhere.
//!
//! Messages go through shared memory. Beneath lies a socket pair, through which the kernel tells that the other end is closed in every
//! process, and which wakes a sleeper: a sender writes one byte into it when none is there, and a receiver takes it out before it sleeps.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Duration;

use forkyard_trace::event::{Kind, pack};
use forkyard_trace::recorder::{self, Moment};
use forkyard_wire::timeline::SegmentKind;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::time::{ClockId, clock_gettime};

use super::Message;
use super::bell::Socket;
use super::chain::{Appended, Bound, Chain};
use crate::limits::{FIRST_DOZE, LAST_DOZE, PIPE_BYTES};
use crate::process::child::reaped_children;
use crate::shm::shape::Shape;
use crate::shm::{Arena, ArenaError, Block, BlockError, Handle, HandleError};
use crate::sync::wait::{Goal, spin, wait_for};
use crate::sync::{Interrupted, Wait};
use crate::sys::layout::PipeState;
use crate::trace::{Label, WaitRecord};

pub(crate) static PIPE: Shape = Shape { number: 10, name: "pipe", destroy };

/// Which way messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Both ends send and receive.
    Duplex,
    /// The first end receives, the second sends.
    Simplex,
}

/// A new pipe. The messages go through shared memory; beneath lies a socket pair which tells that the other end is closed
/// and wakes a sleeper.
///
/// ```
/// use forkyard_engine::channel::{Direction, RecvError, pipe};
/// use forkyard_engine::{process::Process, sync::Wait};
/// let (ours, theirs) = pipe(Direction::Duplex)?;
/// let child = Process::fork(|| { theirs.send(b"hello", Wait::Forever).unwrap(); 0 })?;
/// drop(theirs);
/// assert_eq!(&*ours.recv(Wait::Forever)?, b"hello");
/// assert_eq!(ours.recv(Wait::Forever).unwrap_err(), RecvError::EndOfFile);
/// child.wait(Wait::Forever)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pipe(direction: Direction) -> Result<(End, End), BlockError> {
    let block = Block::allocate(size_of::<PipeState>(), &PIPE)?;
    let state = block.view::<PipeState>();
    state.direction.store(u32::from(direction == Direction::Simplex), Relaxed);
    for chain in &state.chains {
        Chain { arena: block.arena(), state: chain }.init()?;
    }
    let (first, second) = socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::SOCK_CLOEXEC)
        .map_err(|error| ArenaError::Refused(error.into()))?;
    Ok((End::new(block.clone(), 0, first), End::new(block, 1, second)))
}

/// One end of a pipe. It is open as long as any process has its descriptor open.
#[derive(Debug)]
pub struct End {
    side: u8,
    // Closed before the note is left.
    fd: OwnedFd,
    note: ClosingNote,
    /// When it was last seen that the other end is open: a coarse tick in the upper half, a count of ends in the lower.
    seen_open: AtomicU64,
}

/// Tells the senders that a descriptor was closed, so that they look whether it was the last one.
#[derive(Debug)]
struct ClosingNote {
    block: Block,
}

impl End {
    /// The end that came to this process as a handle, [`End::side`] and descriptor.
    pub fn from_parts(handle: Handle, side: u8, fd: OwnedFd) -> Result<Self, HandleError> {
        Ok(Self::new(Block::open_as(handle, &PIPE)?, side & 1, fd))
    }

    /// What names the pipe in other processes.
    pub fn handle(&self) -> Handle {
        self.note.block.handle()
    }

    /// Records what it took the sender to make the bytes of the message with this number; `at_ns` (CLOCK_MONOTONIC) is when they were
    /// made, before they were sent.
    pub fn record_made(&self, number: u32, at_ns: u64, took: Duration) {
        self.state().label.made(numbered(number, self.side), at_ns, took);
    }

    /// Records what it has just taken the receiver to read the bytes of a message.
    pub fn record_read(&self, message: &Message, took: Duration) {
        self.state().label.read(numbered(message.number(), 1 - self.side), took);
    }

    /// Which end it is: 0 or 1.
    pub fn side(&self) -> u8 {
        self.side
    }

    /// Its socket. Readable exactly while there is a message or the end of file, once [`End::arm`] was called in any process. Whoever
    /// reads from it or writes to it breaks that.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// How both ends appear in the timeline.
    pub fn set_label(&self, label: Label) {
        self.state().label.set(label);
    }

    /// Whether it may receive.
    pub fn is_readable(&self) -> bool {
        self.state().direction.load(Relaxed) == 0 || self.side == 0
    }

    /// Whether it may send.
    pub fn is_writable(&self) -> bool {
        self.state().direction.load(Relaxed) == 0 || self.side == 1
    }

    /// Sends a message; its number. Waits only when [`crate::limits::PIPE_BYTES`] have not been received yet. That the other end is closed is
    /// known at once where it was closed or its last process
    /// was reaped by this one, and within a tick of the clock (4 ms) otherwise.
    pub fn send(&self, message: &[u8], wait: Wait) -> Result<u32, SendError> {
        self.send_parts(&[message], wait)
    }

    /// Sends one message made of several parts, one after the other.
    pub fn send_parts(&self, parts: &[&[u8]], wait: Wait) -> Result<u32, SendError> {
        if !self.is_writable() {
            return Err(SendError::ReadOnly);
        }
        if self.found_broken() {
            return Err(SendError::BrokenPipe);
        }
        if wait != Wait::Never {
            self.outgoing().let_catch_up(parts.iter().map(|part| part.len()).sum());
        }
        let mut goal = Sending { end: self, parts };
        let number = match goal.attempt()? {
            Some(number) => number,
            None if wait == Wait::Never => return Err(SendError::TimedOut),
            None => {
                let record = self.state().label.wait_as(SegmentKind::ConnectionSend, wait);
                let number = wait_for(&self.outgoing().state.space, wait, &mut goal)?.ok_or(SendError::TimedOut)?;
                record.got();
                number
            }
        };
        Ok(number)
    }

    /// Whether sending a message of `len` bytes, with any [`Wait`] but `Never`, may begin with a short wait for those who receive.
    pub fn is_far_ahead(&self, len: usize) -> bool {
        self.outgoing().is_far_ahead(len)
    }

    /// Receives the next message.
    pub fn recv(&self, wait: Wait) -> Result<Message, RecvError> {
        match self.recv_ready()? {
            Some(message) => Ok(message),
            None => match self.wait_in(wait, &mut Receiving(self))? {
                Some((message, came)) => Ok(self.received(message, came)),
                None => Err(RecvError::TimedOut),
            },
        }
    }

    /// Receives the next message if it is there already. Asks nobody else: `None` may be the end of file, or a message that is being sent.
    #[inline]
    pub fn recv_ready(&self) -> Result<Option<Message>, RecvError> {
        if !self.is_readable() {
            return Err(RecvError::WriteOnly);
        }
        if !self.incoming().ready() {
            return Ok(None);
        }
        Ok(self.take().map(|message| self.received(message, None)))
    }

    /// Waits until there is a message or the end of file; whether there is.
    pub fn poll(&self, wait: Wait) -> Result<bool, Interrupted> {
        if self.incoming().ready_for_sure() {
            return Ok(true);
        }
        match self.wait_in(wait, &mut Seeing(self)) {
            Ok(seen) => Ok(seen.is_some()),
            Err(RecvError::Interrupted) => Err(Interrupted),
            Err(_) => Ok(true),
        }
    }

    /// From now on the descriptor is readable exactly while there is a message or the end of file, so that `poll(2)` by others is
    /// right. Whether there is a message now.
    pub fn arm(&self) -> bool {
        self.incoming().be_strict(&Socket(&self.fd))
    }

    /// Right before waiting for the descriptor with `poll(2)`: makes it quiet if there is nothing, so that the next message, or the end of
    /// file, makes it readable. Whether there is a message now. Cheaper than [`End::arm`], and to be repeated before each wait.
    pub fn before_poll(&self) -> bool {
        self.incoming().silence_if_empty(&Socket(&self.fd))
    }

    fn new(block: Block, side: u8, fd: OwnedFd) -> Self {
        Self { side, fd, note: ClosingNote { block }, seen_open: AtomicU64::new(u64::MAX) }
    }

    fn take(&self) -> Option<Message> {
        self.incoming().take(&Socket(&self.fd), |_| ())
    }

    /// Tells who waits for room, and the timeline; `came`: when the wait for the message ended, if there was one that is recorded.
    #[inline]
    fn received(&self, message: Message, came: Option<Moment>) -> Message {
        self.incoming().state.space.notify(1);
        self.state().label.received(came, pack(numbered(message.number(), 1 - self.side), message.len() as u32));
        message
    }

    /// Spins, then sleeps in the socket. What came, and when if that is recorded.
    fn wait_in<G: Goal<Failure = RecvError>>(&self, wait: Wait, goal: &mut G) -> Result<Option<Came<G>>, RecvError> {
        let chain = self.incoming();
        let record = match wait {
            Wait::Never => None,
            _ => Some(self.state().label.wait_as(SegmentKind::ConnectionRecv, wait)),
        };
        let mut prize = if wait == Wait::Never { None } else { spin(&chain.state.items.luck, goal)? };
        let mut doze = FIRST_DOZE;
        while prize.is_none() {
            if chain.silence_if_empty(&Socket(&self.fd)) {
                prize = goal.attempt()?;
                if prize.is_some() {
                    break;
                }
            }
            let time = wait.left(doze);
            let over = self.sleep(time.unwrap_or(Duration::ZERO))?;
            prize = goal.attempt()?;
            match (&prize, over) {
                (None, Woken::EndOfFile) => {
                    self.seen_open.store(u64::MAX, Relaxed);
                    return Err(RecvError::EndOfFile);
                }
                (None, _) if time.is_none() => return Ok(None),
                (None, Woken::TimedOut) => doze = (doze * 2).min(LAST_DOZE),
                _ => {}
            }
        }
        let came = record.and_then(WaitRecord::got);
        Ok(prize.map(|prize| (prize, came)))
    }

    fn sleep(&self, time: Duration) -> Result<Woken, Interrupted> {
        // Rounded up: a wait that ends early would be a busy loop.
        let time = PollTimeout::try_from(time.as_micros().div_ceil(1000)).unwrap_or(PollTimeout::MAX);
        let mut fds = [PollFd::new(self.fd.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, time) {
            Err(Errno::EINTR) => Err(Interrupted),
            Ok(0) => Ok(Woken::TimedOut),
            _ if fds[0].revents().is_some_and(is_closed) => Ok(Woken::EndOfFile),
            _ => Ok(Woken::Look),
        }
    }

    /// Whether the other end is closed everywhere. Asks the kernel when since the last time a descriptor of this pipe was closed, a child
    /// of this process was reaped, or the clock has moved.
    fn found_broken(&self) -> bool {
        let tick = clock_gettime(ClockId::CLOCK_MONOTONIC_COARSE).map_or(0, |now| now.tv_nsec() as u32);
        let ends = self.state().closings.load(SeqCst).wrapping_add(reaped_children());
        let seen = u64::from(tick) << 32 | u64::from(ends);
        if self.seen_open.load(Relaxed) == seen {
            return false;
        }
        let broken = self.is_broken();
        if !broken {
            self.seen_open.store(seen, Relaxed);
        }
        broken
    }

    fn is_broken(&self) -> bool {
        let mut fds = [PollFd::new(self.fd.as_fd(), PollFlags::empty())];
        poll(&mut fds, PollTimeout::ZERO).is_ok() && fds[0].revents().is_some_and(is_closed)
    }

    fn outgoing(&self) -> Chain {
        self.chain(self.side)
    }

    fn incoming(&self) -> Chain {
        self.chain(1 - self.side)
    }

    #[inline]
    fn chain(&self, side: u8) -> Chain {
        Chain { arena: self.note.block.arena(), state: &self.state().chains[usize::from(side)] }
    }

    #[inline]
    fn state(&self) -> &'static PipeState {
        self.note.block.view()
    }
}

impl Drop for ClosingNote {
    fn drop(&mut self) {
        self.block.view::<PipeState>().closings.fetch_add(1, SeqCst);
    }
}

/// What was waited for, and when it came.
type Came<G> = (<G as Goal>::Prize, Option<Moment>);

/// Why a sleeper in the socket woke.
enum Woken {
    Look,
    TimedOut,
    EndOfFile,
}

fn is_closed(events: PollFlags) -> bool {
    events.intersects(PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL)
}

/// The number that is recorded: those of the two directions differ in the top bit, as both belong to one object.
fn numbered(number: u32, sender: u8) -> u32 {
    number & (u32::MAX >> 1) | u32::from(sender) << 31
}

fn destroy(arena: &'static Arena, at: u64) {
    for state in &arena.memory().view::<PipeState>(at).chains {
        Chain { arena, state }.destroy();
    }
}

/// Somebody who waits for a message.
struct Receiving<'a>(&'a End);

impl Goal for Receiving<'_> {
    type Prize = Message;
    type Failure = RecvError;

    #[inline]
    fn ready(&mut self) -> bool {
        self.0.incoming().ready()
    }

    fn attempt(&mut self) -> Result<Option<Message>, RecvError> {
        Ok(self.0.take())
    }
}

/// Somebody who waits for there being a message.
struct Seeing<'a>(&'a End);

impl Goal for Seeing<'_> {
    type Prize = ();
    type Failure = RecvError;

    #[inline]
    fn ready(&mut self) -> bool {
        self.0.incoming().ready()
    }

    fn attempt(&mut self) -> Result<Option<()>, RecvError> {
        Ok(self.0.incoming().ready_for_sure().then_some(()))
    }
}

/// Somebody who waits for room.
struct Sending<'a> {
    end: &'a End,
    parts: &'a [&'a [u8]],
}

impl Goal for Sending<'_> {
    type Prize = u32;
    type Failure = SendError;

    #[inline]
    fn ready(&mut self) -> bool {
        self.end.outgoing().has_room(Bound::Bytes(PIPE_BYTES))
    }

    fn attempt(&mut self) -> Result<Option<u32>, SendError> {
        let end = self.end;
        let sent = end.state().label.recorded().map(|object| (object, recorder::now()));
        let number = match end.outgoing().append(self.parts, Bound::Bytes(PIPE_BYTES), &Socket(&end.fd))? {
            Appended::Yes(number) => number,
            Appended::Full => return Ok(None),
            Appended::Deaf => return Err(SendError::BrokenPipe),
        };
        if let Some((object, at)) = sent {
            let bytes: usize = self.parts.iter().map(|part| part.len()).sum();
            recorder::record_then(at, Kind::Sent, object, pack(numbered(number, end.side), bytes as u32));
        }
        Ok(Some(number))
    }

    fn dozed(&mut self) -> Result<(), SendError> {
        if self.end.is_broken() { Err(SendError::BrokenPipe) } else { Ok(()) }
    }
}

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The other end is closed in every process.
    #[error("the other end of the pipe is closed")]
    BrokenPipe,
    /// This end only receives.
    #[error("this end of the pipe is read-only")]
    ReadOnly,
    /// The other end received too little in the whole time.
    #[error("the pipe is full")]
    TimedOut,
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
    /// No shared memory left.
    #[error(transparent)]
    Memory(#[from] BlockError),
}

impl From<Interrupted> for SendError {
    fn from(_: Interrupted) -> Self {
        SendError::Interrupted
    }
}

/// Why nothing was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecvError {
    /// Everything was received and the other end is closed in every process.
    #[error("the other end of the pipe is closed and nothing is left")]
    EndOfFile,
    /// This end only sends.
    #[error("this end of the pipe is write-only")]
    WriteOnly,
    /// Nothing came in the whole time.
    #[error("nothing to receive")]
    TimedOut,
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
}

impl From<Interrupted> for RecvError {
    fn from(_: Interrupted) -> Self {
        RecvError::Interrupted
    }
}
