//! Ending together with the parent.

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::getppid;

/// Asks the kernel to kill this process when the *thread* that started it ends, and checks that the parent still is `parent`.
/// Only right where that thread lives as long as its process.
pub fn end_with_parent(parent: u32) -> Result<(), ParentError> {
    set_pdeathsig(Signal::SIGKILL).map_err(|error| ParentError::Refused(error.into()))?;
    // The parent may have ended before the request: then nothing would ever come.
    if getppid().as_raw() as u32 == parent { Ok(()) } else { Err(ParentError::Gone(parent)) }
}

/// Why it is not so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParentError {
    /// It had ended before.
    #[error("the parent {0} has ended already")]
    Gone(u32),
    /// The kernel refused.
    #[error("parent-death signal: {0}")]
    Refused(#[source] std::io::Error),
}
