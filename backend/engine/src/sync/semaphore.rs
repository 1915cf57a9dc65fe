//! The semaphore: a number of permits, with or without an upper bound.

use std::fmt;
use std::sync::atomic::Ordering::{Acquire, Relaxed, SeqCst};

use forkyard_trace::event::Kind;
use forkyard_wire::timeline::SegmentKind;

use super::wait::{Goal, Wait, wait_for};
use super::{AcquireError, ReleaseError};
use crate::shm::shape::Shape;
use crate::shm::{Block, BlockError, Handle, HandleError};
use crate::sys::layout::SemaphoreState;
use crate::trace::Label;

pub(crate) static SEMAPHORE: Shape = Shape::plain(3, "semaphore");

/// A semaphore across processes. Permits of a dead process stay taken: a permit has no owner.
///
/// ```
/// use forkyard_engine::sync::{ReleaseError, Semaphore, Wait};
/// let seats = Semaphore::new(2, 2)?;
/// assert!(seats.acquire(Wait::Forever)? && seats.acquire(Wait::Forever)?);
/// assert!(!seats.acquire(Wait::Never)?);
/// seats.release()?;
/// seats.release()?;
/// assert_eq!(seats.release(), Err(ReleaseError::TooOften));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Semaphore {
    block: Block,
    state: &'static SemaphoreState,
}

impl Semaphore {
    /// The largest number of permits.
    pub const MAX: u32 = i32::MAX as u32;

    /// `value` permits, never more than `max` (which is at most [`Semaphore::MAX`]).
    pub fn new(value: u32, max: u32) -> Result<Self, BlockError> {
        let block = Block::allocate(size_of::<SemaphoreState>(), &SEMAPHORE)?;
        let state = block.view::<SemaphoreState>();
        let max = max.min(Self::MAX);
        state.max.store(max, Relaxed);
        state.value.store(value.min(max), Relaxed);
        Ok(Self { block, state })
    }

    /// The semaphore that a handle names.
    pub fn open(handle: Handle) -> Result<Self, HandleError> {
        let block = Block::open_as(handle, &SEMAPHORE)?;
        let state = block.view();
        Ok(Self { block, state })
    }

    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        self.block.handle()
    }

    /// How it appears in the timeline, for all processes. With `Waits(LockAcquire)` it records holding instead of wake-ups.
    pub fn set_label(&self, label: Label) {
        self.state.label.set(label);
    }

    /// Takes a permit. `Ok(false)`: the time is over.
    #[inline]
    pub fn acquire(&self, wait: Wait) -> Result<bool, AcquireError> {
        let state = self.state;
        if take(state) {
            return Ok(true);
        }
        if wait == Wait::Never {
            return Ok(false);
        }
        self.acquire_slowly(state, wait)
    }

    /// Gives a permit back.
    #[inline]
    pub fn release(&self) -> Result<(), ReleaseError> {
        let state = self.state;
        let max = state.max.load(Relaxed);
        if state.value.load(Relaxed) >= max {
            return Err(ReleaseError::TooOften);
        }
        // Of the time before it is done, so that no wait seems to end before its release.
        let end = state.label.hold_ends();
        if state.label.held().is_none() {
            state.label.record(Kind::Wake, 0);
        }
        // SYNC: permit
        let given = state.value.fetch_update(SeqCst, Relaxed, |value| (value < max).then(|| value + 1));
        given.map_err(|_| ReleaseError::TooOften)?;
        state.signal.notify_fenced(1);
        end.record();
        Ok(())
    }

    /// Permits left at this moment.
    pub fn value(&self) -> u32 {
        self.state.value.load(Relaxed)
    }

    /// The upper bound.
    pub fn max(&self) -> u32 {
        self.state.max.load(Relaxed)
    }

    #[cold]
    fn acquire_slowly(&self, state: &SemaphoreState, wait: Wait) -> Result<bool, AcquireError> {
        let record = state.label.wait(SegmentKind::SemaphoreAcquire, wait);
        let taken = wait_for(&state.signal, wait, &mut Taking(state))?.is_some();
        if taken {
            record.got();
            // Two releases in a row wake one sleeper; it passes the news on.
            if state.value.load(SeqCst) > 0 {
                state.signal.notify(1);
            }
        }
        Ok(taken)
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Semaphore").field("block", &self.block).finish_non_exhaustive()
    }
}

#[inline]
fn take(state: &SemaphoreState) -> bool {
    // SYNC: permit
    let taken = state.value.fetch_update(Acquire, Relaxed, |value| value.checked_sub(1)).is_ok();
    if taken {
        state.label.hold_begins();
    }
    taken
}

/// Somebody who waits for a permit.
struct Taking<'a>(&'a SemaphoreState);

impl Goal for Taking<'_> {
    type Prize = ();
    type Failure = AcquireError;
    const PAUSES: u32 = 32;

    #[inline]
    fn ready(&mut self) -> bool {
        self.0.value.load(Relaxed) > 0
    }

    fn attempt(&mut self) -> Result<Option<()>, AcquireError> {
        // The look after `Signal::prepare` must not be reordered before it.
        Ok((self.0.value.load(SeqCst) > 0 && take(self.0)).then_some(()))
    }
}
