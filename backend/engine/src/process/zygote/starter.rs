//! The starter's end of a zygote.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use super::request::Request;
use super::{ZygoteError, readable, refused};
use crate::process::identity::is_dead;
use crate::sys::pidfd;

/// A copy that was just made says its pid within this time.
const LAST_WORD: Duration = Duration::from_secs(1);

/// The starter's end. One thread at a time.
#[derive(Debug)]
pub struct Zygote {
    control: OwnedFd,
    /// The copy that has said its pid and was not asked for anything yet; 0 while there is none.
    waiting: AtomicU32,
}

impl Zygote {
    /// The starter's end, and the one to hand on to the process that will make the zygote. Once that is handed on, drop it here: then the
    /// other's death is noticed.
    pub fn new() -> Result<(Self, OwnedFd), ZygoteError> {
        let (control, theirs) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC).map_err(refused)?;
        Ok((Self { control, waiting: AtomicU32::new(0) }, theirs))
    }

    /// The zygote's own pid, which is the first that is said. Waits for it until then, or for ever. After [`ZygoteError::Interrupted`]
    /// call it again.
    pub fn born(&self, until: Option<Instant>) -> Result<u32, ZygoteError> {
        self.hear(until)
    }

    /// The pid of a copy that waits, which is made if there is none; [`ZygoteError::Refused`] when there cannot be one, now. Time and
    /// interruptions are as in [`Zygote::born`].
    pub fn copy(&self, until: Option<Instant>) -> Result<u32, ZygoteError> {
        let mut tried_again = false;
        loop {
            let copy = match self.waiting.load(Relaxed) {
                0 => match self.hear(until) {
                    // That was why there could be none then.
                    Err(error @ ZygoteError::Refused(_)) => {
                        Request::send(self.control.as_fd(), 0, &[], &[])?;
                        if tried_again {
                            return Err(error);
                        }
                        tried_again = true;
                        continue;
                    }
                    other => other?,
                },
                copy => copy,
            };
            if !is_dead(copy) {
                self.waiting.store(copy, Relaxed);
                return Ok(copy);
            }
            self.waiting.store(0, Relaxed);
            reap(copy);
        }
    }

    /// The copy that waits is to go to work, with these descriptors and this message.
    pub fn ask(&self, fds: &[i32], message: &[u8]) -> Result<(), ZygoteError> {
        Request::send(self.control.as_fd(), self.waiting.load(Relaxed), fds, message)?;
        self.waiting.store(0, Relaxed);
        Ok(())
    }

    /// Ends the zygote with this pid and the copy that waits. The copy is reaped, the zygote is not.
    pub fn end(&self, zygote: u32) {
        kill(zygote);
        // Nobody makes copies any more. The last one has said its pid, will do so, or went to work.
        let copy = match self.waiting.swap(0, Relaxed) {
            0 => self.last_word(),
            copy => Some(copy),
        };
        if let Some(copy) = copy {
            kill(copy);
            reap(copy);
        }
    }

    fn hear(&self, until: Option<Instant>) -> Result<u32, ZygoteError> {
        let time = until.map(|until| until.saturating_duration_since(Instant::now()));
        if !readable(&[self.control.as_fd()], time)? {
            return Err(ZygoteError::Silent);
        }
        let mut answer = [0; 4];
        match nix::unistd::read(&self.control, &mut answer) {
            Ok(4) => match i32::from_ne_bytes(answer) {
                pid if pid > 0 => Ok(pid as u32),
                error => Err(refused(Errno::from_raw(-error))),
            },
            Ok(_) | Err(Errno::ECONNRESET) => Err(ZygoteError::Gone),
            Err(Errno::EINTR) => Err(ZygoteError::Interrupted),
            Err(error) => Err(refused(error)),
        }
    }

    fn last_word(&self) -> Option<u32> {
        let until = Some(Instant::now() + LAST_WORD);
        loop {
            match self.hear(until) {
                Err(ZygoteError::Interrupted) => {}
                Ok(copy) if is_dead(copy) => reap(copy),
                other => return other.ok(),
            }
        }
    }
}

/// Ends a child and waits until it has ended. One that somebody else has reaped is none any more, whoever has its number now.
fn kill(child: u32) {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    match pidfd::open(child) {
        Ok(fd) if waitid(Id::PIDFd(fd.as_fd()), look).is_ok() => {
            let _ = pidfd::signal(fd.as_fd(), Signal::SIGKILL as i32);
            while matches!(readable(&[fd.as_fd()], None), Err(ZygoteError::Interrupted)) {}
        }
        Ok(_) | Err(Errno::ESRCH) => {}
        // No descriptor is left, and all the same nobody may be left to be waited for.
        Err(_) => kill_by_number(Pid::from_raw(child as i32)),
    }
}

fn kill_by_number(child: Pid) {
    if waitid(Id::Pid(child), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT).is_ok() {
        let _ = nix::sys::signal::kill(child, Signal::SIGKILL);
        while waitid(Id::Pid(child), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) == Err(Errno::EINTR) {}
    }
}

/// Takes away what is left of a child that has ended.
fn reap(child: u32) {
    let _ = waitid(Id::Pid(Pid::from_raw(child as i32)), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG);
}
