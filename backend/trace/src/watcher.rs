//! What the library that watches the interpreter's lock tells, recorded.
//!
//! The library (`backend/gil`) is loaded before the interpreter, or not at all; it is found by the name of its one function. It and the
//! recorder know nothing else of each other.

use std::ffi::c_void;

use forkyard_wire::timeline::SegmentKind;
use thiserror::Error;

use crate::event::Kind;
use crate::recorder;

/// The library's function: begins to watch; answers 0, or why it cannot.
type Watch = unsafe extern "C" fn(turn: extern "C" fn(), tell: extern "C" fn(u32, u64, u64)) -> i32;

/// From now on this process's waits for the interpreter's lock, and who has it, are recorded. To be called with the lock; `turn` lets
/// it go and takes it again. After a fork the child must call it anew, once it has a slot of its own.
pub fn watch_gil(turn: extern "C" fn()) -> Result<(), WatcherError> {
    // SAFETY: the name is a text with an end.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"forkyard_gil_watch".as_ptr()) };
    if address.is_null() {
        return Err(WatcherError::NotLoaded);
    }
    // SAFETY: the only function of this name is the library's, which has this type; both are of one build.
    let watch = unsafe { std::mem::transmute::<*mut c_void, Watch>(address) };
    // SAFETY: both functions stay; neither does anything that depends on the calling thread's state but taking the lock.
    match unsafe { watch(turn, told) } {
        0 => Ok(()),
        1 => Err(WatcherError::NoState),
        2 => Err(WatcherError::NotSeen),
        _ => Err(WatcherError::Elsewhere),
    }
}

extern "C" fn told(what: u32, argument: u64, t_ns: u64) {
    let kind = match what {
        1 => Kind::WaitBegin(SegmentKind::Gil),
        2 => Kind::WaitEnd(SegmentKind::Gil),
        3 => Kind::GilTaken,
        4 => Kind::GilDropped,
        _ => return,
    };
    recorder::record_at(t_ns, kind, 0, argument);
}

/// Why the interpreter's lock is not watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WatcherError {
    /// This process was started without the library.
    #[error("this interpreter was started without the library that watches it, which `LD_PRELOAD` names in a recorded run")]
    NotLoaded,
    /// There is no `_PyRuntime`.
    #[error("this interpreter does not show where its state lies; `forkyard doctor` tells which interpreters do")]
    NoState,
    /// The test failed.
    #[error(
        "this interpreter lets its lock go in a way that is not known, or has none; `forkyard doctor` tells whose locks can be watched"
    )]
    NotSeen,
    /// The test found something else.
    #[error("this interpreter keeps its lock outside its state; `forkyard doctor` tells whose locks can be watched")]
    Elsewhere,
}
