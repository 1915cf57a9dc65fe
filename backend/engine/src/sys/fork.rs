//! fork, its hooks, and exec.

use nix::errno::Errno;
use nix::unistd::{ForkResult, Pid};
use std::ffi::CString;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

/// Forks; the child runs `body` and never returns from here.
pub(crate) fn fork(body: impl FnOnce() -> i32) -> Result<Pid, Errno> {
    // SAFETY: the engine starts no threads. In a process where others have, the child lives on with the calling thread alone, which is
    // what `Process::fork` tells its callers; the engine's own process-wide lock is held across the fork by the hooks below.
    match unsafe { nix::unistd::fork()? } {
        ForkResult::Parent { child } => Ok(child),
        ForkResult::Child => {
            let code = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).unwrap_or(101);
            exit_now(code)
        }
    }
}

/// Ends the process without running what was left to run at exit: that is its parent's.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) }
}

/// Ends the process without running what was left to run at exit, but with the C library's own streams written out.
pub(crate) fn flush_and_exit(code: i32) -> ! {
    // SAFETY: null means all streams; this process has no thread besides that could use them.
    unsafe { libc::fflush(std::ptr::null_mut()) };
    exit_now(code)
}

/// Has these run at every fork of this process, whoever forks. Called once.
pub(crate) fn at_fork(prepare: extern "C" fn(), parent: extern "C" fn(), child: extern "C" fn()) {
    // SAFETY: the functions stay, and use nothing but atomics, one mutex and thread-local storage of the forking thread.
    let failed = unsafe { libc::pthread_atfork(Some(as_unsafe(prepare)), Some(as_unsafe(parent)), Some(as_unsafe(child))) };
    assert_eq!(failed, 0, "no memory for the fork hooks");
}

fn as_unsafe(hook: extern "C" fn()) -> unsafe extern "C" fn() {
    hook
}

/// What a child becomes.
pub(crate) struct Program {
    /// Path.
    pub(crate) path: CString,
    /// Arguments, the program's name first.
    pub(crate) arguments: Vec<CString>,
    /// `NAME=value`.
    pub(crate) environment: Vec<CString>,
    /// Descriptors that stay open besides 0, 1 and 2.
    pub(crate) keep: Vec<RawFd>,
}

impl Program {
    /// Turns the calling process, a fresh child, into this program; returns only when that fails. Allocates nothing but the pointers
    /// of the arguments.
    pub(crate) fn execute(&self) -> Errno {
        // SAFETY: plain numbers. Everything from 3 on closes at exec but what is kept.
        unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
        for &fd in &self.keep {
            // SAFETY: plain numbers; the descriptors were borrowed from their owner for the whole call.
            unsafe { libc::fcntl(fd, libc::F_SETFD, 0) };
        }
        match nix::unistd::execve(&self.path, &self.arguments, &self.environment) {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }
}

/// A close-on-exec duplicate of the descriptor with this number.
pub(crate) fn duplicate(fd: RawFd) -> Result<OwnedFd, Errno> {
    // SAFETY: plain numbers; the descriptor behind `fd` is left as it is.
    let own = Errno::result(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3) })?;
    // SAFETY: the kernel just gave us this one, nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(own) })
}
