//! A child process and how it ended.
use crate::sync::Wait;
use std::os::fd::BorrowedFd;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitStatus {
    /// It exited with this code, 0 to 255.
    Exited(i32),
    /// This signal ended it.
    Signaled(i32),
}

impl ExitStatus {
    /// As Python has it: the code, or the negative number of the signal.
    pub fn code(self) -> i32 {
        match self {
            ExitStatus::Exited(code) => code,
            ExitStatus::Signaled(signal) => -signal,
        }
    }
}

/// A child process. Dropping it neither ends nor reaps it.
#[derive(Debug)]
pub struct Process {}

impl Process {
    /// Forks; the child runs `body` and exits with what it returns (101 when it panics). No other thread of this process may hold a lock
    /// that `body` needs: only the calling thread lives on in the child.
    pub fn fork(_body: impl FnOnce() -> i32) -> Result<Self, ProcessError> {
        unimplemented!()
    }
    /// Takes over a child that was forked otherwise, right after the fork.
    pub fn adopt(_pid: u32) -> Result<Self, ProcessError> {
        unimplemented!()
    }
    /// Its process id.
    pub fn pid(&self) -> u32 {
        unimplemented!()
    }
    /// Its pidfd: readable once it has ended.
    pub fn sentinel(&self) -> BorrowedFd<'_> {
        unimplemented!()
    }
    /// Waits for its end and reaps it. `Ok(None)`: the time is over.
    pub fn wait(&self, _wait: Wait) -> Result<Option<ExitStatus>, ProcessError> {
        unimplemented!()
    }
    /// Sends it a signal; nothing happens when it has ended.
    pub fn signal(&self, _number: i32) -> Result<(), ProcessError> {
        unimplemented!()
    }
    /// SIGTERM.
    pub fn terminate(&self) -> Result<(), ProcessError> {
        self.signal(15)
    }
    /// SIGKILL.
    pub fn kill(&self) -> Result<(), ProcessError> {
        self.signal(9)
    }
}

/// Why a process could not be started, waited for or signalled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// The kernel refused a new process.
    #[error("no new process: {0}")]
    Refused(#[source] std::io::Error),
    /// The program could not be started.
    #[error("cannot start {program}: {source}")]
    Program {
        /// Its path.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// Somebody else reaped it: how it ended is unknown.
    #[error("process {0} is not a child of this one, or was reaped elsewhere")]
    NotAChild(u32),
    /// A signal arrived; call again with the same [`Wait`].
    #[error("interrupted by a signal")]
    Interrupted,
    /// Not allowed.
    #[error("signal {number} to process {pid}: {source}")]
    Signal {
        /// To whom.
        pid: u32,
        /// Which.
        number: i32,
        /// Why not.
        source: std::io::Error,
    },
}
