//! The system calls that have no safe wrapper elsewhere, each behind a safe function. The only unsafe code of this crate.
//!
//! Forking is safe here because it is refused when the process has a second thread: then the child is a full copy, with no lock
//! held by a thread that is not there any more.
#![allow(unsafe_code, reason = "system calls without a safe wrapper; each block says why it is sound")]

use std::ffi::CString;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::sched::CloneFlags;
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::Pid;

/// Who one is after a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fork {
    /// The one that forked, and its child's process id.
    Parent(Pid),
    /// The new process.
    Child,
}

/// Forks; the child lies in new namespaces of the given kinds (none: an ordinary fork). `EBUSY` when the process has threads.
pub fn fork(namespaces: CloneFlags) -> Result<Fork, Errno> {
    let mut threads = std::fs::read_dir("/proc/self/task").map_err(|_| Errno::ENOSYS)?;
    if threads.nth(1).is_some() {
        return Err(Errno::EBUSY);
    }
    let flags = namespaces.bits() as libc::c_ulong | libc::SIGCHLD as libc::c_ulong;
    let no = std::ptr::null::<libc::c_void>();
    let answer = if namespaces.is_empty() {
        // SAFETY: this process has one thread, so the child's copy of every lock and of the allocator is consistent.
        unsafe { libc::fork() as libc::c_long }
    } else {
        // SAFETY: as above; without CLONE_VM and with no stack given this is a fork. No thread-local pointer is asked for.
        unsafe { libc::syscall(libc::SYS_clone, flags, no, no, no, no) }
    };
    match Errno::result(answer)? {
        0 => Ok(Fork::Child),
        pid => Ok(Fork::Parent(Pid::from_raw(pid as libc::pid_t))),
    }
}

/// Makes the mounts at and below `at` read-only and deaf to set-user-id bits and device files. `ENOSYS` before Linux 5.12.
pub fn make_read_only(at: &Path) -> Result<(), Errno> {
    let path = CString::new(at.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    // SAFETY: the path and the structure live through the call, and its size is given.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::AT_RECURSIVE as libc::c_uint,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    Errno::result(answer).map(drop)
}

/// Brings the loopback interface of this network namespace up.
pub fn loopback_up() -> Result<(), Errno> {
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
    use std::os::fd::AsRawFd;
    let socket = socket(AddressFamily::Inet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)?;
    // SAFETY: `ifreq` is plain data for which zero is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = *from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: the descriptor is a socket and the request lives through the call.
    let answer = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw mut request) };
    Errno::result(answer).map(drop)
}

/// Empties the bounding set: no program started from here on can get a capability. Needs CAP_SETPCAP.
pub fn drop_bounding_set() -> Result<(), Errno> {
    for capability in 0..=63 as libc::c_ulong {
        // SAFETY: takes numbers only.
        let answer = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) };
        match Errno::result(answer) {
            Ok(_) => {}
            // The first number that the kernel does not know: all were seen.
            Err(Errno::EINVAL) => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Gives every capability away that this process has, and those that it would hand on.
pub fn drop_capabilities() -> Result<(), Errno> {
    // SAFETY: takes numbers only.
    let answer = unsafe { libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) };
    Errno::result(answer)?;
    clear_capability_sets()
}

/// The three sets of this process, all empty. Version 3 of the call takes two structures of three 32-bit words.
fn clear_capability_sets() -> Result<(), Errno> {
    const VERSION_3: u32 = 0x2008_0522;
    let header: [u32; 2] = [VERSION_3, 0];
    let none = [0_u32; 6];
    // SAFETY: header and data have the sizes that this version of the call reads, and live through it.
    let answer = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) };
    Errno::result(answer).map(drop)
}

/// Gives every signal its default action and blocks none: what a program expects that was just started.
pub fn reset_signals() -> Result<(), Errno> {
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, sigaction};
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    for signal in Signal::iterator().filter(|signal| !matches!(signal, Signal::SIGKILL | Signal::SIGSTOP)) {
        // SAFETY: the default action runs no code of ours.
        unsafe { sigaction(signal, &default) }?;
    }
    SigSet::empty().thread_set_mask()
}

/// A descriptor that becomes readable when the process ends, whoever its parent is. Closed on exec.
pub fn pidfd(pid: Pid) -> Result<OwnedFd, Errno> {
    // SAFETY: takes numbers only.
    let answer = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    let descriptor = Errno::result(answer)?;
    // SAFETY: the kernel just gave this descriptor to us and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor as i32) })
}

/// A copy of a descriptor that this process was started with, by its number; the original goes no further than this process.
pub fn inherited(number: RawFd) -> Result<OwnedFd, Errno> {
    // SAFETY: takes numbers only; a number that is no descriptor is refused.
    let copy = Errno::result(unsafe { libc::fcntl(number, libc::F_DUPFD_CLOEXEC, 20) })?;
    // SAFETY: as above.
    Errno::result(unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) })?;
    // SAFETY: the kernel just gave this descriptor to us and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}

/// Asks for short turns on a core, each of `slice_ns`, instead of long ones: who wants little is given it sooner. Since Linux 6.12;
/// earlier ones change nothing. Children that are forked later do not inherit it.
pub fn take_short_turns(slice_ns: u64) -> Result<(), Errno> {
    let size = size_of::<libc::sched_attr>() as libc::c_uint;
    // SAFETY: `sched_attr` is plain data for which zero is a value.
    let mut attributes: libc::sched_attr = unsafe { std::mem::zeroed() };
    // SAFETY: the structure has the size that is told, and lives through the call. 0 is this thread.
    Errno::result(unsafe { libc::syscall(libc::SYS_sched_getattr, 0, &raw mut attributes, size, 0) })?;
    attributes.sched_runtime = slice_ns;
    attributes.sched_flags |= libc::SCHED_FLAG_RESET_ON_FORK as u64;
    // SAFETY: as above.
    Errno::result(unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) }).map(drop)
}

/// Leaves at once, running nothing of this process's: for a forked child that could not become what it should.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: ends the process; does not return.
    unsafe { libc::_exit(code) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forking_is_refused_with_a_second_thread() {
        // The test harness runs this test in a thread of its own beside the main one.
        assert_eq!(fork(CloneFlags::empty()), Err(Errno::EBUSY));
    }

    #[test]
    fn short_turns_may_be_asked_for() {
        assert_eq!(take_short_turns(200_000), Ok(()));
    }

    #[test]
    fn a_pidfd_of_nobody_is_an_error() {
        assert_eq!(pidfd(Pid::from_raw(i32::MAX)).err(), Some(Errno::ESRCH));
    }
}
