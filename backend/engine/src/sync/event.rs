//! The event: a flag that processes wait for.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};

use forkyard_trace::event::Kind;
use forkyard_wire::timeline::SegmentKind;

use super::wait::{Goal, Interrupted, Wait, wait_for};
use crate::shm::shape::Shape;
use crate::shm::{Block, BlockError, Handle, HandleError};
use crate::sys::layout::EventState;
use crate::trace::Label;

pub(crate) static EVENT: Shape = Shape::plain(4, "event");

/// A flag across processes.
///
/// ```
/// use forkyard_engine::{process::Process, sync::{Event, Wait}};
/// let ready = Event::new()?;
/// let child = Process::fork(|| { ready.set(); 0 })?;
/// assert!(ready.wait(Wait::Forever)?);
/// child.wait(Wait::Forever)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Event {
    block: Block,
}

impl Event {
    /// A flag that is not set.
    pub fn new() -> Result<Self, BlockError> {
        Ok(Self { block: Block::allocate(size_of::<EventState>(), &EVENT)? })
    }

    /// The event that a handle names.
    pub fn open(handle: Handle) -> Result<Self, HandleError> {
        Ok(Self { block: Block::open_as(handle, &EVENT)? })
    }

    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        self.block.handle()
    }

    /// How it appears in the timeline, for all processes.
    pub fn set_label(&self, label: Label) {
        self.state().label.set(label);
    }

    /// Sets it and wakes everybody who waits.
    pub fn set(&self) {
        let state = self.state();
        state.label.record(Kind::Wake, 0);
        // SYNC: flag
        let set = state.flag.fetch_update(SeqCst, SeqCst, |flag| (flag & 1 == 0).then(|| flag.wrapping_add(3)));
        if set.is_ok() {
            state.signal.notify_fenced(u32::MAX);
        }
    }

    /// Takes it back.
    pub fn clear(&self) {
        self.state().flag.fetch_and(!1, SeqCst);
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        self.state().flag.load(SeqCst) & 1 != 0
    }

    /// Waits until it is set, or was set in the meantime. `false`: the time is over.
    pub fn wait(&self, wait: Wait) -> Result<bool, Interrupted> {
        let state = self.state();
        let before = state.flag.load(SeqCst);
        if before & 1 != 0 {
            return Ok(true);
        }
        if wait == Wait::Never {
            return Ok(false);
        }
        let record = state.label.wait(SegmentKind::EventWait, wait);
        let set = wait_for(&state.signal, wait, &mut Seeing { state, before })?.is_some();
        if set {
            record.got();
        }
        Ok(set)
    }

    fn state(&self) -> &'static EventState {
        self.block.view()
    }
}

/// Somebody who waits for the flag to differ from what it was: not set, so any change is a setting.
struct Seeing<'a> {
    state: &'a EventState,
    before: u32,
}

impl Goal for Seeing<'_> {
    type Prize = ();
    type Failure = Interrupted;

    #[inline]
    fn ready(&mut self) -> bool {
        self.state.flag.load(Relaxed) != self.before
    }

    fn attempt(&mut self) -> Result<Option<()>, Interrupted> {
        Ok((self.state.flag.load(SeqCst) != self.before).then_some(()))
    }
}
