//! Standard output: the run's events, one JSON line each.
//!
//! A reader that is slow must not stop the clock: what it does not take yet is kept here, and while much is kept nothing more is
//! read from the program.

use std::os::fd::AsFd;

use forkyard_wire::run::RunEvent;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::write;

/// From here on the program is made to wait.
const MUCH: usize = 1 << 20;

/// How long the last events wait for a reader that takes nothing.
const PATIENCE_MS: u16 = 30_000;

/// The events on their way out.
#[derive(Debug)]
pub(crate) struct Events {
    pending: Vec<u8>,
    gone: bool,
}

impl Events {
    /// Standard output no longer makes its writer wait.
    pub(crate) fn open() -> Result<Self, Errno> {
        let stdout = std::io::stdout();
        let flags = OFlag::from_bits_truncate(fcntl(stdout.as_fd(), FcntlArg::F_GETFL)?);
        fcntl(stdout.as_fd(), FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
        Ok(Events { pending: Vec::new(), gone: false })
    }

    /// Sends one, now or when there is room.
    pub(crate) fn send(&mut self, event: &RunEvent) {
        match serde_json::to_writer(&mut self.pending, event) {
            Ok(()) => self.pending.push(b'\n'),
            // Plain data with string keys: there is nothing that JSON could not say.
            Err(error) => eprintln!("forkyard-runner: event {}: {error}", event.name()),
        }
        self.push();
    }

    /// Writes what there is room for.
    pub(crate) fn push(&mut self) {
        let mut written = 0;
        while written < self.pending.len() && !self.gone {
            match write(std::io::stdout(), &self.pending[written..]) {
                Ok(length) => written += length,
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                Err(_) => self.gone = true,
            }
        }
        self.pending.drain(..written);
        if self.gone {
            self.pending.clear();
        }
    }

    /// Whether something waits for room.
    pub(crate) fn waiting(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Whether so much waits that the program should.
    pub(crate) fn full(&self) -> bool {
        self.pending.len() > MUCH
    }

    /// Whether nobody reads any more.
    pub(crate) fn gone(&self) -> bool {
        self.gone
    }

    /// Waits until everything is written, or nobody takes it.
    pub(crate) fn finish(mut self) {
        self.push();
        while self.waiting() {
            let stdout = std::io::stdout();
            let mut room = [PollFd::new(stdout.as_fd(), PollFlags::POLLOUT)];
            match poll(&mut room, PollTimeout::from(PATIENCE_MS)) {
                Ok(0) => return,
                Ok(_) | Err(Errno::EINTR) => self.push(),
                Err(_) => return,
            }
        }
    }
}
