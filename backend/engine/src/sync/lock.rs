//! The lock: plain or recursive, across processes and threads.
//!
//! The lock word holds the holder's process itself, so there is no moment in which a lock is taken and nobody knows by whom.

use std::fmt;
use std::sync::atomic::Ordering::{Acquire, Relaxed, SeqCst};

use forkyard_trace::recorder;
use forkyard_wire::timeline::SegmentKind;

use super::wait::{Goal, Interrupted, Wait, wait_for};
use crate::process::identity::Identity;
use crate::shm::shape::Shape;
use crate::shm::{Block, BlockError, Handle, HandleError};
use crate::sys::layout::LockState;
use crate::sys::thread;
use crate::trace::Label;

pub(crate) static LOCK: Shape = Shape::plain(2, "lock");

/// Which lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockKind {
    /// Taken once; anybody may release it.
    Plain,
    /// The thread that holds it may take it again, and only that thread may release it.
    Recursive,
}

/// A lock across processes. When its holder's process dies, waiters get [`AcquireError::OwnerDied`] until somebody releases it or
/// [resets](Lock::reset) it.
///
/// ```
/// use forkyard_engine::{process::Process, sync::{Lock, LockKind, Wait}, value::Value};
/// let (lock, total) = (Lock::new(LockKind::Plain)?, Value::new(0_i64)?);
/// let add = || {
///     for _ in 0..1000 {
///         lock.acquire(Wait::Forever).unwrap();
///         total.set(total.get() + 1);
///         lock.release().unwrap();
///     }
///     0
/// };
/// let children = [Process::fork(add)?, Process::fork(add)?];
/// for child in &children {
///     child.wait(Wait::Forever)?;
/// }
/// assert_eq!(total.get(), 2000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Lock {
    block: Block,
    /// The block's: finding it each time would cost as much as taking the lock.
    state: &'static LockState,
    kind: LockKind,
}

impl Lock {
    /// A free lock.
    pub fn new(kind: LockKind) -> Result<Self, BlockError> {
        let block = Block::allocate(size_of::<LockState>(), &LOCK)?;
        let state = block.view::<LockState>();
        state.kind.store(u32::from(kind == LockKind::Recursive), Relaxed);
        Ok(Self { block, state, kind })
    }

    /// The lock that a handle names.
    pub fn open(handle: Handle) -> Result<Self, HandleError> {
        let block = Block::open_as(handle, &LOCK)?;
        let state = block.view::<LockState>();
        let recursive = state.kind.load(Relaxed) != 0;
        Ok(Self { block, state, kind: if recursive { LockKind::Recursive } else { LockKind::Plain } })
    }

    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        self.block.handle()
    }

    /// Which it is.
    pub fn kind(&self) -> LockKind {
        self.kind
    }

    /// Its number in the recording, 0 when it has none.
    pub fn object(&self) -> u32 {
        self.state.label.object.load(Relaxed)
    }

    /// How it appears in the timeline, for all processes.
    pub fn set_label(&self, label: Label) {
        self.state.label.set(label);
    }

    /// Takes it. `Ok(false)`: the time is over.
    #[inline]
    pub fn acquire(&self, wait: Wait) -> Result<bool, AcquireError> {
        let state = self.state;
        if self.take(state) {
            return Ok(true);
        }
        if wait == Wait::Never {
            return Ok(false);
        }
        self.acquire_slowly(state, wait)
    }

    /// Releases it, once.
    #[inline]
    pub fn release(&self) -> Result<(), ReleaseError> {
        let state = self.state;
        let owner = state.owner.load(Relaxed);
        if self.kind == LockKind::Recursive {
            if !self.is_mine() {
                return Err(ReleaseError::NotOwned);
            }
            let depth = state.depth.load(Relaxed);
            if depth > 0 {
                state.depth.store(depth - 1, Relaxed);
                return Ok(());
            }
        }
        if owner == 0 || !self.free(state, owner) {
            return Err(ReleaseError::TooOften);
        }
        Ok(())
    }

    /// Whether the calling thread holds it.
    #[inline]
    pub fn is_mine(&self) -> bool {
        let state = self.state;
        let owner = state.owner.load(Relaxed);
        owner != 0 && owner == Identity::own().0 && state.thread.load(Relaxed) == thread::own()
    }

    /// How often the calling thread has taken it: 0 when another one holds it.
    pub fn depth(&self) -> u32 {
        if self.is_mine() { self.state.depth.load(Relaxed) + 1 } else { 0 }
    }

    /// The holder's process.
    #[inline]
    pub fn holder(&self) -> Option<u32> {
        match self.state.owner.load(Relaxed) {
            0 => None,
            owner => Some(Identity(owner).pid()),
        }
    }

    /// Makes it free whoever held it: after its holder's death.
    pub fn reset(&self) {
        let state = self.state;
        state.depth.store(0, Relaxed);
        let owner = state.owner.load(Relaxed);
        if owner != 0 {
            self.free(state, owner);
        }
    }

    #[inline]
    fn take(&self, state: &LockState) -> bool {
        // A look that misses costs the other cores' caches one more step: only a lock that can be one's own is looked at first.
        if self.kind == LockKind::Recursive && state.owner.load(Relaxed) != 0 {
            let mine = self.is_mine();
            if mine {
                // The holder alone writes it.
                state.depth.store(state.depth.load(Relaxed) + 1, Relaxed);
            }
            return mine;
        }
        // SYNC: lock
        let taken = state.owner.compare_exchange(0, Identity::own().0, Acquire, Relaxed).is_ok();
        if taken {
            state.thread.store(thread::own(), Relaxed);
            state.label.hold_begins();
        }
        taken
    }

    #[inline]
    fn free(&self, state: &LockState, owner: u64) -> bool {
        // First the thread: another thread of this process must not see itself as the holder through what an earlier holding left.
        state.thread.store(0, Relaxed);
        if recorder::is_on() {
            return self.free_recorded(state, owner);
        }
        self.let_go(state, owner)
    }

    /// Apart, so that nobody who is not recorded has a part of it.
    #[inline(never)]
    fn free_recorded(&self, state: &LockState, owner: u64) -> bool {
        let end = state.label.hold_ends();
        let freed = self.let_go(state, owner);
        if freed {
            end.record();
        }
        freed
    }

    #[inline]
    fn let_go(&self, state: &LockState, owner: u64) -> bool {
        // SYNC: lock
        let freed = state.owner.compare_exchange(owner, 0, SeqCst, Relaxed).is_ok();
        if freed {
            state.signal.notify_fenced(1);
        }
        freed
    }

    #[cold]
    fn acquire_slowly(&self, state: &LockState, wait: Wait) -> Result<bool, AcquireError> {
        let record = state.label.wait(SegmentKind::LockAcquire, wait);
        let mut goal = Taking { lock: self, state };
        let taken = wait_for(&state.signal, wait, &mut goal)?.is_some();
        if taken {
            record.got();
        }
        Ok(taken)
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Lock").field("block", &self.block).finish_non_exhaustive()
    }
}

/// Somebody who waits for the lock.
struct Taking<'a> {
    lock: &'a Lock,
    state: &'a LockState,
}

impl Goal for Taking<'_> {
    type Prize = ();
    type Failure = AcquireError;
    const PAUSES: u32 = 32;

    #[inline]
    fn ready(&mut self) -> bool {
        self.state.owner.load(Relaxed) == 0
    }

    fn attempt(&mut self) -> Result<Option<()>, AcquireError> {
        Ok(self.lock.take(self.state).then_some(()))
    }

    fn dozed(&mut self) -> Result<(), AcquireError> {
        let owner = self.state.owner.load(Relaxed);
        if owner != 0 && Identity(owner).is_dead() && self.state.owner.load(Relaxed) == owner {
            return Err(AcquireError::OwnerDied { pid: Identity(owner).pid() });
        }
        Ok(())
    }
}

/// Why a lock or a semaphore was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcquireError {
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
    /// The process that holds the lock is dead and will never release it.
    #[error("process {pid} died while it held the lock")]
    OwnerDied {
        /// The dead.
        pid: u32,
    },
}

impl From<Interrupted> for AcquireError {
    fn from(_: Interrupted) -> Self {
        AcquireError::Interrupted
    }
}

/// Why a lock or a semaphore was not released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// A recursive lock that another thread or process, or nobody, holds.
    #[error("the lock is not held by this thread")]
    NotOwned,
    /// A plain lock that nobody holds, or a semaphore at its upper bound.
    #[error("released more often than acquired")]
    TooOften,
}
