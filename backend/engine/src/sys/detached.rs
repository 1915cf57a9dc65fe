//! A program outside of the tree of processes that starts it: nobody's child there, in a session of its own.
//!
//! A first copy makes the session and a second one in it; then the first ends, and the second, now the system's child, becomes the program.
//! Both use the caller's memory while the caller is held (as `posix_spawn` does), so a large process starts it as quickly as a small one.

use std::cell::Cell;
use std::ffi::{c_char, c_int};
use std::fs::File;
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;

use nix::errno::Errno;
use nix::sched::{CloneCb, CloneFlags, clone};
use nix::sys::signal::{SigSet, SigmaskHow, pthread_sigmask};
use nix::sys::wait::{WaitPidFlag, waitpid};

use super::fork::Program;

/// Bytes of stack for each copy. They make a dozen system calls.
const STACK: usize = 64 << 10;

/// What ends programs from outside, and does not end this one.
const UNHEARD: [c_int; 4] = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM];

/// Starts the program. When this returns it is outside.
pub(crate) fn start(program: &Program) -> Result<(), Errno> {
    let null = File::options().read(true).write(true).open("/dev/null").map_err(|_| Errno::ENOENT)?;
    // A handler that ran in a copy would change this process's memory.
    let mut unmasked = SigSet::empty();
    pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), Some(&mut unmasked))?;
    let started = start_masked(program, null.as_raw_fd());
    pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&unmasked), None)?;
    started
}

fn start_masked(program: &Program, null: RawFd) -> Result<(), Errno> {
    let arguments = pointers(&program.arguments);
    let environment = pointers(&program.environment);
    let refusal = Cell::new(0);
    let (mut first_stack, mut second_stack) = (vec![0; STACK], vec![0; STACK]);
    // Made here, because the copies had better not allocate.
    let mut second: Option<CloneCb<'_>> = Some(Box::new(|| {
        refusal.set(become_program(program, &arguments, &environment, null) as i32);
        127
    }));
    let flags = CloneFlags::CLONE_VM | CloneFlags::CLONE_VFORK;
    let first = Box::new(|| {
        // SAFETY: this copy has one thread and leads no group.
        unsafe { libc::setsid() };
        let Some(second) = second.take() else { return 1 };
        // SAFETY: as below.
        match unsafe { clone(second, &mut second_stack, flags, None) } {
            Ok(_) => 0,
            Err(error) => {
                refusal.set(error as i32);
                1
            }
        }
    });
    // SAFETY: CLONE_VFORK holds this thread until the copy has ended, so that nobody else uses its stack, its thread-local storage or what
    // the closure borrows. The copy allocates nothing, takes no lock and cannot be interrupted: every signal is blocked. Its own stack is
    // large enough for its few calls.
    let copy = unsafe { clone(first, &mut first_stack, flags, None) }?;
    // Without an exit signal nobody is told of its end, and only who asks for such a child sees it: the program's own waits do not.
    while let Err(Errno::EINTR) = waitpid(copy, Some(WaitPidFlag::__WALL)) {}
    match refusal.get() {
        0 => Ok(()),
        error => Err(Errno::from_raw(error)),
    }
}

/// Turns the second copy into the program; returns only when that fails.
fn become_program(program: &Program, arguments: &[*const c_char], environment: &[*const c_char], null: RawFd) -> Errno {
    // SAFETY: plain numbers and texts that outlive the call, of a process that shares nothing but its memory. What is ignored stays
    // ignored in the program, what is handled does not.
    unsafe {
        libc::dup2(null, 0);
        libc::dup2(null, 1);
        libc::chdir(c"/".as_ptr());
        for signal in UNHEARD {
            libc::signal(signal, libc::SIG_IGN);
        }
        libc::syscall(libc::SYS_close_range, 3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC);
        for &fd in &program.keep {
            libc::fcntl(fd, libc::F_SETFD, 0);
        }
        let mut none = std::mem::MaybeUninit::uninit();
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), ptr::null_mut());
        libc::execve(program.path.as_ptr(), arguments.as_ptr(), environment.as_ptr());
    }
    Errno::last()
}

/// As `execve` wants them.
fn pointers(texts: &[std::ffi::CString]) -> Vec<*const c_char> {
    texts.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect()
}
