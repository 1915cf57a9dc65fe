//! A program to start in a child, with chosen descriptors.
use super::{Process, ProcessError};
use std::ffi::OsString;
use std::os::fd::{BorrowedFd, RawFd};

/// A program, its arguments and environment, and the descriptors that it inherits.
#[derive(Debug)]
pub struct Command<'fd> {
    _fds: Vec<(BorrowedFd<'fd>, RawFd)>,
}

impl<'fd> Command<'fd> {
    /// The program at this path, with this process's environment, without arguments.
    pub fn new(_program: impl Into<OsString>) -> Self {
        unimplemented!()
    }
    /// Adds an argument.
    pub fn arg(self, _argument: impl Into<OsString>) -> Self {
        unimplemented!()
    }
    /// Replaces the environment.
    pub fn environment(self, _variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        unimplemented!()
    }
    /// The child has this descriptor under the same number. Everything else but 0, 1 and 2 is closed.
    pub fn inherit(self, _fd: BorrowedFd<'fd>) -> Self {
        unimplemented!()
    }
    /// Starts it.
    pub fn spawn(self) -> Result<Process, ProcessError> {
        unimplemented!()
    }
}
