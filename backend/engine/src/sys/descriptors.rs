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
    let numbers: Vec<RawFd> = wanted.iter().map(|&(_, number)| number).collect();
    // Out of the way first, as one may stand where another one belongs.
    let mut moved = Vec::with_capacity(wanted.len());
    for (fd, number) in wanted {
        moved.push((aside(fd.as_raw_fd(), &numbers)?, number));
    }
    for (fd, number) in moved {
        // SAFETY: plain numbers. Whatever stood there belonged to the process whose copy this is.
        Errno::result(unsafe { libc::dup2(fd, number) })?;
    }
    let mut next = 0;
    for number in numbers {
        close_range(next, number - 1);
        next = number + 1;
    }
    close_range(next, RawFd::MAX);
    Ok(())
}

/// A copy of this descriptor at none of these numbers, which are sorted. There may be no number beyond them, as the last one that a
/// process may have is among them where few are free.
fn aside(fd: RawFd, numbers: &[RawFd]) -> Result<RawFd, Errno> {
    let mut from = 0;
    loop {
        // SAFETY: plain numbers. A copy that is left at one of these numbers gives way to what belongs there.
        let at = Errno::result(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, from) })?;
        if numbers.binary_search(&at).is_err() {
            return Ok(at);
        }
        from = at + 1;
    }
}

/// The same descriptor at another number than those of the three standard ones, which may be closed and so be given to anything.
pub(crate) fn beyond_standard(fd: OwnedFd) -> Result<OwnedFd, Errno> {
    if fd.as_raw_fd() > 2 {
        return Ok(fd);
    }
    // SAFETY: plain numbers.
    Errno::result(unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 3) }).map(adopt)
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
