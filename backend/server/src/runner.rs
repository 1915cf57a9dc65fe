//! The runner's process, seen from the server: a job goes in, events come out, and it ends.
//!
//! One process for each run, in a process group of its own. Killing it ends the run whatever the program does, because the
//! program lives in the runner's pid namespace. Nothing here knows what an event means: its data is passed on as it came.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use forkyard_wire::job::{Command, Job};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::limits;

/// How many bytes of commands may wait to be written; a command beyond it is refused.
const OUTGOING_BYTES: usize = 1 << 20;

/// How many bytes are read at once, if there are as many: what a pipe holds.
const READ_BYTES: usize = 64 << 10;

/// One event as the runner wrote it.
#[derive(Debug)]
pub(crate) struct Event {
    /// `started`, `output`, `timeline`, `finished`.
    pub(crate) name: String,
    /// Its data, JSON on one line.
    pub(crate) data: String,
}

/// Whose signals a runner gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// A process group of its own: the server's Ctrl-C does not reach it.
    Own,
    /// This program's: the terminal's Ctrl-C reaches the program as it would without Forkyard.
    Ours,
}

/// A runner at work. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Runner {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    group: Group,
    incoming: Vec<u8>,
    /// Where the first line of `incoming` that was not taken begins.
    first: usize,
    /// How far `incoming` has been searched for the end of a line.
    searched: usize,
    outgoing: Vec<u8>,
    /// Whether the whole job has been written.
    briefed: bool,
}

impl Runner {
    /// Starts `program` and hands it the job.
    pub(crate) fn start(program: &Path, job: &Job, group: Group) -> Result<Self, RunnerError> {
        let mut outgoing = serde_json::to_vec(job).map_err(RunnerError::Job)?;
        outgoing.push(b'\n');
        let mut command = tokio::process::Command::new(program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        if group == Group::Own {
            command.process_group(0);
        }
        let mut child = command.spawn().map_err(|source| RunnerError::Start { program: program.to_path_buf(), source })?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().ok_or(RunnerError::NoPipe)?);
        Ok(Runner { child, stdin, stdout, group, incoming: Vec::new(), first: 0, searched: 0, outgoing, briefed: false })
    }

    /// The next event; `None` once no more will come. Writes what waits to be written meanwhile. May be dropped and called
    /// again without losing anything.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, RunnerError> {
        loop {
            if let Some(line) = self.line() {
                return parse(&line).map(Some);
            }
            if self.incoming.len() > limits::LINE_BYTES {
                return Err(RunnerError::LongLine);
            }
            self.incoming.reserve(READ_BYTES);
            tokio::select! {
                read = self.stdout.read_buf(&mut self.incoming) => {
                    if read.map_err(RunnerError::Read)? == 0 {
                        return Ok(None);
                    }
                }
                written = write(&mut self.stdin, &self.outgoing), if !self.outgoing.is_empty() => match written {
                    Ok(count) => {
                        self.outgoing.drain(..count);
                        self.briefed |= self.outgoing.is_empty();
                    }
                    // It reads no more: it is ending, and its last events are still to be read.
                    Err(_) => self.leave(),
                },
            }
        }
    }

    /// Hands the runner a command. Refused while too much waits, and once its input is closed.
    pub(crate) fn send(&mut self, command: &Command) -> Result<(), RunnerError> {
        if self.stdin.is_none() {
            return Err(RunnerError::Closed);
        }
        if self.outgoing.len() > OUTGOING_BYTES {
            return Err(RunnerError::Busy);
        }
        let line = serde_json::to_vec(command).map_err(RunnerError::Job)?;
        self.outgoing.extend(line);
        self.outgoing.push(b'\n');
        Ok(())
    }

    /// Closes the runner's input: nobody wants the run any more. A runner that does not know its job yet has nothing to end.
    pub(crate) fn leave(&mut self) {
        if !self.briefed {
            self.kill();
        }
        self.stdin = None;
        self.outgoing.clear();
    }

    /// Waits until the runner has ended; kills it when it has not after `patience`.
    pub(crate) async fn end(mut self, patience: Duration) -> io::Result<ExitStatus> {
        self.leave();
        if let Ok(status) = tokio::time::timeout(patience, self.child.wait()).await {
            return status;
        }
        self.kill();
        self.child.wait().await
    }

    /// Kills the runner, and with it the run.
    pub(crate) fn kill(&mut self) {
        if let (Group::Own, Some(pid)) = (self.group, self.child.id()) {
            let _ = killpg(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
        }
        let _ = self.child.start_kill();
    }

    /// Takes the first whole line that was read.
    fn line(&mut self) -> Option<Vec<u8>> {
        match self.incoming[self.searched..].iter().position(|byte| *byte == b'\n') {
            Some(length) => {
                let end = self.searched + length;
                let line = self.incoming[self.first..end].to_vec();
                self.first = end + 1;
                self.searched = self.first;
                Some(line)
            }
            None => {
                self.incoming.drain(..self.first);
                self.first = 0;
                self.searched = self.incoming.len();
                None
            }
        }
    }
}

async fn write(stdin: &mut Option<ChildStdin>, bytes: &[u8]) -> io::Result<usize> {
    match stdin {
        Some(stdin) => stdin.write(bytes).await,
        None => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

fn parse(line: &[u8]) -> Result<Event, RunnerError> {
    #[derive(Deserialize)]
    struct Line<'a> {
        event: &'a str,
        #[serde(borrow)]
        data: &'a RawValue,
    }
    let Line { event, data } = serde_json::from_slice(line).map_err(RunnerError::Event)?;
    // Neither can stand in an event of the stream; no text of JSON needs them.
    if event.contains(['\r', '\n']) || data.get().contains('\r') {
        return Err(RunnerError::LineBreak);
    }
    Ok(Event { name: event.to_owned(), data: data.get().to_owned() })
}

/// What can go wrong between the server and a runner.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunnerError {
    /// It could not be started.
    #[error("the runner {} cannot be started: {source}", .program.display())]
    Start {
        /// The file.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The system gave no pipe.
    #[error("the runner's output cannot be read")]
    NoPipe,
    /// The job cannot be written as JSON.
    #[error("the job cannot be written: {0}")]
    Job(serde_json::Error),
    /// Its output could not be read.
    #[error("the runner's output cannot be read: {0}")]
    Read(io::Error),
    /// It sent something that is no event.
    #[error("the runner sent something that is no event: {0}")]
    Event(serde_json::Error),
    /// It sent an event with a line break in it.
    #[error("the runner sent an event with a line break in it")]
    LineBreak,
    /// It sent a line without end.
    #[error("the runner sent a line of more than {} MiB", limits::LINE_BYTES >> 20)]
    LongLine,
    /// Its input is closed.
    #[error("the runner takes no more commands")]
    Closed,
    /// Too much waits to be written to it.
    #[error("the program does not read its input")]
    Busy,
}
