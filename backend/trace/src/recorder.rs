//! The writing side, one for each process: what the engine and the Python package call when something happens.
//!
//! Off until [`attach`]; then a call of [`record`] costs one reading of the clock and four stores. While off it costs one load. All
//! functions may be called by any thread. It never fails towards its caller: what cannot be recorded is not.
//!
//! After a fork the child must call [`after_fork_in_child`] before anything else here: until then it would write into its
//! parent's ring. Nothing here that another thread may have held at the fork is used again by the child; the little memory
//! of the parent's writer stays allocated in the child.

use std::cell::Cell;
use std::collections::HashMap;
use std::os::fd::{BorrowedFd, RawFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use nix::sys::socket::{MsgFlags, send};
use nix::unistd::{getpid, gettid};
use thiserror::Error;

use crate::clock;
use crate::event::{Event, Kind};
use crate::memory::{Arena, MemoryError};
use crate::names::Name;
use crate::ring::Ring;

/// The writer in use, null while nothing is recorded. A writer, once made, is never freed: a thread may be in it at any time.
static WRITER: AtomicPtr<Writer> = AtomicPtr::new(ptr::null_mut());
/// The socket that tells the runner of a birth, -1 for none.
static HELLO: AtomicI32 = AtomicI32::new(-1);

thread_local! {
    /// This thread's id, 0 while not asked for.
    static TID: Cell<u32> = const { Cell::new(0) };
}

/// What this process writes to.
struct Writer {
    arena: &'static Arena,
    slot: usize,
    ring: Ring<'static>,
    clock: &'static clock::Shared,
    /// The strings that have an id already. Guards the names area as well.
    strings: Mutex<HashMap<String, u32>>,
    next_string: AtomicU32,
}

/// Maps the trace memory behind `fd` and takes a slot in it. From now on events are recorded; the descriptor is not needed
/// any more, here or in forked children.
pub fn attach(fd: RawFd) -> Result<(), AttachError> {
    if is_on() {
        return Err(AttachError::Already);
    }
    if fd < 0 {
        return Err(AttachError::Memory(MemoryError::NotATrace));
    }
    // SAFETY: borrowed for this call only; a number that is no open descriptor makes the first system call fail.
    let arena = Arena::open(unsafe { BorrowedFd::borrow_raw(fd) }).map_err(AttachError::Memory)?;
    take_slot(Box::leak(Box::new(arena))).ok_or(AttachError::Full)
}

/// From now on a birth is told to the runner over this socket: eight bytes, the slot and the own pid. If the process is
/// attached already, its own birth is told at once.
pub fn attach_hello(fd: RawFd) {
    HELLO.store(fd, Ordering::Relaxed);
    if let Some(writer) = writer() {
        say_hello(writer.slot);
    }
}

/// Whether anything is recorded.
#[inline]
pub fn is_on() -> bool {
    !WRITER.load(Ordering::Relaxed).is_null()
}

/// Records that something happened now.
#[inline]
pub fn record(kind: Kind, object: u32, argument: u64) {
    if let Some(writer) = writer() {
        writer.write(writer.now(), kind, object, argument);
    }
}

/// Records that something happened now that others have caused: it is not told as earlier than what these recorded before they
/// did it, as [`record`] may.
#[inline]
pub fn record_caused(kind: Kind, object: u32, argument: u64) {
    if let Some(writer) = writer() {
        writer.write(writer.now_in_order(), kind, object, argument);
    }
}

/// Records that something happened at `moment`, by this thread.
#[inline]
pub fn record_then(moment: Moment, kind: Kind, object: u32, argument: u64) {
    if let Some(writer) = writer() {
        writer.write(moment, kind, object, argument);
    }
}

/// Records that something happened at `t_ns` (CLOCK_MONOTONIC), by this thread on this core.
pub fn record_at(t_ns: u64, kind: Kind, object: u32, argument: u64) {
    if let Some(writer) = writer() {
        writer.write(Moment { t_ns, ..writer.now() }, kind, object, argument);
    }
}

/// The time that events carry: CLOCK_MONOTONIC in nanoseconds.
pub fn now_ns() -> u64 {
    now().t_ns
}

/// Now, for what others have caused: see [`record_caused`].
#[inline]
pub fn now_caused() -> Moment {
    writer().map_or_else(now, Writer::now_in_order)
}

/// Now, on this core.
#[inline]
pub fn now() -> Moment {
    writer().map_or_else(|| Moment { t_ns: clock::kernel_ns(), core: u16::MAX }, Writer::now)
}

/// This thread's id, as events carry it.
pub fn own_tid() -> u32 {
    TID.with(|tid| {
        if tid.get() == 0 {
            tid.set(gettid().as_raw() as u32);
        }
        tid.get()
    })
}

/// An id for a new lock, queue … , unique over the whole run; 0 while off. `kind` is Python's name of the type, `name` the
/// variable it is assigned to (empty when unknown), `line` the line that makes it (0 when unknown).
pub fn new_object(kind: &str, name: &str, line: u32) -> u32 {
    let Some(writer) = writer() else { return 0 };
    let id = writer.arena.new_object();
    writer.append(&Name::Object { id, kind: kind.to_owned(), name: name.to_owned(), line });
    id
}

/// The id of a text in this process's events; 0 while off or when no more texts fit.
pub fn string(text: &str) -> u32 {
    let Some(writer) = writer() else { return 0 };
    let mut strings = writer.strings.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(&id) = strings.get(text) {
        return id;
    }
    let id = writer.next_string.load(Ordering::Relaxed);
    let record = Name::String { id, text: text.to_owned() }.encode();
    if writer.arena.append_name(writer.slot, &record).is_err() {
        return 0;
    }
    writer.next_string.store(id.wrapping_add(1), Ordering::Relaxed);
    strings.insert(text.to_owned(), id);
    id
}

/// Says what this process is called.
pub fn name_process(name: &str) {
    if let Some(writer) = writer() {
        writer.append(&Name::Process { name: name.to_owned() });
    }
}

/// Says what a thread of this process is called.
pub fn name_thread(tid: u32, name: &str) {
    if let Some(writer) = writer() {
        writer.append(&Name::Thread { tid, name: name.to_owned() });
    }
}

/// Gives a forked child a slot of its own and tells the runner of its birth. When no slot is free nothing is recorded.
pub fn after_fork_in_child() {
    TID.with(|tid| tid.set(0));
    let old = WRITER.swap(ptr::null_mut(), Ordering::AcqRel);
    // SAFETY: writers are leaked boxes, so a pointer that was ever stored stays valid; the fork copied the memory it points to.
    let Some(old) = (unsafe { old.as_ref() }) else { return };
    take_slot(old.arena);
}

/// Ends the recording of this process.
pub fn detach() {
    WRITER.store(ptr::null_mut(), Ordering::Release);
}

/// When something happened, and on which core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// CLOCK_MONOTONIC, nanoseconds.
    pub t_ns: u64,
    core: u16,
}

impl Writer {
    #[inline]
    fn now(&self) -> Moment {
        let (t_ns, core) = self.clock.now();
        Moment { t_ns, core }
    }

    #[inline]
    fn now_in_order(&self) -> Moment {
        let (t_ns, core) = self.clock.now_in_order();
        Moment { t_ns, core }
    }

    #[inline]
    fn write(&self, moment: Moment, kind: Kind, object: u32, argument: u64) {
        let Moment { t_ns, core } = moment;
        self.ring.push(&Event { t_ns, tid: own_tid(), kind: kind.pack(), core, object, sequence: 0, argument });
    }

    fn append(&self, name: &Name) {
        let _guard = self.strings.lock().unwrap_or_else(PoisonError::into_inner);
        // A full area leaves the thing without a name; the merge gives it one of its own.
        let _ = self.arena.append_name(self.slot, &name.encode());
    }
}

fn writer() -> Option<&'static Writer> {
    // SYNC: writer. Pairs with the Release store in `take_slot`.
    let writer = WRITER.load(Ordering::Acquire);
    // SAFETY: writers are leaked boxes, never freed and never changed but through their atomics and mutex.
    unsafe { writer.as_ref() }
}

/// Takes a slot, makes a writer for it, puts it in use, and says hello. `None` when no slot is free.
fn take_slot(arena: &'static Arena) -> Option<()> {
    let slot = arena.take_slot(getpid().as_raw() as u32)?;
    let writer = Writer {
        arena,
        slot,
        ring: arena.ring(slot),
        clock: arena.clock(),
        strings: Mutex::default(),
        next_string: AtomicU32::new(1),
    };
    // SYNC: writer. Pairs with the Acquire load in `writer`.
    WRITER.store(Box::into_raw(Box::new(writer)), Ordering::Release);
    say_hello(slot);
    Some(())
}

fn say_hello(slot: usize) {
    let fd = HELLO.load(Ordering::Relaxed);
    if fd < 0 {
        return;
    }
    let mut message = [0; 8];
    message[..4].copy_from_slice(&(slot as u32).to_le_bytes());
    message[4..].copy_from_slice(&(getpid().as_raw() as u32).to_le_bytes());
    // The runner also looks through the slots: a message that cannot be sent makes a birth known later, no more.
    let _ = send(fd, &message, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL);
}

/// Why nothing can be recorded.
#[derive(Debug, Error)]
pub enum AttachError {
    /// This process is attached.
    #[error("this process is recorded already")]
    Already,
    /// The memory cannot be had.
    #[error(transparent)]
    Memory(MemoryError),
    /// Every slot is taken.
    #[error("more processes are alive than can be recorded")]
    Full,
}
