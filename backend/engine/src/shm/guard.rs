//! The guard: a process that removes the named segments which a tree of processes leaves behind, however that ended.
//!
//! It stands outside of the tree: nobody's child in it and in a session of its own, so that what kills the tree does not reach it. Only who
//! kills by user, by control group or by pid namespace does.
//!
//! Two locks on the arena's file tell what there is to know, without a message and without a pid that could be another's. Every process of
//! the tree has one and the same open file, which holds the lock "somebody lives" until the last of them is gone, even as a zombie. The guard
//! has one of its own, which holds the lock "somebody guards" from before its first moment to its last; who can take that lock has to start
//! a guard. That a guard is there is seen without a system call from a robust mutex, which it holds once it is at work.

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::mman::shm_unlink;

use super::names::{self, Name};
use super::{Arena, ArenaError};
use crate::process::{Command, ProcessError};

/// The byte of the arena that is locked while somebody lives.
const LIVES: i64 = 0;
/// The byte that is locked while somebody guards.
const GUARDS: i64 = 1;

/// A segment that the tree has left.
#[derive(Debug)]
pub struct Left {
    /// Its name.
    pub name: OsString,
    /// Why it could not be removed.
    pub refusal: Option<std::io::Error>,
}

/// Whether this process's arena has a guard.
///
/// ```no_run
/// use forkyard_engine::{process::Command, shm::guard};
/// if !guard::is_there()? {
///     guard::start(Command::new("/usr/bin/guard"))?; // which calls `watch`, and outlives whoever tries this
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn is_there() -> Result<bool, GuardError> {
    if Arena::current()?.header().guard_mutex.is_held() {
        return Ok(true);
    }
    let mut lock = lock_of(GUARDS, libc::F_WRLCK);
    fcntl(Arena::current()?.fd(), FcntlArg::F_OFD_GETLK(&mut lock))?;
    Ok(i32::from(lock.l_type) != libc::F_UNLCK)
}

/// Starts a guard, unless there is one: a program that calls [`watch`] with the descriptor whose number is its last argument.
pub fn start(command: Command<'_>) -> Result<(), GuardError> {
    let arena = Arena::current()?;
    let number = arena.fd().as_raw_fd();
    let own = File::options().read(true).write(true).open(format!("/proc/self/fd/{number}")).map_err(GuardError::Refused)?;
    match fcntl(&own, FcntlArg::F_OFD_SETLK(&lock_of(GUARDS, libc::F_WRLCK))) {
        Err(Errno::EAGAIN | Errno::EACCES) => return Ok(()),
        other => other?,
    };
    fcntl(arena.fd(), FcntlArg::F_OFD_SETLK(&lock_of(LIVES, libc::F_RDLCK)))?;
    command.arg(own.as_raw_fd().to_string()).inherit(own.as_fd()).detach()?;
    Ok(())
}

/// Waits for the end of the tree whose arena this is, removes what it has left, and says what that was.
pub fn watch(arena: OwnedFd) -> Result<Vec<Left>, GuardError> {
    let arena = Arena::attach(arena)?;
    let _seen = arena.header().guard_mutex.lock(|| ());
    loop {
        match fcntl(arena.fd(), FcntlArg::F_OFD_SETLKW(&lock_of(LIVES, libc::F_WRLCK))) {
            Err(Errno::EINTR) => {}
            other => {
                other?;
                break;
            }
        }
    }
    let mut left: Vec<Left> = names::all().into_iter().filter_map(remove).collect();
    left.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(left)
}

/// Removes a segment. `None`: it was never made.
fn remove(name: Name) -> Option<Left> {
    let Name { bytes, begun } = name;
    let name = OsString::from_vec(bytes);
    if begun.is_some_and(|begun| !was_made_since(&name, begun)) {
        return None;
    }
    let refusal = shm_unlink(Path::new(&name)).err().map(Into::into);
    Some(Left { name, refusal })
}

/// Whether a segment is there and was made at this time or later: then it was made by the process that said that it was about to. One that
/// is older is somebody else's.
fn was_made_since(name: &OsString, begun: u64) -> bool {
    let relative: PathBuf = Path::new(name).strip_prefix("/").unwrap_or(Path::new(name)).into();
    // The file system's clock may be a tick behind.
    std::fs::metadata(Path::new("/dev/shm").join(relative)).is_ok_and(|file| file.ctime() + 1 >= begun as i64)
}

/// A lock on one byte.
fn lock_of(byte: i64, kind: i32) -> libc::flock {
    libc::flock { l_type: kind as i16, l_whence: libc::SEEK_SET as i16, l_start: byte, l_len: 1, l_pid: 0 }
}

/// Why there is no guard, or why it cannot do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// There is no arena to guard.
    #[error(transparent)]
    Arena(#[from] ArenaError),
    /// Its program cannot be started.
    #[error(transparent)]
    Program(#[from] ProcessError),
    /// The system refused.
    #[error("no guard for named memory: {0}")]
    Refused(#[source] std::io::Error),
}

impl From<Errno> for GuardError {
    fn from(error: Errno) -> Self {
        Self::Refused(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shm::named;

    #[test]
    fn only_what_was_made_since_counts_as_begun_by_us() {
        let name = OsString::from(format!("/forkyard-since-{}", std::process::id()));
        assert!(!was_made_since(&name, 0), "there is none");
        named::create(&name, 1, 0o600).unwrap();
        let made =
            std::fs::metadata(Path::new("/dev/shm").join(name.to_str().unwrap().trim_start_matches('/'))).unwrap().ctime() as u64;
        let older = made + 60;
        assert!(was_made_since(&name, made));
        assert!(!was_made_since(&name, older));
        let kept = remove(Name { bytes: name.clone().into_vec(), begun: Some(older) });
        assert!(kept.is_none());
        let removed = remove(Name { bytes: name.clone().into_vec(), begun: Some(made) }).unwrap();
        assert!(removed.refusal.is_none());
        assert!(named::forget(&name));
    }
}
