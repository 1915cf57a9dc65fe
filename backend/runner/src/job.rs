//! Standard input: the job, then commands, one JSON line each.
//!
//! The descriptor is read directly, never through a buffered reader: what is read beyond the job goes along through the fork.

use std::os::fd::{AsFd, BorrowedFd};

use forkyard_wire::job::{Command, Job};
use nix::errno::Errno;
use nix::unistd::read;

/// The longest line that is accepted; a job with the longest program, escaped, is far below.
const LONGEST: usize = 4 << 20;

/// The lines of standard input.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    bytes: Vec<u8>,
    ended: bool,
}

impl Lines {
    /// The descriptor, to be waited for.
    pub(crate) fn descriptor() -> std::io::Stdin {
        std::io::stdin()
    }

    /// Waits for the job.
    pub(crate) fn job(&mut self) -> Result<Job, JobError> {
        loop {
            if let Some(line) = self.line() {
                return serde_json::from_slice(&line).map_err(JobError::Malformed);
            }
            if self.ended {
                return Err(JobError::Missing);
            }
            self.fill()?;
        }
    }

    /// Commands that have arrived. Call it when the descriptor is readable.
    pub(crate) fn commands(&mut self) -> Result<Vec<Command>, JobError> {
        self.fill()?;
        std::iter::from_fn(|| self.line()).map(|line| serde_json::from_slice(&line).map_err(JobError::Malformed)).collect()
    }

    /// Whether nothing more will come.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// One read; it does not wait when the descriptor is readable.
    fn fill(&mut self) -> Result<(), JobError> {
        let mut piece = [0; 16 * 1024];
        let stdin = Self::descriptor();
        let descriptor: BorrowedFd = stdin.as_fd();
        match read(descriptor, &mut piece) {
            Ok(0) => self.ended = true,
            Ok(length) => self.bytes.extend_from_slice(&piece[..length]),
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            Err(errno) => return Err(JobError::Unreadable(errno)),
        }
        if self.bytes.len() > LONGEST { Err(JobError::TooLong) } else { Ok(()) }
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let end = self.bytes.iter().position(|byte| *byte == b'\n')?;
        let mut line: Vec<u8> = self.bytes.drain(..=end).collect();
        line.pop();
        Some(line)
    }
}

/// What is wrong with standard input.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    /// It ended before a job came.
    #[error("standard input ended before the job")]
    Missing,
    /// A line is not what it should be.
    #[error("standard input holds a line that is neither a job nor a command: {0}")]
    Malformed(serde_json::Error),
    /// A line has no end.
    #[error("standard input holds a line of more than {LONGEST} bytes")]
    TooLong,
    /// It cannot be read.
    #[error("standard input: {0}")]
    Unreadable(Errno),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_one_by_one_and_a_beginning_is_kept() {
        let mut lines = Lines { bytes: b"\"stop\"\n\"close_stdin\"\n\"st".to_vec(), ended: false };
        let commands: Vec<Command> =
            std::iter::from_fn(|| lines.line()).map(|line| serde_json::from_slice(&line).unwrap()).collect();
        assert_eq!(commands, [Command::Stop, Command::CloseStdin]);
        assert_eq!(lines.bytes, b"\"st");
    }
}
