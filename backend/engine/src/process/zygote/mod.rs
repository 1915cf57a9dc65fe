//! A zygote: a process that has done what is the same for every new process, and keeps a copy of itself ready for the next one.
//!
//! Three kinds of processes take part. The *starter* wants processes. The *zygote* is a child of the starter, and does nothing but to
//! make a copy of itself whenever there is none that waits. A *copy* says its pid, waits until the starter wants it, and then is the new
//! process: a child of the starter as well, with the descriptors that it was sent. So a start costs the starter one message, and the copy
//! has been made before it was wanted. Zygote and waiting copy end when their starter does, however that ends. What a copy inherits
//! besides is what the zygote inherited: see [`super::surroundings`].
//!
//! Both ends speak over a socket for messages. The copies send their pids, or the zygote a negative error number when none can be made;
//! the starter answers a pid with a request that bears it, and an error, when it wants to try again, with an empty request.

mod ahead;
mod request;
mod server;
mod starter;

use std::os::fd::BorrowedFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::ForkResult;

use crate::shm::ledger;
use crate::sys::{fork, libraries, sibling};

pub use ahead::note;
pub use server::{Manner, Server, Tether, Work};
pub use starter::Zygote;

/// Copies this process, which has passed [`Server::new`]; the copy is its sibling. Its pid; `None` in the copy.
pub fn copy() -> Result<Option<u32>, Errno> {
    match sibling::copy()? {
        ForkResult::Parent { child } => Ok(Some(child.as_raw() as u32)),
        ForkResult::Child => {
            ledger::forget_process();
            Ok(None)
        }
    }
}

/// Ends a zygote, a copy that nobody wants, or one that could not become what it was to be.
pub fn exit() -> ! {
    fork::exit_now(1)
}

/// How many libraries have been loaded into this process so far.
pub fn libraries() -> u64 {
    libraries::ever_loaded()
}

/// Ends this process, a copy, with this code. What libraries have asked to be done then is done if some have been loaded since
/// there were `libraries` of them: the zygote's own have nothing to do at a copy's end but to touch all of their memory.
pub fn end(code: i32, libraries: u64) -> ! {
    note();
    if libraries::ever_loaded() == libraries {
        fork::flush_and_exit(code)
    }
    std::process::exit(code)
}

/// Whether one of these can be read, or has ended, before the time is over. `None` waits for ever.
fn readable(fds: &[BorrowedFd<'_>], time: Option<Duration>) -> Result<bool, ZygoteError> {
    // Rounded up: a wait that ends early would be a busy loop.
    let time =
        time.map_or(PollTimeout::NONE, |time| PollTimeout::try_from(time.as_micros().div_ceil(1000)).unwrap_or(PollTimeout::MAX));
    let mut fds: Vec<_> = fds.iter().map(|fd| PollFd::new(*fd, PollFlags::POLLIN)).collect();
    match poll(&mut fds, time) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::EINTR) => Err(ZygoteError::Interrupted),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: Errno) -> ZygoteError {
    ZygoteError::Refused(error.into())
}

/// Why there is no zygote, or no copy of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZygoteError {
    /// The kernel refused something; when a copy was asked for, the copy.
    #[error("no copy of the zygote: {0}")]
    Refused(#[source] std::io::Error),
    /// The other side has ended.
    #[error("the zygote or its starter is gone")]
    Gone,
    /// It did not answer in time.
    #[error("the zygote does not answer")]
    Silent,
    /// A longer message than fits.
    #[error("more than can be passed to a zygote")]
    TooMuch,
    /// It has several threads, of which a copy would have one, or an arena, which would be two trees' in one.
    #[error("the process has threads or an arena")]
    NotFresh,
    /// A signal arrived; call again.
    #[error("interrupted by a signal")]
    Interrupted,
}
