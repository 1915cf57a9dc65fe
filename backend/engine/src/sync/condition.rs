//! The condition's waiting room. The lock that goes with it is the caller's.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};

use forkyard_trace::event::Kind;
use forkyard_wire::timeline::SegmentKind;

use super::wait::{Goal, Interrupted, Wait, wait_for};
use crate::process::identity::is_dead;
use crate::shm::allocator::{self, HEADER};
use crate::shm::shape::Shape;
use crate::shm::{Arena, Block, BlockError, Handle, HandleError};
use crate::sys::layout::{PLACES, PlaceState, RoomState};
use crate::sys::mutex::Guard;
use crate::trace::Label;

pub(crate) static ROOM: Shape = Shape { number: 5, name: "condition", destroy };
/// Of further blocks of places.
const MORE: u32 = 6;

const FREE: u32 = 0;
const WAITING: u32 = 1;
const NOTIFIED: u32 = 2;
const GAVE_UP: u32 = 3;

const ROOM_BYTES: u64 = size_of::<RoomState>() as u64;
const PLACE_BYTES: u64 = size_of::<PlaceState>() as u64;

/// Who waits for a condition, in order of arrival. A notification goes to a waiter whose process lives: the dead are not counted.
///
/// Use: enter while holding the lock, release the lock, [`Waiter::wait`], take the lock again.
///
/// ```
/// use forkyard_engine::{process::Process, sync::{Condition, Lock, LockKind, Wait}};
/// let (lock, changed) = (Lock::new(LockKind::Plain)?, Condition::new()?);
/// lock.acquire(Wait::Forever)?;
/// let waiter = changed.enter()?;
/// let child = Process::fork(|| {
///     lock.acquire(Wait::Forever).unwrap();
///     assert_eq!(changed.notify(1), 1);
///     lock.release().unwrap();
///     0
/// })?;
/// lock.release()?;
/// assert!(waiter.wait(Wait::Forever)?);
/// lock.acquire(Wait::Forever)?;
/// assert_eq!(child.wait(Wait::Forever)?.unwrap().code(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Condition {
    block: Block,
}

impl Condition {
    /// An empty waiting room.
    pub fn new() -> Result<Self, BlockError> {
        let block = Block::allocate((ROOM_BYTES + PLACES as u64 * PLACE_BYTES) as usize, &ROOM)?;
        block.view::<RoomState>().mutex.init();
        Ok(Self { block })
    }

    /// The condition that a handle names.
    pub fn open(handle: Handle) -> Result<Self, HandleError> {
        Ok(Self { block: Block::open_as(handle, &ROOM)? })
    }

    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        self.block.handle()
    }

    /// How it appears in the timeline, for all processes.
    pub fn set_label(&self, label: Label) {
        self.state().label.set(label);
    }

    /// Joins those who wait. Called while holding the lock.
    pub fn enter(&self) -> Result<Waiter, BlockError> {
        let _guard = self.lock();
        let place = match self.places().find(|place| place.state.load(Relaxed) == FREE) {
            Some(place) => place,
            None => match self.places().find(|place| is_dead(place.pid.load(Relaxed))) {
                Some(place) => place,
                None => self.grow()?,
            },
        };
        let state = self.state();
        let ticket = state.ticket.load(Relaxed);
        state.ticket.store(ticket + 1, Relaxed);
        place.ticket.store(ticket, Relaxed);
        place.pid.store(std::process::id(), Relaxed);
        place.state.store(WAITING, SeqCst);
        Ok(Waiter { condition: self.clone(), place })
    }

    /// Notifies up to `count` living waiters, those first who came first; how many. Called while holding the lock.
    pub fn notify(&self, count: u32) -> u32 {
        let state = self.state();
        state.label.record(Kind::Wake, 0);
        let _guard = self.lock();
        let mut waiting: Vec<_> = self.places().filter(|place| place.state.load(Relaxed) == WAITING).collect();
        waiting.sort_by_key(|place| place.ticket.load(Relaxed));
        let mut notified = 0;
        for place in waiting {
            if notified == count {
                break;
            }
            if is_dead(place.pid.load(Relaxed)) {
                place.state.store(FREE, Relaxed);
            } else if place.state.compare_exchange(WAITING, NOTIFIED, SeqCst, Relaxed).is_ok() {
                place.signal.notify_fenced(1);
                notified += 1;
            }
        }
        notified
    }

    /// How many threads of living processes wait.
    pub fn waiting(&self) -> u32 {
        let _guard = self.lock();
        let lives = |place: &&PlaceState| place.state.load(Relaxed) == WAITING && !is_dead(place.pid.load(Relaxed));
        self.places().filter(lives).count() as u32
    }

    /// A further block of places, and the first of them.
    fn grow(&self) -> Result<&'static PlaceState, BlockError> {
        let arena = self.block.arena();
        let bytes = PLACES as u64 * PLACE_BYTES;
        let more = allocator::allocate(arena, 8 + 24 + bytes, MORE).ok_or(BlockError::Full { bytes: bytes as usize })?;
        arena.memory().zero(more.at + HEADER, 32 + bytes);
        let state = self.state();
        arena.memory().word(more.at + HEADER).store(state.more.load(Relaxed), Relaxed);
        state.more.store(more.at + HEADER, SeqCst);
        Ok(arena.memory().view(more.at + HEADER + 32))
    }

    fn places(&self) -> impl Iterator<Item = &'static PlaceState> {
        let arena = self.block.arena();
        let first = (0..PLACES as u64).map(|index| self.block.view_at(ROOM_BYTES + index * PLACE_BYTES));
        let further = blocks_of_places(arena, self.state().more.load(Relaxed))
            .flat_map(move |block| (0..PLACES as u64).map(move |index| arena.memory().view(block + 32 + index * PLACE_BYTES)));
        first.chain(further)
    }

    fn lock(&self) -> Guard<'static> {
        // Every place is whole at any moment, so there is nothing to repair.
        self.state().mutex.lock(|| ())
    }

    fn state(&self) -> &'static RoomState {
        self.block.view()
    }
}

/// A place in the waiting room; left when dropped.
#[derive(Debug)]
pub struct Waiter {
    condition: Condition,
    place: &'static PlaceState,
}

impl Waiter {
    /// Waits to be notified. `false`: the time is over, and no notification was used up.
    pub fn wait(&self, wait: Wait) -> Result<bool, Interrupted> {
        let record = self.condition.state().label.wait(SegmentKind::ConditionWait, wait);
        let notified = wait_for(&self.place.signal, wait, &mut Hearing(self.place))?.is_some()
            // The time is over: from here on nobody may count on this waiter.
            || self.place.state.compare_exchange(WAITING, GAVE_UP, SeqCst, SeqCst) == Err(NOTIFIED);
        if notified {
            record.got();
        }
        Ok(notified)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let _guard = self.condition.lock();
        // A forked child's copy is not in the room.
        if self.place.pid.load(Relaxed) == std::process::id() {
            self.place.state.store(FREE, Relaxed);
        }
    }
}

impl std::fmt::Debug for PlaceState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "place {}", self.ticket.load(Relaxed))
    }
}

/// Somebody who waits for a notification.
struct Hearing<'a>(&'a PlaceState);

impl Goal for Hearing<'_> {
    type Prize = ();
    type Failure = Interrupted;

    #[inline]
    fn ready(&mut self) -> bool {
        self.0.state.load(Relaxed) == NOTIFIED
    }

    fn attempt(&mut self) -> Result<Option<()>, Interrupted> {
        Ok((self.0.state.load(SeqCst) == NOTIFIED).then_some(()))
    }
}

fn blocks_of_places(arena: &'static Arena, first: u64) -> impl Iterator<Item = u64> {
    let some = |block: u64| (block != 0).then_some(block);
    std::iter::successors(some(first), move |&block| some(arena.memory().word(block).load(Relaxed)))
}

fn destroy(arena: &'static Arena, room: u64) {
    let first = arena.memory().view::<RoomState>(room).more.load(Relaxed);
    let blocks: Vec<u64> = blocks_of_places(arena, first).collect();
    blocks.into_iter().for_each(|block| allocator::free(arena, block - HEADER));
}
