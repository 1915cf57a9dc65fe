//! The board: tasks for workers, and which worker has which task, so that a worker's death fails exactly that one.
use crate::channel::{GetError, Message, PutError, Queue, QueueOptions};
use crate::shm::{BlockError, Handle, HandleError};
use crate::sync::Wait;

/// Tasks, results, and one place for each worker that says which task it has.
#[derive(Debug, Clone)]
pub struct Board {}

impl Board {
    /// A board for up to `workers` workers. The options are those of the queue of results; that of the tasks is unbounded.
    pub fn new(_workers: u32, _results: QueueOptions) -> Result<Self, BlockError> {
        unimplemented!()
    }
    /// The board that a handle names. Its queues have no doorbells here.
    pub fn open(_handle: Handle) -> Result<Self, HandleError> {
        unimplemented!()
    }
    /// What names it in other processes.
    pub fn handle(&self) -> Handle {
        unimplemented!()
    }
    /// The queue of the tasks; a message's number is the task's id.
    pub fn tasks(&self) -> &Queue {
        unimplemented!()
    }
    /// The queue of the results, for its doorbell and label.
    pub fn results(&self) -> &Queue {
        unimplemented!()
    }
    /// Puts a task up; its id, from 1.
    pub fn submit(&self, _task: &[u8]) -> Result<u32, PutError> {
        unimplemented!()
    }
    /// A worker takes the next task. From the same moment on its slot says so.
    pub fn take(&self, _slot: u32, _wait: Wait) -> Result<Task, GetError> {
        unimplemented!()
    }
    /// A worker hands the result of its task in; its slot is free afterwards.
    pub fn complete(&self, _slot: u32, _result: &[u8]) -> Result<(), PutError> {
        unimplemented!()
    }
    /// The next result: the task's id and the bytes.
    pub fn result(&self, _wait: Wait) -> Result<Task, GetError> {
        unimplemented!()
    }
    /// The task that the worker of this slot had when it died; the slot is free afterwards. Only after the worker's death, and after the
    /// results were drained: a task whose result has come is not lost, even when the slot still names it.
    pub fn lost(&self, _slot: u32) -> Option<u32> {
        unimplemented!()
    }
}

/// A task or a result.
#[derive(Debug)]
pub struct Task {
    /// The task's id.
    pub id: u32,
    /// Its bytes.
    pub message: Message,
}
