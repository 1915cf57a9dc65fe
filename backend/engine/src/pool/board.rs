//! The board: tasks for workers, and which worker has which task, so that a worker's death fails exactly that one.
//!
//! It knows neither functions nor chunks: a task is bytes, a result is bytes.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicU64, fence};

use crate::channel::{GetError, Message, PutError, Queue, QueueOptions};
use crate::limits::TASK_BYTES;
use crate::shm::shape::Shape;
use crate::shm::{Block, BlockError, Handle, HandleError};
use crate::sync::{Interrupted, Wait};
use crate::sys::layout::{BoardState, SlotState};

pub(crate) static BOARD: Shape = Shape::plain(11, "task board");

/// Tasks, results, and one slot for each worker that says which task it has.
///
/// ```
/// use forkyard_engine::{pool::Board, process::Process, sync::Wait};
/// let board = Board::new(1, Default::default())?;
/// let good = board.submit(b"21")?;
/// let bad = board.submit(b"die")?;
/// let worker = Process::fork(|| loop {
///     let task = board.take(0, Wait::Forever).unwrap();
///     let Ok(number) = std::str::from_utf8(&task).unwrap().parse::<u32>() else { std::process::abort() };
///     board.complete(0, (number * 2).to_string().as_bytes()).unwrap();
/// })?;
/// worker.wait(Wait::Forever)?;
/// let result = board.result(Wait::Never)?;
/// assert_eq!((result.id(), &*result), (good, &b"42"[..]));
/// assert_eq!(board.lost(0), Some(bad));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Board {
    block: Block,
    tasks: Queue,
    results: Queue,
}

impl Board {
    /// A board for up to `workers` workers. The options are those of the queue of results.
    pub fn new(workers: u32, results: QueueOptions) -> Result<Self, BlockError> {
        let slots = workers as usize * size_of::<SlotState>();
        let block = Block::allocate(size_of::<BoardState>() + slots, &BOARD)?;
        let tasks = Queue::new(QueueOptions::default())?;
        tasks.set_capacity_bytes(TASK_BYTES);
        let results = Queue::new(results)?;
        let state = block.view::<BoardState>();
        state.workers.store(workers, Relaxed);
        note(&state.tasks, tasks.handle());
        note(&state.results, results.handle());
        Ok(Self { block, tasks, results })
    }

    /// The board that a handle names. Its queues have no doorbells here.
    pub fn open(handle: Handle) -> Result<Self, HandleError> {
        let block = Block::open_as(handle, &BOARD)?;
        let state = block.view::<BoardState>();
        let noted = |words: &[AtomicU64; 2]| Handle {
            arena: handle.arena,
            generation: words[0].load(Relaxed) as u32,
            offset: words[1].load(Relaxed),
        };
        let (tasks, results) = (Queue::open(noted(&state.tasks))?, Queue::open(noted(&state.results))?);
        Ok(Self { block, tasks, results })
    }

    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        self.block.handle()
    }

    /// The queue of the tasks; a message's number is the task's id.
    pub fn tasks(&self) -> &Queue {
        &self.tasks
    }

    /// The queue of the results, for its doorbell and label.
    pub fn results(&self) -> &Queue {
        &self.results
    }

    /// Puts a task up; its id, from 1. Never waits: see [`Board::wait_for_room`].
    pub fn submit(&self, task: &[u8]) -> Result<u32, PutError> {
        self.submit_parts(&[task])
    }

    /// The same with a task made of several parts, one after the other.
    pub fn submit_parts(&self, task: &[&[u8]]) -> Result<u32, PutError> {
        let id = self.tasks.put_quietly(task)?;
        self.tasks.announce();
        Ok(id)
    }

    /// Whether less than [`TASK_BYTES`] of tasks are up.
    pub fn has_room(&self) -> bool {
        !self.tasks.is_full()
    }

    /// Waits until less than [`TASK_BYTES`] of tasks are up; whether it is.
    pub fn wait_for_room(&self, wait: Wait) -> Result<bool, Interrupted> {
        self.tasks.wait_for_room(wait)
    }

    /// A worker takes the next task. Its slot says so before the task is gone from the queue.
    ///
    /// # Panics
    /// When there is no such slot.
    pub fn take(&self, slot: u32, wait: Wait) -> Result<Task, GetError> {
        let place = self.slot(slot);
        let note = |number| place.task.store(number, Release);
        let message = match self.tasks.get_noting(Wait::Never, note) {
            Err(GetError::Empty) => self.tasks.get_noting_within_wait(wait, note)?,
            other => other?,
        };
        Ok(Task { id: message.number(), message, from: 0 })
    }

    /// A worker hands the result of its task in; its slot is free afterwards.
    ///
    /// # Panics
    /// When there is no such slot.
    pub fn complete(&self, slot: u32, result: &[u8]) -> Result<(), PutError> {
        self.complete_parts(slot, &[result])
    }

    /// The same with a result made of several parts, one after the other.
    ///
    /// # Panics
    /// When there is no such slot.
    pub fn complete_parts(&self, slot: u32, result: &[&[u8]]) -> Result<(), PutError> {
        let slot = self.slot(slot);
        let id = slot.task.load(Relaxed).to_ne_bytes();
        let parts: Vec<&[u8]> = std::iter::once(&id[..]).chain(result.iter().copied()).collect();
        let number = self.results.put_quietly(&parts)?;
        slot.task.store(0, Release);
        // SYNC: wake at
        fence(SeqCst);
        if number.wrapping_sub(self.state().wake_at.load(SeqCst)) <= u32::MAX / 2 {
            self.results.wake();
        }
        Ok(())
    }

    /// A message to whoever collects the results, which wakes it; its id is 0.
    pub fn post(&self, message: &[u8]) -> Result<(), PutError> {
        self.state().posted.fetch_add(1, SeqCst);
        self.results.put_quietly(&[&[0; 4], message])?;
        self.results.wake();
        Ok(())
    }

    /// Waits until `count` results more than have been taken are there, or a message was posted, or the time is over. Before that
    /// many are there, workers wake nobody.
    pub fn await_results(&self, count: u32, wait: Wait) -> Result<(), Interrupted> {
        let number = self.results.received().wrapping_add(count.max(1));
        self.state().wake_at.store(number, SeqCst); // SYNC: wake at
        fence(SeqCst);
        let state = self.state();
        self.results.wait_for_sent(wait, || state.posted.load(SeqCst) != 0 || self.results.has_sent(number)).map(drop)
    }

    /// The next result.
    pub fn result(&self, wait: Wait) -> Result<Task, GetError> {
        if wait != Wait::Never {
            self.state().wake_at.store(self.results.received().wrapping_add(1), SeqCst);
        }
        let message = self.results.get(wait)?;
        let id = message.first_chunk().map_or(0, |id| u32::from_ne_bytes(*id));
        if id == 0 {
            self.state().posted.fetch_sub(1, SeqCst);
        }
        Ok(Task { id, message, from: 4 })
    }

    /// The id of the task that the worker of this slot has, as it says.
    ///
    /// # Panics
    /// When there is no such slot.
    pub fn task_of(&self, slot: u32) -> Option<u32> {
        Some(self.slot(slot).task.load(Acquire)).filter(|&task| task != 0)
    }

    /// The task that the worker of this slot had when it died; the slot is free afterwards. Only after the worker's death, and after the
    /// results were drained: a task whose result has come is not lost, even when the slot still names it.
    ///
    /// # Panics
    /// When there is no such slot.
    pub fn lost(&self, slot: u32) -> Option<u32> {
        let task = self.slot(slot).task.swap(0, SeqCst);
        // It may have died while others relied on it to take the next task.
        if !self.tasks.is_empty() {
            self.tasks.wake();
        }
        // Noted and not taken: it died in between, and the task is still up.
        (task != 0 && self.tasks.was_taken(task)).then_some(task)
    }

    fn state(&self) -> &'static BoardState {
        self.block.view()
    }

    fn slot(&self, slot: u32) -> &'static SlotState {
        assert!(slot < self.block.view::<BoardState>().workers.load(Relaxed), "no slot {slot}");
        self.block.view_at((size_of::<BoardState>() + slot as usize * size_of::<SlotState>()) as u64)
    }
}

/// A task or a result; dereferences to its bytes.
#[derive(Debug)]
pub struct Task {
    id: u32,
    message: Message,
    from: usize,
}

impl Task {
    /// The task's id.
    pub fn id(&self) -> u32 {
        self.id
    }
}

impl std::ops::Deref for Task {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.message[self.from..]
    }
}

fn note(words: &[AtomicU64; 2], handle: Handle) {
    words[0].store(handle.generation.into(), Relaxed);
    words[1].store(handle.offset, Relaxed);
}
