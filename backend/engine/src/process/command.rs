//! A program to start in a child, with chosen descriptors.

use std::ffi::{CString, OsString};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{pipe2, read, write};

use super::{Process, ProcessError};
use crate::shm::release_all;
use crate::sys::detached;
use crate::sys::fork::{self, Program};

/// A program, its arguments and environment, and the descriptors that it inherits.
///
/// ```
/// use forkyard_engine::{process::Command, shm::Arena, sync::Wait};
/// let child = Command::new("/bin/sh").arg("-c").arg("exit 7").inherit(Arena::current()?.fd()).spawn()?;
/// assert_eq!(child.wait(Wait::Forever)?.unwrap().code(), 7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Command<'fd> {
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    keep: Vec<BorrowedFd<'fd>>,
}

impl<'fd> Command<'fd> {
    /// The program at this path, with this process's environment, without arguments.
    pub fn new(program: impl Into<OsString>) -> Self {
        let program = program.into();
        Self { program, arguments: Vec::new(), environment: std::env::vars_os().collect(), keep: Vec::new() }
    }

    /// Adds an argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Replaces the environment.
    pub fn environment(mut self, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        self.environment = variables.into_iter().collect();
        self
    }

    /// The child has this descriptor under the same number. Everything else but 0, 1 and 2 is closed.
    pub fn inherit(mut self, fd: BorrowedFd<'fd>) -> Self {
        self.keep.push(fd);
        self
    }

    /// Starts it.
    pub fn spawn(self) -> Result<Process, ProcessError> {
        let refused = |error: Errno| ProcessError::Refused(error.into());
        let program = self.prepare()?;
        // Closes at exec: the end of file says that it succeeded.
        let (failure, report) = pipe2(OFlag::O_CLOEXEC).map_err(refused)?;
        let child = fork::fork(|| {
            // The program knows nothing of what was counted for this child at the fork.
            release_all();
            let error = program.execute();
            // Should this fail too, the exit code says it.
            let _ = write(&report, &(error as i32).to_ne_bytes());
            127
        });
        let child = Process::adopt(child.map_err(refused)?.as_raw() as u32)?;
        drop(report);
        let mut error = [0; 4];
        let len = loop {
            match read(failure.as_fd(), &mut error) {
                Err(Errno::EINTR) => {}
                other => break other.map_err(refused)?,
            }
        };
        if len == 0 {
            return Ok(child);
        }
        child.wait(crate::sync::Wait::Forever)?;
        let source = std::io::Error::from_raw_os_error(i32::from_ne_bytes(error));
        Err(ProcessError::Program { program: self.program.to_string_lossy().into_owned(), source })
    }

    /// Starts it outside of this process's tree: it is nobody's child here, in a session of its own, with the null device as standard
    /// input and output, and deaf to the signals by which terminals and administrators end programs. Nobody is told of its end.
    ///
    /// ```
    /// use forkyard_engine::process::Command;
    /// use std::io::{Read, pipe};
    /// use std::os::fd::AsFd;
    /// let (mut reader, writer) = pipe()?;
    /// let script = format!("echo alone >/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&writer));
    /// Command::new("/bin/sh").arg("-c").arg(script).inherit(writer.as_fd()).detach()?;
    /// drop(writer);
    /// let mut said = String::new();
    /// reader.read_to_string(&mut said)?;
    /// assert_eq!(said, "alone\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn detach(self) -> Result<(), ProcessError> {
        detached::start(&self.prepare()?)
            .map_err(|error| ProcessError::Program { program: self.program.to_string_lossy().into_owned(), source: error.into() })
    }

    fn prepare(&self) -> Result<Program, ProcessError> {
        let text = |bytes: Vec<u8>| {
            CString::new(bytes).map_err(|error| ProcessError::Program {
                program: self.program.to_string_lossy().into_owned(),
                source: error.into(),
            })
        };
        let path = text(self.program.as_bytes().to_vec())?;
        let arguments = std::iter::once(&self.program).chain(&self.arguments).map(|argument| text(argument.as_bytes().to_vec()));
        let environment = self.environment.iter().map(|(name, value)| {
            let mut variable = name.clone();
            variable.push("=");
            variable.push(value);
            text(variable.into_vec())
        });
        Ok(Program {
            arguments: arguments.collect::<Result<_, _>>()?,
            environment: environment.collect::<Result<_, _>>()?,
            keep: self.keep.iter().map(|fd| fd.as_raw_fd()).collect(),
            path,
        })
    }
}

/// A duplicate, close-on-exec, of a descriptor that this process got by its number: inherited, or named by code that knows numbers alone.
/// The one behind the number stays open.
pub fn inherited(fd: RawFd) -> std::io::Result<OwnedFd> {
    fork::duplicate(fd).map_err(Into::into)
}
