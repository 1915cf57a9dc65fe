//! A copy of the calling process that is not its child but its sibling: its parent's child.
//!
//! The C library has no call for it. What its `fork` does for the copy beside the system call is done here: the thread's id, which it
//! keeps in memory, and the list of robust locks. Its handlers (`pthread_atfork`) are not run.

use std::ffi::{c_int, c_long, c_void};
use std::ptr;

use nix::errno::Errno;
use nix::unistd::{ForkResult, Pid, gettid};

/// Copies the calling process, which must have one thread only. The copy's parent is the caller's parent, and is told of its end as of
/// the caller's.
pub(crate) fn copy() -> Result<ForkResult, Errno> {
    let tid = thread_id_address()?;
    let robust = RobustList::own()?;
    let flags = c_long::from(libc::CLONE_PARENT | libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID);
    let none = ptr::null_mut::<c_void>();
    // The machines differ in the order of the last two.
    #[cfg(target_arch = "x86_64")]
    let (fourth, fifth) = (tid.cast::<c_void>(), none);
    #[cfg(not(target_arch = "x86_64"))]
    let (fourth, fifth) = (none, tid.cast::<c_void>());
    // SAFETY: without CLONE_VM and without a stack of its own this is a fork: the copy goes on here with a copy of the memory. No other
    // thread could hold a lock that the copy needs, because there is none. `tid` is where the C library keeps this thread's id.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, none, none, fourth, fifth) };
    if Errno::result(pid)? != 0 {
        return Ok(ForkResult::Parent { child: Pid::from_raw(pid as i32) });
    }
    robust.register();
    Ok(ForkResult::Child)
}

/// Where the C library keeps the calling thread's id, as the kernel knows it.
fn thread_id_address() -> Result<*mut c_int, Errno> {
    let mut address: *mut c_int = ptr::null_mut();
    // SAFETY: the kernel writes one pointer there.
    Errno::result(unsafe { libc::prctl(libc::PR_GET_TID_ADDRESS, &raw mut address) })?;
    // Other C libraries than glibc clear another word when a thread ends.
    // SAFETY: the address was registered by the C library for this very thread, which lives.
    let is_ours = !address.is_null() && unsafe { address.read() } == gettid().as_raw();
    if is_ours { Ok(address) } else { Err(Errno::ENOTSUP) }
}

/// The head of a thread's list of robust locks. The kernel forgets it in a copy.
struct RobustList {
    head: *mut c_void,
    len: usize,
}

impl RobustList {
    fn own() -> Result<Self, Errno> {
        let mut list = Self { head: ptr::null_mut(), len: 0 };
        // SAFETY: 0 is the calling thread; the kernel writes one pointer and one length there.
        Errno::result(unsafe { libc::syscall(libc::SYS_get_robust_list, 0, &raw mut list.head, &raw mut list.len) })?;
        Ok(list)
    }

    fn register(&self) {
        if !self.head.is_null() {
            // SAFETY: the same list at the same address as in the process that was copied; the copy holds none of the locks in it, as its
            // caller held none.
            unsafe { libc::syscall(libc::SYS_set_robust_list, self.head, self.len) };
        }
    }
}
