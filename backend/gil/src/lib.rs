//! Watches the interpreter's lock (the GIL) from outside: who waits for it, who takes it, who lets it go and whether it was asked to.
//!
//! CPython keeps the lock as a flag under a mutex with two condition variables: one is signalled when the lock is let go and waited
//! for by who wants it, the other is signalled when it was taken, and waited for by who was asked to let it go: until somebody has it. This library is loaded before the interpreter (`LD_PRELOAD`), answers
//! for the three functions of the C library that do so, and notes the calls that are about these two variables. It needs no help from
//! the interpreter and no right that a user has not.
//!
//! It knows nothing of recordings: [`forkyard_gil_watch`] is handed a function to tell. Until then, and in programs that are no Python,
//! it only passes calls on. What it does in a call neither allocates nor locks.
//!
//! `hooks` has the functions, `variables` finds the two variables, `turns` understands what is done to them.

mod hooks;
mod turns;
mod variables;

use std::cell::Cell;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::turns::{Told, Turns};
use crate::variables::Place;

/// What is told: one of [`Told`]'s numbers, its argument, and when (CLOCK_MONOTONIC, nanoseconds), by the thread it happened to.
pub type Tell = extern "C" fn(what: u32, argument: u64, t_ns: u64);

/// Who is told, as a number; 0 for nobody.
static TELL: AtomicUsize = AtomicUsize::new(0);
static TURNS: Turns = Turns::new();

thread_local! {
    /// This thread's id, 0 while not asked for.
    static TID: Cell<u32> = const { Cell::new(0) };
    /// Whether this thread waits for the lock.
    static WAITS: Cell<bool> = const { Cell::new(false) };
}

/// Begins to watch and to `tell`. `turn` lets the lock go and takes it again, twice: so the variables are found. To be called by the
/// thread that has the lock, and again in a forked child, where nothing is told until then. Answers 0, or why it cannot be watched:
/// 1 no Python is seen here, 2 the turns were not seen, 3 what was seen is not the interpreter's.
#[unsafe(no_mangle)]
pub extern "C" fn forkyard_gil_watch(turn: extern "C" fn(), tell: Tell) -> i32 {
    static AT_FORK: Once = Once::new();
    static OF: AtomicU32 = AtomicU32::new(0);
    // A copy of a process that `fork` has not made runs no handlers of forks.
    let own = std::process::id();
    if OF.swap(own, Ordering::Relaxed) != own {
        forked();
    }
    if TELL.load(Ordering::Relaxed) != 0 {
        return 0;
    }
    if let Err(trouble) = hooks::learn(turn) {
        return trouble as i32;
    }
    AT_FORK.call_once(|| hooks::at_fork(forked));
    TURNS.begin(own_tid());
    // SYNC: tell. Pairs with the Acquire load in `told`.
    TELL.store(tell as usize, Ordering::Release);
    0
}

/// In a forked child: its parent's recording is not its own.
extern "C" fn forked() {
    TELL.store(0, Ordering::Relaxed);
    TID.set(0);
    WAITS.set(false);
}

/// The lock's variable is about to be waited for; `wait` does so, and tells whether the time ran out.
fn waited(wait: impl FnOnce() -> bool) {
    let Some(tell) = told() else {
        wait();
        return;
    };
    if !WAITS.replace(true) {
        TURNS.wants(own_tid(), hooks::now_ns(), &mut |what, t| say(tell, what, t));
    }
    let turn = TURNS.number();
    if wait() {
        TURNS.ran_out(turn);
    }
}

/// Its holder was asked to let it go, has, and waits until another has taken it, which may want for a core; `wait` does so.
fn made_way<T>(wait: impl FnOnce() -> T) -> T {
    let Some(tell) = told() else { return wait() };
    say(tell, Told::WaitBegan, hooks::now_ns());
    let waited = wait();
    say(tell, Told::WaitEnded, hooks::now_ns());
    waited
}

/// One of the lock's variables is about to be signalled.
fn signalled(place: Place) {
    let Some(tell) = told() else { return };
    let me = own_tid();
    // A clock is not read for nothing.
    let t = if TURNS.is_timed(me) { hooks::now_ns() } else { 0 };
    match place {
        Place::LetGo => TURNS.let_go(t, &mut |what, t| say(tell, what, t)),
        Place::Taken => TURNS.took((me, WAITS.replace(false)), t, &mut |what, t| say(tell, what, t)),
    }
}

fn say(tell: Tell, what: Told, t_ns: u64) {
    let (number, argument) = what.pack();
    tell(number, argument, t_ns);
}

fn told() -> Option<Tell> {
    // SYNC: tell. Pairs with the Release store in `forkyard_gil_watch`.
    match TELL.load(Ordering::Acquire) {
        0 => None,
        address => Some(hooks::tell_at(address)),
    }
}

fn own_tid() -> u32 {
    if TID.get() == 0 {
        TID.set(hooks::tid());
    }
    TID.get()
}
