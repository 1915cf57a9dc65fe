//! A zygote: a process that has done what is the same for every new process, and copies itself whenever one is wanted.
//!
//! Three processes take part. The *starter* wants processes. The *zygote* is a child of the starter, and waits. A *copy* of it is the new
//! process: a child of the starter as well, with the descriptors that the starter names and no others. The zygote ends when its starter
//! does, however that ends. What a copy inherits besides is what the zygote inherited: see [`super::surroundings`].

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, recvmsg, sendmsg, socketpair,
};
use nix::unistd::{ForkResult, getppid};

use crate::limits::ZYGOTE_ANSWERS;
use crate::shm::{Arena, ledger};
use crate::sys::{descriptors, fork, pidfd, sibling};

/// The kernel passes so many descriptors in one message.
const MOST_DESCRIPTORS: usize = 253;
/// Bytes of a request at most.
const REQUEST_BYTES: usize = 16 << 10;

/// The starter's end.
#[derive(Debug)]
pub struct Zygote {
    control: OwnedFd,
}

impl Zygote {
    /// The starter's end, and the one to hand on to the process that will make the zygote. Once that is handed on, drop it here: then the
    /// other's death is noticed.
    pub fn new() -> Result<(Self, OwnedFd), ZygoteError> {
        let (control, theirs) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC).map_err(refused)?;
        Ok((Self { control }, theirs))
    }

    /// Asks for a copy that has these descriptors, under the same numbers, and gets the message. [`Zygote::answer`] tells its pid.
    /// A zygote that is not ready yet is asked all the same.
    pub fn ask(&self, fds: &[RawFd], message: &[u8]) -> Result<(), ZygoteError> {
        let size = 4 + 4 * fds.len() + message.len();
        if fds.len() > MOST_DESCRIPTORS || size > REQUEST_BYTES {
            return Err(ZygoteError::TooMuch);
        }
        let mut request = Vec::with_capacity(size);
        request.extend((fds.len() as u32).to_ne_bytes());
        request.extend(fds.iter().flat_map(|fd| fd.to_ne_bytes()));
        request.extend(message);
        let rights = [ControlMessage::ScmRights(fds)];
        let control: &[ControlMessage<'_>] = if fds.is_empty() { &[] } else { &rights };
        let sent = sendmsg::<()>(self.control.as_raw_fd(), &[IoSlice::new(&request)], control, MsgFlags::MSG_NOSIGNAL, None);
        sent.map(drop).map_err(|error| match error {
            Errno::EPIPE | Errno::ECONNRESET => ZygoteError::Gone,
            other => refused(other),
        })
    }

    /// The pid of the copy asked for. After [`ZygoteError::Interrupted`] call it again.
    pub fn answer(&self, asked: Instant) -> Result<u32, ZygoteError> {
        let time = (asked + ZYGOTE_ANSWERS).saturating_duration_since(Instant::now());
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
}

/// The zygote's end.
#[derive(Debug)]
pub struct Server {
    control: OwnedFd,
    starter: OwnedFd,
    mask: SigSet,
}

impl Server {
    /// In the process that is to be copied, before the copy. It must be a child of `starter`, have one
    /// thread and no arena. Takes over `control`.
    pub fn new(control: RawFd, starter: u32) -> Result<Self, ZygoteError> {
        let control = descriptors::adopt(control);
        let starter_fd = pidfd::open(starter).map_err(refused)?;
        // Had it ended before, the number could be another process's by now.
        if getppid().as_raw() as u32 != starter {
            return Err(ZygoteError::Gone);
        }
        if Arena::exists() || std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count) != 1 {
            return Err(ZygoteError::NotFresh);
        }
        Ok(Self { control, starter: starter_fd, mask: SigSet::empty() })
    }

    /// In the zygote, once: leaves everything that it got for others, and listens to no signal. Its name among processes is `name`.
    pub fn settle(&mut self, name: &std::ffi::CStr) -> Result<(), ZygoteError> {
        descriptors::keep_only(&[self.control.as_fd(), self.starter.as_fd()]).map_err(refused)?;
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut self.mask)).map_err(refused)?;
        nix::sys::prctl::set_name(name).map_err(refused)
    }

    /// What is asked for next; `None` when the starter is gone or wants no more.
    pub fn next(&self) -> Option<Request> {
        loop {
            let mut fds =
                [PollFd::new(self.control.as_fd(), PollFlags::POLLIN), PollFd::new(self.starter.as_fd(), PollFlags::POLLIN)];
            match poll(&mut fds, PollTimeout::NONE) {
                Err(Errno::EINTR) => continue,
                Err(_) => return None,
                Ok(_) => {}
            }
            if fds[1].any().unwrap_or(true) {
                return None;
            }
            return Request::receive(self.control.as_fd());
        }
    }

    /// Tells the starter what has become of its request.
    pub fn answer(&self, pid: Result<u32, Errno>) {
        let answer = pid.map_or_else(|error| -(error as i32), |pid| pid as i32);
        // Should it be gone, the next look finds that out.
        let _ = nix::unistd::write(&self.control, &answer.to_ne_bytes());
    }

    /// In a copy: takes the zygote's place off, and has what `request` names and nothing else. `name` is as in [`Server::settle`].
    pub fn leave(self, request: Request, name: &std::ffi::CStr) -> Result<Vec<u8>, ZygoteError> {
        let Request { wanted, message } = request;
        // Closed with all others; their numbers may be wanted.
        std::mem::forget((self.control, self.starter));
        descriptors::become_exactly(wanted).map_err(refused)?;
        nix::sys::prctl::set_name(name).map_err(refused)?;
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&self.mask), None).map_err(refused)?;
        Ok(message)
    }
}

/// One process wanted.
#[derive(Debug)]
pub struct Request {
    wanted: Vec<(OwnedFd, RawFd)>,
    message: Vec<u8>,
}

impl Request {
    fn receive(control: BorrowedFd<'_>) -> Option<Self> {
        let mut bytes = vec![0; REQUEST_BYTES];
        let mut space = nix::cmsg_space!([RawFd; MOST_DESCRIPTORS]);
        let mut parts = [IoSliceMut::new(&mut bytes)];
        let got = recvmsg::<()>(control.as_raw_fd(), &mut parts, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC).ok()?;
        let mut fds = Vec::new();
        for part in got.cmsgs().ok()? {
            if let ControlMessageOwned::ScmRights(rights) = part {
                fds.extend(rights.into_iter().map(descriptors::adopt));
            }
        }
        let len = got.bytes;
        let (count, rest) = bytes.get(..len)?.split_first_chunk::<4>()?;
        let count = u32::from_ne_bytes(*count) as usize;
        let (numbers, message) = rest.split_at_checked(4 * count)?;
        let numbers = numbers.as_chunks::<4>().0.iter().map(|number| i32::from_ne_bytes(*number));
        (fds.len() == count).then(|| Self { wanted: fds.into_iter().zip(numbers).collect(), message: message.to_vec() })
    }
}

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

/// Ends the zygote.
pub fn exit() -> ! {
    fork::exit_now(0)
}

fn readable(fds: &[BorrowedFd<'_>], time: Duration) -> Result<bool, ZygoteError> {
    let time = PollTimeout::try_from(time.as_micros().div_ceil(1000)).unwrap_or(PollTimeout::MAX);
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
    /// More descriptors or a longer message than fit.
    #[error("more than can be passed to a zygote")]
    TooMuch,
    /// It has several threads, of which a copy would have one, or an arena, which would be two trees' in one.
    #[error("the process has threads or an arena")]
    NotFresh,
    /// A signal arrived; call again.
    #[error("interrupted by a signal")]
    Interrupted,
}
