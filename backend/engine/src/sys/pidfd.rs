//! pidfds: a process by descriptor. Neither a zombie nor a reused number is taken for a living process.

use nix::errno::Errno;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// The pidfd of a process, close-on-exec.
pub(crate) fn open(pid: u32) -> Result<OwnedFd, Errno> {
    let pid = libc::pid_t::try_from(pid).map_err(|_| Errno::ESRCH)?;
    // SAFETY: plain numbers.
    let fd = Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })?;
    // SAFETY: the kernel just gave us this descriptor, nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// Sends a signal to the process.
pub(crate) fn signal(pidfd: BorrowedFd<'_>, number: i32) -> Result<(), Errno> {
    let information = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: a valid descriptor, and no further information.
    Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), number, information, 0) }).map(drop)
}
