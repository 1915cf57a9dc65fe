//! Descriptors by their numbers: put in place, closed, handed on.

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use nix::errno::Errno;

/// Takes over a descriptor that this process was given by number.
pub(crate) fn adopt(fd: RawFd) -> OwnedFd {
    // SAFETY: the number was passed to this process for this one owner, who learns of it here.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// A descriptor known by number, for one call.
pub(crate) fn borrow(fd: RawFd) -> Result<BorrowedFd<'static>, Errno> {
    if fd < 0 {
        return Err(Errno::EBADF);
    }
    // SAFETY: not -1, and used by the caller for system calls alone: one that is closed makes them fail.
    Ok(unsafe { BorrowedFd::borrow_raw(fd) })
}

/// Makes the process's descriptors exactly these: each under its number, inherited by programs; all others from 0 on are closed.
pub(crate) fn become_exactly(mut wanted: Vec<(OwnedFd, RawFd)>) -> Result<(), Errno> {
    wanted.sort_by_key(|&(_, number)| number);
    let beyond = wanted.last().map_or(0, |&(_, number)| number + 1);
    // Out of the way first, as one may stand where another one belongs.
    let mut moved = Vec::with_capacity(wanted.len());
    for (fd, number) in wanted {
        // SAFETY: plain numbers.
        moved.push((Errno::result(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, beyond) })?, number));
    }
    let mut next = 0;
    for (fd, number) in moved {
        close_range(next, number - 1);
        // SAFETY: plain numbers. Whatever stood there belonged to the process whose copy this is.
        Errno::result(unsafe { libc::dup2(fd, number) })?;
        next = number + 1;
    }
    close_range(next, RawFd::MAX);
    Ok(())
}

/// Closes all descriptors from `first` to `last`.
fn close_range(first: RawFd, last: RawFd) {
    if first <= last {
        // SAFETY: plain numbers; the callers' process has no other owners of descriptors any more.
        unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
    }
}

/// Closes what this process has but `keep`, and puts the null device in place of the three standard descriptors.
pub(crate) fn keep_only(keep: &[BorrowedFd<'_>]) -> Result<(), Errno> {
    let null = std::fs::File::options().read(true).write(true).open("/dev/null").map_err(|_| Errno::ENOENT)?;
    for standard in 0..3 {
        // SAFETY: plain numbers.
        Errno::result(unsafe { libc::dup2(null.as_raw_fd(), standard) })?;
    }
    let mut numbers: Vec<RawFd> = keep.iter().map(AsRawFd::as_raw_fd).collect();
    numbers.sort_unstable();
    let mut next = 3;
    std::mem::forget(null); // closed with the others
    for number in numbers {
        close_range(next, number - 1);
        next = number + 1;
    }
    close_range(next, RawFd::MAX);
    Ok(())
}
