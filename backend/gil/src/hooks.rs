//! The three functions of the C library that this one answers for, and what else is asked of the system. All that is unsafe lies here.

use std::ffi::{CStr, c_int, c_void};
use std::mem::{MaybeUninit, transmute};
use std::ops::Range;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use libc::{pthread_cond_t, pthread_mutex_t, timespec};

use crate::Tell;
use crate::variables::{Place, Trouble, Variables};

/// The interpreter's state, as the interpreter names it.
const STATE: &CStr = c"_PyRuntime";

/// What `dladdr1` is asked for: the entry of the table of symbols.
const RTLD_DL_SYMENT: c_int = 1;

/// The versions that the C library gives its condition variables, the one in use first: x86_64 has an older kind beside it.
const VERSIONS: [&CStr; 2] = [c"GLIBC_2.3.2", c"GLIBC_2.17"];

// A thread that is ended by unwinding its stack, as `pthread_exit` does, passes through.
type Signal = unsafe extern "C-unwind" fn(*mut pthread_cond_t) -> c_int;
type Wait = unsafe extern "C-unwind" fn(*mut pthread_cond_t, *mut pthread_mutex_t) -> c_int;
type TimedWait = unsafe extern "C-unwind" fn(*mut pthread_cond_t, *mut pthread_mutex_t, *const timespec) -> c_int;

static VARIABLES: Variables = Variables::new();
static SIGNAL: Real = Real::new(c"pthread_cond_signal");
static WAIT: Real = Real::new(c"pthread_cond_wait");
static TIMED_WAIT: Real = Real::new(c"pthread_cond_timedwait");

/// Found before the first thread of the program.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = find_all;

extern "C" fn find_all() {
    SIGNAL.address();
    WAIT.address();
    TIMED_WAIT.address();
}

/// The C library's own function of a name.
struct Real {
    name: &'static CStr,
    found: AtomicPtr<c_void>,
}

impl Real {
    const fn new(name: &'static CStr) -> Self {
        Real { name, found: AtomicPtr::new(ptr::null_mut()) }
    }

    #[inline]
    fn address(&self) -> *mut c_void {
        let found = self.found.load(Ordering::Relaxed);
        if found.is_null() { self.find() } else { found }
    }

    #[cold]
    fn find(&self) -> *mut c_void {
        // SAFETY: the names are texts with an end; the next library's function is looked for, never this one's.
        let versions =
            VERSIONS.iter().map(|version| unsafe { libc::dlvsym(libc::RTLD_NEXT, self.name.as_ptr(), version.as_ptr()) });
        let found = versions.into_iter().find(|address| !address.is_null());
        // SAFETY: as above.
        let found = found.unwrap_or_else(|| unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) });
        self.found.store(found, Ordering::Relaxed);
        found
    }
}

/// The C library's `pthread_cond_signal`, watched.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C-unwind" fn pthread_cond_signal(variable: *mut pthread_cond_t) -> c_int {
    match VARIABLES.place(variable as usize) {
        Some(place) => crate::signalled(place),
        None => VARIABLES.hear(own_thread, variable as usize),
    }
    // SAFETY: the C library has had this function since it had threads; the argument is the caller's.
    unsafe { transmute::<*mut c_void, Signal>(SIGNAL.address())(variable) }
}

/// The C library's `pthread_cond_wait`, watched.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C-unwind" fn pthread_cond_wait(variable: *mut pthread_cond_t, mutex: *mut pthread_mutex_t) -> c_int {
    // SAFETY: the C library has had this function since it had threads; the arguments are the caller's.
    let wait = || unsafe { transmute::<*mut c_void, Wait>(WAIT.address())(variable, mutex) };
    if VARIABLES.place(variable as usize) == Some(Place::Taken) { crate::made_way(wait) } else { wait() }
}

/// The C library's `pthread_cond_timedwait`, watched.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C-unwind" fn pthread_cond_timedwait(
    variable: *mut pthread_cond_t,
    mutex: *mut pthread_mutex_t,
    until: *const timespec,
) -> c_int {
    // SAFETY: the C library has had this function since it had threads; the arguments are the caller's.
    let wait = || unsafe { transmute::<*mut c_void, TimedWait>(TIMED_WAIT.address())(variable, mutex, until) };
    if VARIABLES.place(variable as usize) != Some(Place::LetGo) {
        return wait();
    }
    let mut result = 0;
    crate::waited(|| {
        result = wait();
        result == libc::ETIMEDOUT
    });
    result
}

/// Finds the lock's variables by two turns of it.
pub(crate) fn learn(turn: extern "C" fn()) -> Result<(), Trouble> {
    let state = interpreter_state().ok_or(Trouble::NoPython)?;
    VARIABLES.learn(own_thread(), &state, || {
        turn();
        turn();
    })
}

/// Where the interpreter's state lies.
fn interpreter_state() -> Option<Range<usize>> {
    // SAFETY: the name is a text with an end.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, STATE.as_ptr()) };
    if address.is_null() {
        return None;
    }
    let mut place = MaybeUninit::<libc::Dl_info>::uninit();
    let mut symbol: *mut c_void = ptr::null_mut();
    // SAFETY: both are written only by the call; the address need not be one of a symbol.
    let known = unsafe { libc::dladdr1(address, place.as_mut_ptr(), &mut symbol, RTLD_DL_SYMENT) };
    // SAFETY: when the call succeeded, this is null or an entry of a loaded library's table, which stays.
    let entry = unsafe { symbol.cast::<libc::Elf64_Sym>().as_ref() }.filter(|_| known != 0)?;
    let start = address as usize;
    Some(start..start.checked_add(usize::try_from(entry.st_size).ok()?)?)
}

/// Has `child` called in every child that is forked.
pub(crate) fn at_fork(child: extern "C" fn()) {
    let child: unsafe extern "C" fn() = child;
    // SAFETY: the function stays, and touches nothing but atomics and its thread's own variables.
    unsafe { libc::pthread_atfork(None, None, Some(child)) };
}

/// The function behind an address that was made from one.
pub(crate) fn tell_at(address: usize) -> Tell {
    // SAFETY: the only number but 0 that is ever stored is a function's address, of this type.
    unsafe { transmute::<usize, Tell>(address) }
}

/// A number for the calling thread that no other has.
fn own_thread() -> usize {
    // SAFETY: reads a register.
    let own = unsafe { libc::pthread_self() };
    own as usize
}

/// The calling thread's id, as the kernel has it.
pub(crate) fn tid() -> u32 {
    // SAFETY: asks a number.
    let tid = unsafe { libc::gettid() };
    tid.cast_unsigned()
}

/// CLOCK_MONOTONIC in nanoseconds.
pub(crate) fn now_ns() -> u64 {
    let mut now = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the time into a variable of ours.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
    now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned()
}
