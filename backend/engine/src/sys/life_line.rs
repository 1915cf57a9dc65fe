//! Having the kernel kill this process when a pipe ends.

use std::os::fd::RawFd;

use nix::errno::Errno;

/// Of Linux's `fcntl.h`; the libc crate has it for few systems.
const F_SETSIG: libc::c_int = 10;

/// From now on this process gets `SIGKILL` when something happens to the pipe of which this is the reading end; where nobody writes,
/// nothing happens to it but its end.
pub(crate) fn kill_at_end_of(pipe: RawFd) -> Result<(), Errno> {
    // SAFETY: plain numbers; one that is no descriptor is refused.
    unsafe {
        Errno::result(libc::fcntl(pipe, libc::F_SETOWN, libc::getpid()))?;
        Errno::result(libc::fcntl(pipe, F_SETSIG, libc::SIGKILL))?;
        let flags = Errno::result(libc::fcntl(pipe, libc::F_GETFL))?;
        Errno::result(libc::fcntl(pipe, libc::F_SETFL, flags | libc::O_ASYNC))?;
    }
    Ok(())
}

/// Whether the pipe has ended.
pub(crate) fn has_ended(pipe: RawFd) -> Result<bool, Errno> {
    // It is asked for nothing but its end, which is always told.
    let mut asked = libc::pollfd { fd: pipe, events: 0, revents: 0 };
    // SAFETY: one structure, which lives as long as the call.
    Ok(Errno::result(unsafe { libc::poll(&raw mut asked, 1, 0) })? > 0)
}
