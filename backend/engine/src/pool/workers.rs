//! A pool of forked workers over the board. One death fails one task; a new worker takes the place.

use std::collections::{HashMap, HashSet, VecDeque};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::getppid;

use super::Board;
use crate::channel::{Doorbell, GetError, PutError, QueueOptions};
use crate::limits::WORKER_LOOKS_UP;
use crate::process::{ExitStatus, Process, ProcessError};
use crate::shm::BlockError;
use crate::sync::Wait;

/// First byte of a task: work, or the end.
const WORK: u8 = 0;
const STOP: u8 = 1;
/// First byte of a result: returned, or panicked.
const RETURNED: u8 = 0;
const PANICKED: u8 = 1;

/// What a pool's workers do with a task.
pub type Work = fn(&[u8]) -> Vec<u8>;

/// How a task ended.
pub type Outcome = Result<Vec<u8>, TaskError>;

/// Forked workers that all do the same to one task after the other. Dropping the pool kills them.
///
/// ```
/// use forkyard_engine::pool::Pool;
/// let mut pool = Pool::new(2, |task| task.iter().rev().copied().collect())?;
/// assert_eq!(pool.apply(b"abc")??, b"cba");
/// let results = pool.map(&["on", "no"])?;
/// assert_eq!(results[1].as_ref().unwrap(), b"on");
/// pool.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pool {
    board: Board,
    work: Work,
    workers: Vec<Process>,
    /// Tasks submitted and not ended.
    open: HashSet<u32>,
    /// Ended, and not asked for yet.
    ended: VecDeque<(u32, Outcome)>,
}

impl Pool {
    /// Forks the workers, at least one.
    pub fn new(workers: u32, work: Work) -> Result<Self, PoolError> {
        let workers = workers.max(1);
        let board = Board::new(workers, QueueOptions { capacity: None, doorbell: Doorbell::Eventfd })?;
        let mut pool = Self { board, work, workers: Vec::new(), open: HashSet::new(), ended: VecDeque::new() };
        for slot in 0..workers {
            let worker = pool.fork_worker(slot)?;
            pool.workers.push(worker);
        }
        Ok(pool)
    }

    /// Does one task.
    pub fn apply(&mut self, task: &[u8]) -> Result<Outcome, PoolError> {
        let id = self.submit(task)?;
        loop {
            if let Some(at) = self.ended.iter().position(|(ended, _)| *ended == id)
                && let Some((_, outcome)) = self.ended.remove(at)
            {
                return Ok(outcome);
            }
            self.wait()?;
        }
    }

    /// Does all tasks; their outcomes, in the order of the tasks.
    pub fn map<T: AsRef<[u8]>>(&mut self, tasks: &[T]) -> Result<Vec<Outcome>, PoolError> {
        self.imap(tasks)?.collect()
    }

    /// Does all tasks; an iterator over their outcomes in the order of the tasks, each as soon as it and those before it have ended.
    pub fn imap<T: AsRef<[u8]>>(
        &mut self,
        tasks: &[T],
    ) -> Result<impl Iterator<Item = Result<Outcome, PoolError>> + use<'_, T>, PoolError> {
        let mut unordered = self.imap_unordered(tasks)?;
        let mut early = HashMap::new();
        let indices = 0..tasks.len();
        Ok(indices.map(move |index| {
            loop {
                if let Some(outcome) = early.remove(&index) {
                    return Ok(outcome);
                }
                match unordered.next() {
                    Some(Ok((ended, outcome))) => drop(early.insert(ended, outcome)),
                    Some(Err(error)) => return Err(error),
                    None => return Err(PoolError::Closed),
                }
            }
        }))
    }

    /// Does all tasks; an iterator over (index, outcome) in the order in which they end.
    pub fn imap_unordered<T: AsRef<[u8]>>(
        &mut self,
        tasks: &[T],
    ) -> Result<impl Iterator<Item = Result<(usize, Outcome), PoolError>> + use<'_, T>, PoolError> {
        let mut indices = HashMap::new();
        for (index, task) in tasks.iter().enumerate() {
            indices.insert(self.submit(task.as_ref())?, index);
        }
        Ok(std::iter::from_fn(move || {
            while !indices.is_empty() {
                match self.ended.pop_front() {
                    // Others are outcomes of an iterator that was dropped before its end.
                    Some((id, outcome)) => {
                        if let Some(index) = indices.remove(&id) {
                            return Some(Ok((index, outcome)));
                        }
                    }
                    None => {
                        if let Err(error) = self.wait() {
                            return Some(Err(error));
                        }
                    }
                }
            }
            None
        }))
    }

    /// Process ids of the workers.
    pub fn workers(&self) -> impl Iterator<Item = u32> + '_ {
        self.workers.iter().map(Process::pid)
    }

    /// Lets the workers finish what is up, and waits for their ends.
    pub fn close(mut self) -> Result<(), PoolError> {
        for _ in &self.workers {
            self.board.submit(&[STOP])?;
        }
        for worker in std::mem::take(&mut self.workers) {
            worker.wait(Wait::Forever)?;
        }
        Ok(())
    }

    fn submit(&mut self, task: &[u8]) -> Result<u32, PoolError> {
        let id = self.board.tasks().put_parts(&[&[WORK], task], Wait::Forever)?;
        self.open.insert(id);
        Ok(id)
    }

    /// Waits until at least one more task has ended, or a worker was replaced.
    fn wait(&mut self) -> Result<(), PoolError> {
        if self.board.results().spin() && self.collect() {
            return Ok(());
        }
        if !self.board.results().before_poll() {
            let doorbell = self.board.results().doorbell_fd();
            let all = doorbell.into_iter().chain(self.workers.iter().map(Process::sentinel));
            let mut fds: Vec<_> = all.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
            match poll(&mut fds, PollTimeout::NONE) {
                Err(Errno::EINTR) => return Err(PoolError::Interrupted),
                Err(error) => return Err(PoolError::Poll(error.into())),
                Ok(_) => {}
            }
        }
        self.collect();
        for slot in 0..self.workers.len() as u32 {
            if let Some(status) = self.workers[slot as usize].wait(Wait::Never)? {
                self.replace(slot, status)?;
            }
        }
        Ok(())
    }

    /// Notes the results that have come; whether there were any.
    fn collect(&mut self) -> bool {
        let before = self.ended.len();
        while let Ok(result) = self.board.result(Wait::Never) {
            if self.open.remove(&result.id()) {
                let outcome = match result.split_first() {
                    Some((&PANICKED, text)) => Err(TaskError::Panicked(String::from_utf8_lossy(text).into_owned())),
                    Some((_, bytes)) => Ok(bytes.to_vec()),
                    None => Ok(Vec::new()),
                };
                self.ended.push_back((result.id(), outcome));
            }
        }
        self.ended.len() > before
    }

    /// The worker of this slot has ended: its task has failed, and another one takes its place.
    fn replace(&mut self, slot: u32, status: ExitStatus) -> Result<(), PoolError> {
        // What it had handed in before is not lost.
        self.collect();
        let pid = self.workers[slot as usize].pid();
        if let Some(id) = self.board.lost(slot)
            && self.open.remove(&id)
        {
            self.ended.push_back((id, Err(TaskError::WorkerLost { pid, status })));
        }
        self.workers[slot as usize] = self.fork_worker(slot)?;
        Ok(())
    }

    fn fork_worker(&self, slot: u32) -> Result<Process, PoolError> {
        let (parent, work) = (std::process::id(), self.work);
        Ok(Process::fork(|| serve(&self.board, slot, work, parent))?)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for worker in &self.workers {
            // It may have ended by itself.
            let _ = worker.kill();
            let _ = worker.wait(Wait::Forever);
        }
    }
}

/// A worker's life. It ends when told to, or when its parent has.
fn serve(board: &Board, slot: u32, work: Work, parent: u32) -> i32 {
    loop {
        let task = match board.take(slot, Wait::at_most(WORKER_LOOKS_UP)) {
            Ok(task) => task,
            Err(GetError::Empty) if getppid().as_raw() as u32 != parent => return 0,
            Err(_) => continue,
        };
        let Some((&WORK, bytes)) = task.split_first() else { return 0 };
        let result = match std::panic::catch_unwind(|| work(bytes)) {
            Ok(result) => board.complete_parts(slot, &[&[RETURNED], &result]),
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
                board.complete_parts(slot, &[&[PANICKED], text.unwrap_or("no message").as_bytes()])
            }
        };
        if result.is_err() {
            return 1;
        }
    }
}

/// Why a task has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// Its worker died while it did it.
    #[error("worker {pid} died during the task: {status:?}")]
    WorkerLost {
        /// The dead.
        pid: u32,
        /// How it ended.
        status: ExitStatus,
    },
    /// The work panicked.
    #[error("the task panicked: {0}")]
    Panicked(String),
}

/// Why a pool does not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// No shared memory.
    #[error(transparent)]
    Memory(#[from] BlockError),
    /// A task could not be put up.
    #[error(transparent)]
    Put(#[from] PutError),
    /// A worker could not be forked or waited for.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A signal arrived; what was submitted goes on.
    #[error("interrupted by a signal")]
    Interrupted,
    /// The kernel refused to wait.
    #[error("cannot wait for workers: {0}")]
    Poll(#[source] std::io::Error),
    /// The tasks ended without an outcome.
    #[error("the pool is closed")]
    Closed,
}
