//! Ending together with the parent.

use std::os::fd::RawFd;

use nix::errno::Errno;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{getpid, getppid};

use crate::sys::life_line;

/// Asks the kernel to kill this process when the *thread* that started it ends, and checks that the parent still is `parent`.
/// Only right where that thread lives as long as its process.
pub fn end_with_parent(parent: u32) -> Result<(), ParentError> {
    set_pdeathsig(Signal::SIGKILL).map_err(|error| ParentError::Refused(error.into()))?;
    // The parent may have ended before the request: then nothing would ever come.
    if getppid().as_raw() as u32 == parent { Ok(()) } else { Err(ParentError::Gone(parent)) }
}

/// Asks the kernel to kill this process when the pipe ends of which it has the reading end, and only its parent the writing one; that may
/// already have happened. Holds whichever thread started it.
pub fn end_with_pipe(pipe: RawFd) -> Result<(), ParentError> {
    let refused = |error: Errno| ParentError::Refused(error.into());
    life_line::kill_at_end_of(pipe).map_err(refused)?;
    if life_line::has_ended(pipe).map_err(refused)? {
        kill(getpid(), Signal::SIGKILL).map_err(refused)?;
    }
    Ok(())
}

/// Why it is not so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParentError {
    /// It had ended before.
    #[error("the parent {0} has ended already")]
    Gone(u32),
    /// The kernel refused.
    #[error("cannot be told of the parent's end: {0}")]
    Refused(#[source] std::io::Error),
}
