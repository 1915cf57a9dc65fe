//! The event: 32 bytes, the same for everything that is ever recorded.
//!
//! An event says when, by whom (thread), on which core, what, on which object, and carries one number whose meaning its
//! [`Kind`] gives. Waits come as begin/end pairs of one thread; the reason of a wait is its kind.

use forkyard_wire::timeline::SegmentKind;

/// One event, as it lies in a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Event {
    /// CLOCK_MONOTONIC, nanoseconds.
    pub t_ns: u64,
    /// Thread id in the program's own pid namespace.
    pub tid: u32,
    /// A [`Kind`], packed.
    pub kind: u16,
    /// The core it happened on.
    pub core: u16,
    /// The object concerned, 0 for none.
    pub object: u32,
    /// Published last: the low 32 bits of (the event's position in its ring + 1), so that a reader knows it is whole.
    pub sequence: u32,
    /// See [`Kind`].
    pub argument: u64,
}

const _: () = assert!(size_of::<Event>() == 32);

/// What happened, and what `argument` means then. `line` is a line of the main program, 0 when unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A phase of this process's life begins and the one before ends. `argument`: 0. Lifecycle kinds alone.
    Phase(SegmentKind),
    /// A thread begins to wait. `argument`: [`pack`]`(what, line)`; `what` is the pid for `ProcessJoin`, the tid for `ThreadJoin`, and
    /// holds [`BOUNDED`] when the wait has a time-out.
    WaitBegin(SegmentKind),
    /// It goes on. `argument`: 1 when it got what it waited for, 0 when it gave up (time-out, interrupt, end of file).
    WaitEnd(SegmentKind),
    /// A lock was taken. `argument`: `pack(0, line)`.
    HoldBegin,
    /// It was released. `argument`: 0.
    HoldEnd,
    /// Something was done that may end others' waits: `Event.set`, `Condition.notify`, `Semaphore.release`, the last party of a barrier.
    Wake,
    /// A message was put or sent. `argument`: `pack(number, bytes)`; the number counts messages of this object from 1.
    Sent,
    /// The message with this number was got or received. `argument`: `pack(number, bytes)`.
    Received,
    /// A task begins in its worker. `object`: the pool. `argument`: `pack(index, function)`; the function is a string id of the
    /// ring: its name and, if it is the main program's, a NUL and the line where it is defined, in decimal.
    TaskBegin,
    /// It ends. `argument`: 1 when it returned, 0 when it raised.
    TaskEnd,
    /// The parent begins to start a process. `argument`: `pack(method, line)`; the method is 0 fork, 1 spawn, 2 forkserver.
    StartBegin,
    /// It has started it. `argument`: `pack(pid, 4 if it was copied from a zygote, else 0)`.
    StartEnd,
    /// The first event of a process. `argument`: `pack(pid of the parent, method)`, method 3 for the main process, 4 for a
    /// copy of a zygote.
    Born,
    /// A process was joined: its parent knows how it ended. `argument`: `pack(pid, raw exit code as Python has it, as u32)`;
    /// `object`: what the kernel charged it, in microseconds, 0 when that is not known.
    Reaped,
    /// A thread begins. `argument`: `pack(tid of its starter, line)`.
    ThreadBorn,
    /// A thread ends.
    ThreadDied,
    /// Something was printed. `argument`: `pack(stream (1 or 2), string id)`. From the terminal only: a server's run sees it itself.
    Printed,
    /// An exception leaves the program's code. `argument`: `pack(0, string id)`.
    Raised,
    /// A thread took the interpreter's lock (the GIL). `argument`: its tid, which is another's when a thread that begins to wait tells
    /// who has it. Nothing is recorded of the lock before a second thread wants it. A thread gets no lane by this or the next two, nor
    /// by waiting for the lock: the machinery's own threads take it too.
    GilTaken,
    /// It was let go. `argument`: `pack(tid, why)`; why is 1 when its holder was asked to, because another thread had waited for a switch
    /// interval, and 0 of its own accord. May be told late, by another thread; moments without a holder may be left out.
    GilDropped,
    /// Whether this process's interpreter lock is watched. `argument`: `pack(1 or 0, string id of the reason)`.
    GilWatch,
    /// A pool was given tasks. `object`: the pool. `argument`: `pack(0, how many)`.
    TasksPut,
    /// The sender has pickled a message, and then sent it. `argument`: `pack(number, nanoseconds)`; the number is that of its [`Kind::Sent`].
    /// Told of large messages alone, and written after the sending, with the time before it.
    Pickled,
    /// The receiver's time for unpickling the message that it received last. `argument`: `pack(number, nanoseconds)`.
    Unpickled,
    /// A shared value or an element of an array has just been read. `object`: its lock. `argument`: `pack(element, line)`.
    CellRead,
    /// It is about to be written. `argument`: as for the reading.
    CellWrite,
}

/// In the upper half of a wait's argument: the waiter gives up by itself some day.
pub const BOUNDED: u32 = 1 << 31;

/// Two 32-bit numbers in an argument, the first in the upper half.
pub const fn pack(high: u32, low: u32) -> u64 {
    (high as u64) << 32 | low as u64
}

/// The two numbers of an argument.
pub const fn unpack(argument: u64) -> (u32, u32) {
    ((argument >> 32) as u32, argument as u32)
}

const PHASE: u16 = 0x0100;
const WAIT_BEGIN: u16 = 0x0200;
const WAIT_END: u16 = 0x0300;

/// Kinds without a segment kind of their own, in the order of their numbers, from 1.
const PLAIN: [Kind; 23] = [
    Kind::HoldBegin,
    Kind::HoldEnd,
    Kind::Wake,
    Kind::Sent,
    Kind::Received,
    Kind::TaskBegin,
    Kind::TaskEnd,
    Kind::StartBegin,
    Kind::StartEnd,
    Kind::Born,
    Kind::Reaped,
    Kind::ThreadBorn,
    Kind::ThreadDied,
    Kind::Printed,
    Kind::Raised,
    Kind::GilTaken,
    Kind::GilDropped,
    Kind::GilWatch,
    Kind::TasksPut,
    Kind::Pickled,
    Kind::Unpickled,
    Kind::CellRead,
    Kind::CellWrite,
];

impl Kind {
    /// The number that stands in an event.
    pub const fn pack(self) -> u16 {
        match self {
            Kind::Phase(kind) => PHASE | kind as u16,
            Kind::WaitBegin(kind) => WAIT_BEGIN | kind as u16,
            Kind::WaitEnd(kind) => WAIT_END | kind as u16,
            Kind::HoldBegin => 1,
            Kind::HoldEnd => 2,
            Kind::Wake => 3,
            Kind::Sent => 4,
            Kind::Received => 5,
            Kind::TaskBegin => 6,
            Kind::TaskEnd => 7,
            Kind::StartBegin => 8,
            Kind::StartEnd => 9,
            Kind::Born => 10,
            Kind::Reaped => 11,
            Kind::ThreadBorn => 12,
            Kind::ThreadDied => 13,
            Kind::Printed => 14,
            Kind::Raised => 15,
            Kind::GilTaken => 16,
            Kind::GilDropped => 17,
            Kind::GilWatch => 18,
            Kind::TasksPut => 19,
            Kind::Pickled => 20,
            Kind::Unpickled => 21,
            Kind::CellRead => 22,
            Kind::CellWrite => 23,
        }
    }

    /// The kind of an event; `None` for a number that no version of this program wrote.
    pub fn unpack(number: u16) -> Option<Self> {
        let segment = SegmentKind::from_number(number as u8);
        match number & 0xff00 {
            0 => PLAIN.get(usize::from(number).checked_sub(1)?).copied(),
            PHASE => segment.map(Kind::Phase),
            WAIT_BEGIN => segment.map(Kind::WaitBegin),
            WAIT_END => segment.map(Kind::WaitEnd),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forkyard_wire::timeline::SEGMENT_KINDS;

    #[test]
    fn every_kind_survives_its_number() {
        let of_segments = SEGMENT_KINDS.iter().flat_map(|&kind| [Kind::Phase(kind), Kind::WaitBegin(kind), Kind::WaitEnd(kind)]);
        for kind in of_segments.chain(PLAIN) {
            assert_eq!(Kind::unpack(kind.pack()), Some(kind));
        }
        assert_eq!(Kind::unpack(0), None);
        assert_eq!(Kind::unpack(0xffff), None);
    }
}
