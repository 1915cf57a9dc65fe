//! The zygote's end, and that of its copies.

use std::os::fd::{AsFd, BorrowedFd, IntoRawFd, OwnedFd, RawFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{getppid, pipe2, read, write};

use super::request::Request;
use super::{ZygoteError, ahead, refused};
use crate::shm::Arena;
use crate::sys::{descriptors, pidfd};

/// So many copies may die before they were wanted; then the zygote gives up.
const MOST_LOST: u32 = 16;

/// Which descriptors a copy has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Those that it was sent, under the numbers that its starter has them under, and no others.
    Exactly,
    /// Those that it was sent, under any numbers, beside those that the zygote has.
    Beside,
}

/// The zygote's end.
#[derive(Debug)]
pub struct Server {
    control: OwnedFd,
    starter: OwnedFd,
    manner: Manner,
    mask: SigSet,
    lost: u32,
}

/// What a copy has to do.
#[derive(Debug)]
pub struct Work {
    /// The descriptors that it was sent, in their order.
    pub fds: Vec<RawFd>,
    /// The starter's message.
    pub message: Vec<u8>,
}

impl Server {
    /// In the process that is to be copied, before the copy. It must be a child of `starter`, have one
    /// thread and no arena. Takes over `control`.
    pub fn new(control: RawFd, starter: u32, manner: Manner) -> Result<Self, ZygoteError> {
        let control = descriptors::beyond_standard(descriptors::adopt(control)).map_err(refused)?;
        let starter_fd = pidfd::open(starter).and_then(descriptors::beyond_standard).map_err(refused)?;
        // Had it ended before, the number could be another process's by now.
        if getppid().as_raw() as u32 != starter {
            return Err(ZygoteError::Gone);
        }
        if Arena::exists() || std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count) != 1 {
            return Err(ZygoteError::NotFresh);
        }
        Ok(Self { control, starter: starter_fd, manner, mask: SigSet::empty(), lost: 0 })
    }

    /// In the zygote, once: listens to no signal, and, where its copies have but what they are sent, leaves everything that it got for
    /// others and is called `name` among processes. Tells the starter of its birth.
    pub fn settle(&mut self, name: &std::ffi::CStr) -> Result<(), ZygoteError> {
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut self.mask)).map_err(refused)?;
        if self.manner == Manner::Exactly {
            descriptors::keep_only(&[self.control.as_fd(), self.starter.as_fd()]).map_err(refused)?;
            nix::sys::prctl::set_name(name).map_err(refused)?;
        }
        ahead::begin();
        self.say(Ok(std::process::id()));
        Ok(())
    }

    /// In the zygote, after a copy was made: waits until that is at work or has died. `None`: the starter is gone or wants no more.
    pub fn await_taken(&mut self, copy: Tether) -> Option<()> {
        drop(copy.theirs);
        let fds = [(copy.ours.as_fd(), PollFlags::POLLIN), (self.control.as_fd(), PollFlags::empty())];
        let [_, control_ended] = self.await_any(fds)?;
        if control_ended {
            return None;
        }
        // The byte is written by one that goes to work.
        if read(&copy.ours, &mut [0]) != Ok(1) {
            self.lost += 1;
        }
        (self.lost <= MOST_LOST).then_some(())
    }

    /// In the zygote, when no copy could be made: says why, and waits until the starter wants it to try again.
    pub fn await_another_try(&self, error: Errno) -> Option<()> {
        self.say(Err(error));
        self.request().map(drop)
    }

    /// In a copy: waits until it is wanted, and then takes the zygote's place off. `name` is what it is called among processes from then
    /// on, where its zygote has a name of its own. `None`: it is not wanted.
    pub fn await_work(self, copy: Tether, name: &std::ffi::CStr) -> Option<Work> {
        drop(copy.ours);
        self.say(Ok(std::process::id()));
        ahead::get(|| super::readable(&[self.control.as_fd()], Some(Duration::ZERO)).unwrap_or(true));
        let Request { wanted, message, .. } = loop {
            let request = self.request()?;
            if request.pid == std::process::id() {
                break request;
            }
        };
        let _ = write(&copy.theirs, &[1]);
        let fds = match self.manner {
            Manner::Beside => wanted.into_iter().map(|(fd, _)| fd.into_raw_fd()).collect(),
            Manner::Exactly => {
                let numbers = wanted.iter().map(|&(_, number)| number).collect();
                // Closed with all others; their numbers may be wanted.
                std::mem::forget((self.control, self.starter, copy.theirs));
                descriptors::become_exactly(wanted).ok()?;
                nix::sys::prctl::set_name(name).ok()?;
                numbers
            }
        };
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&self.mask), None).ok()?;
        Some(Work { fds, message })
    }

    /// What is asked for next; `None` when the starter is gone or wants no more.
    ///
    /// A signal that comes while nobody knows of this process is meant for others, as Ctrl-C is for all of a terminal's, and forgotten.
    /// One that comes after the request waits until the copy is at work.
    fn request(&self) -> Option<Request> {
        let signals = SignalFd::with_flags(&SigSet::all(), SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK).ok()?;
        loop {
            let fds = [(self.control.as_fd(), PollFlags::POLLIN), (signals.as_fd(), PollFlags::POLLIN)];
            let [is_asked, _] = self.await_any(fds)?;
            if is_asked {
                return Request::receive(self.control.as_fd());
            }
            while let Ok(Some(_)) = signals.read_signal() {}
        }
    }

    /// Waits for one of these; which of them came. `None`: the starter is gone.
    fn await_any<const N: usize>(&self, awaited: [(BorrowedFd<'_>, PollFlags); N]) -> Option<[bool; N]> {
        let starter = PollFd::new(self.starter.as_fd(), PollFlags::POLLIN);
        let mut fds: Vec<_> = awaited.iter().map(|&(fd, events)| PollFd::new(fd, events)).chain([starter]).collect();
        while let Err(error) = poll(&mut fds, PollTimeout::NONE) {
            if error != Errno::EINTR {
                return None;
            }
        }
        let came = |at: usize| fds[at].any().unwrap_or(true);
        (!came(N)).then(|| std::array::from_fn(came))
    }

    fn say(&self, answer: Result<u32, Errno>) {
        let answer = answer.map_or_else(|error| -(error as i32), |pid| pid as i32);
        // Should the starter be gone, the next look finds that out.
        let _ = write(&self.control, &answer.to_ne_bytes());
    }
}

/// How a zygote learns that a copy is at work or dead: each has one end.
#[derive(Debug)]
pub struct Tether {
    ours: OwnedFd,
    theirs: OwnedFd,
}

impl Tether {
    /// Made before the copy.
    pub fn new() -> Result<Self, Errno> {
        let (ours, theirs) = pipe2(OFlag::O_CLOEXEC)?;
        Ok(Self { ours, theirs })
    }
}
