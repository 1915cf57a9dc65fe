//! A child process and how it ended.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use forkyard_trace::event::{Kind, pack};
use forkyard_trace::{charged, recorder};
use forkyard_wire::timeline::SegmentKind;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};

use crate::sync::Wait;
use crate::sys::{fork, pidfd};
use crate::trace::{WaitRecord, bound};

/// How many children this process has reaped.
static REAPED: AtomicU32 = AtomicU32::new(0);

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
///
/// ```
/// use forkyard_engine::{process::{ExitStatus, Process}, sync::Wait};
/// let child = Process::fork(|| 3)?;
/// assert_eq!(child.wait(Wait::Forever)?, Some(ExitStatus::Exited(3)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Process {
    pid: u32,
    pidfd: OwnedFd,
    status: OnceLock<ExitStatus>,
}

impl Process {
    /// Forks; the child runs `body` and exits with what it returns (101 when it panics). No other thread of this process may hold a lock
    /// that `body` needs: only the calling thread lives on in the child.
    pub fn fork(body: impl FnOnce() -> i32) -> Result<Self, ProcessError> {
        let child = fork::fork(|| {
            recorder::after_fork_in_child();
            let code = body();
            recorder::detach();
            crate::shm::release_all();
            code
        });
        Self::adopt(child.map_err(|error| ProcessError::Refused(error.into()))?.as_raw() as u32)
    }

    /// Takes over a child that was forked otherwise, before anybody reaps it.
    pub fn adopt(pid: u32) -> Result<Self, ProcessError> {
        crate::shm::born(pid);
        let pidfd = pidfd::open(pid).map_err(|error| match error {
            Errno::ESRCH => ProcessError::NotAChild(pid),
            other => ProcessError::Refused(other.into()),
        })?;
        Ok(Self { pid, pidfd, status: OnceLock::new() })
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Its pidfd: readable once it has ended.
    pub fn sentinel(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    /// Waits for its end and reaps it; records the wait and the reaping. `Ok(None)`: the time is over.
    pub fn wait(&self, wait: Wait) -> Result<Option<ExitStatus>, ProcessError> {
        if let Some(status) = self.reap()? {
            return Ok(Some(status));
        }
        if wait == Wait::Never {
            return Ok(None);
        }
        let record = WaitRecord::begin(SegmentKind::ProcessJoin, 0, self.pid | bound(wait));
        loop {
            let Some(time) = wait.left(Duration::MAX) else { return Ok(None) };
            // Rounded up: a wait that ends early would be a busy loop.
            let time = PollTimeout::try_from(time.as_micros().div_ceil(1000)).unwrap_or(PollTimeout::MAX);
            let mut fds = [PollFd::new(self.pidfd.as_fd(), PollFlags::POLLIN)];
            match poll(&mut fds, time) {
                Err(Errno::EINTR) => return Err(ProcessError::Interrupted),
                Err(error) => return Err(ProcessError::Refused(error.into())),
                Ok(_) => {}
            }
            if let Some(status) = self.reap()? {
                record.got();
                return Ok(Some(status));
            }
        }
    }

    /// Sends it a signal; nothing happens when it has ended.
    pub fn signal(&self, number: i32) -> Result<(), ProcessError> {
        match pidfd::signal(self.pidfd.as_fd(), number) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(error) => Err(ProcessError::Signal { pid: self.pid, number, source: error.into() }),
        }
    }

    /// SIGTERM.
    pub fn terminate(&self) -> Result<(), ProcessError> {
        self.signal(libc::SIGTERM)
    }

    /// SIGKILL.
    pub fn kill(&self) -> Result<(), ProcessError> {
        self.signal(libc::SIGKILL)
    }

    /// How it ended, if it has; reaps it then.
    fn reap(&self) -> Result<Option<ExitStatus>, ProcessError> {
        if let Some(status) = self.status.get() {
            return Ok(Some(*status));
        }
        let charged = recorder::is_on().then(|| charged::nanos(self.pid)).flatten();
        let status = match waitid(Id::PIDFd(self.pidfd.as_fd()), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG) {
            Ok(WaitStatus::Exited(_, code)) => ExitStatus::Exited(code),
            Ok(WaitStatus::Signaled(_, signal, _)) => ExitStatus::Signaled(signal as i32),
            Ok(_) => return Ok(None),
            // Another thread may have been faster.
            Err(Errno::ECHILD) => return self.status.get().copied().map(Some).ok_or(ProcessError::NotAChild(self.pid)),
            Err(error) => return Err(ProcessError::Refused(error.into())),
        };
        if self.status.set(status).is_ok() {
            REAPED.fetch_add(1, Relaxed);
            // In microseconds: in place of an object there is room for an hour.
            let micros = charged.map_or(0, |nanos| u32::try_from(nanos / 1000).unwrap_or(u32::MAX));
            recorder::record(Kind::Reaped, micros, pack(self.pid, status.code() as u32));
        }
        Ok(Some(status))
    }
}

/// How many children this process has reaped, so that others notice that it has changed.
pub(crate) fn reaped_children() -> u32 {
    REAPED.load(Relaxed)
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
