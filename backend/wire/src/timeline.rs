//! What the processes did, in columns.
//!
//! A run sends [`Chunk`]s. Each adds rows that are final; only [`Chunk::open`] is replaced by the next chunk. Times are
//! nanoseconds since the run's zero (CLOCK_MONOTONIC when the interpreter was started). Id 0 means "none" in every column.
//! Meaning is made once, in the merge: who reads a chunk draws it and says it, and never works out again what an event meant.

mod columns;

use serde::{Deserialize, Serialize};

pub use self::columns::{Arrow, Arrows, Segment, Segments};

/// What happened since the last chunk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Chunk {
    /// Everything before this is known.
    pub to_ns: u64,
    /// New lanes, and lanes that changed (the same id replaces).
    pub lanes: Vec<Lane>,
    /// New objects, and objects that changed (the same id replaces).
    pub objects: Vec<Object>,
    /// Appended to the run's table of strings; the first string of a run has id 1.
    pub strings: Vec<String>,
    /// Rows that are final.
    pub segments: Segments,
    /// Rows that have begun and not ended, `end` being `to_ns`. Replaces the last chunk's.
    pub open: Segments,
    /// Messages that arrived.
    pub arrows: Arrows,
    /// Moments.
    pub marks: Vec<Mark>,
    /// Events lost so far over the whole run, because a ring was full.
    pub lost: u64,
}

/// A row of the picture: a process (and its main thread), a further thread, or a core.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lane {
    /// From 1, in order of birth.
    pub id: u32,
    /// What it is.
    pub kind: LaneKind,
    /// `Process.name`, `Thread.name`, or `Core 0`.
    pub name: String,
    /// Process: the lane that started it. Thread: its process's lane. Core: 0.
    pub parent: u32,
    /// Process id as the program sees it; core number for a core.
    pub pid: u32,
    /// Thread id as the program sees it; equals `pid` on a process's lane.
    pub tid: u32,
    /// Birth.
    pub start_ns: u64,
    /// Death, once it happened.
    pub end_ns: Option<u64>,
    /// Exit code, once known, of a process that exited.
    pub exit_code: Option<i32>,
    /// The signal that ended it, `SIGKILL`.
    pub signal: Option<String>,
}

/// What a lane stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LaneKind {
    /// A process and its main thread.
    Process,
    /// A further thread of a process.
    Thread,
    /// A core of the machine.
    Core,
}

/// Something that processes share: a lock, a queue, a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Object {
    /// From 1.
    pub id: u32,
    /// Python's name of the type: `Lock`, `Queue`, `Connection`, `Pool`.
    pub kind: String,
    /// The variable it was assigned to, else the type and a number: `counter_lock`, `Lock 2`.
    pub name: String,
    /// The line that made it, 0 when unknown.
    pub line: u32,
}

/// What a segment is. Numbers are the wire's; never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum SegmentKind {
    /// Being copied from its parent.
    Fork = 1,
    /// The kernel loads the interpreter.
    Exec = 2,
    /// The interpreter starts.
    Boot = 3,
    /// The main module is imported.
    Import = 4,
    /// The process object is unpickled.
    Unpickle = 5,
    /// The program's own code.
    Run = 6,
    /// From the end of the program's code to the end of the process.
    Exit = 7,
    /// Dead, not yet joined.
    Zombie = 8,
    /// `Lock.acquire`, `RLock.acquire`, and a shared value's lock.
    LockAcquire = 16,
    /// `Queue.get`.
    QueueGet = 17,
    /// `Queue.put`.
    QueuePut = 18,
    /// `Connection.recv`, `poll`, `connection.wait`.
    ConnectionRecv = 19,
    /// `Connection.send`.
    ConnectionSend = 20,
    /// `Process.join`, `Pool.join`.
    ProcessJoin = 21,
    /// `Thread.join`.
    ThreadJoin = 22,
    /// `Event.wait`.
    EventWait = 23,
    /// `Condition.wait`.
    ConditionWait = 24,
    /// `Barrier.wait`.
    BarrierWait = 25,
    /// `Semaphore.acquire`.
    SemaphoreAcquire = 26,
    /// `AsyncResult.get`, `Pool.map`, `Future.result`.
    AsyncResultGet = 27,
    /// `time.sleep`.
    Sleep = 28,
    /// Waiting for the interpreter's lock.
    Gil = 29,
    /// `input()`.
    Input = 30,
    /// A lock held.
    Hold = 48,
    /// One task of a pool or an executor, in its worker.
    Task = 49,
    /// On a core; the segment's lane is the core.
    OnCore = 50,
    /// Ready, and no core free; the segment's lane is the thread.
    Runnable = 51,
}

/// Every kind, in the order of their numbers.
pub const SEGMENT_KINDS: [SegmentKind; 27] = {
    use SegmentKind::*;
    [
        Fork,
        Exec,
        Boot,
        Import,
        Unpickle,
        Run,
        Exit,
        Zombie,
        LockAcquire,
        QueueGet,
        QueuePut,
        ConnectionRecv,
        ConnectionSend,
        ProcessJoin,
        ThreadJoin,
        EventWait,
        ConditionWait,
        BarrierWait,
        SemaphoreAcquire,
        AsyncResultGet,
        Sleep,
        Gil,
        Input,
        Hold,
        Task,
        OnCore,
        Runnable,
    ]
};

/// The family of a segment; the `cat` of the exported trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// Birth, life and death.
    Lifecycle,
    /// Blocked.
    Wait,
    /// A lock held.
    Hold,
    /// A task of a pool.
    Task,
    /// On a core, or ready for one.
    Core,
}

impl SegmentKind {
    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        SEGMENT_KINDS.into_iter().find(|kind| *kind as u8 == number)
    }

    /// Its family.
    pub fn category(self) -> Category {
        match self as u8 {
            1..=8 => Category::Lifecycle,
            16..=30 => Category::Wait,
            48 => Category::Hold,
            49 => Category::Task,
            _ => Category::Core,
        }
    }

    /// Its name in the exported trace and in tables.
    pub fn name(self) -> &'static str {
        match self {
            SegmentKind::Fork => "fork",
            SegmentKind::Exec => "exec",
            SegmentKind::Boot => "boot",
            SegmentKind::Import => "import",
            SegmentKind::Unpickle => "unpickle",
            SegmentKind::Run => "run",
            SegmentKind::Exit => "exit",
            SegmentKind::Zombie => "zombie",
            SegmentKind::LockAcquire => "Lock.acquire",
            SegmentKind::QueueGet => "Queue.get",
            SegmentKind::QueuePut => "Queue.put",
            SegmentKind::ConnectionRecv => "Connection.recv",
            SegmentKind::ConnectionSend => "Connection.send",
            SegmentKind::ProcessJoin => "Process.join",
            SegmentKind::ThreadJoin => "Thread.join",
            SegmentKind::EventWait => "Event.wait",
            SegmentKind::ConditionWait => "Condition.wait",
            SegmentKind::BarrierWait => "Barrier.wait",
            SegmentKind::SemaphoreAcquire => "Semaphore.acquire",
            SegmentKind::AsyncResultGet => "AsyncResult.get",
            SegmentKind::Sleep => "sleep",
            SegmentKind::Gil => "gil",
            SegmentKind::Input => "input",
            SegmentKind::Hold => "hold",
            SegmentKind::Task => "task",
            SegmentKind::OnCore => "on core",
            SegmentKind::Runnable => "runnable",
        }
    }
}

/// A moment worth showing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mark {
    /// Whose it is.
    pub lane: u32,
    /// When.
    pub at_ns: u64,
    /// What.
    pub kind: MarkKind,
    /// What was printed, or the name of the exception or signal.
    pub text: String,
}

/// What a mark stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// Printed on standard output.
    Stdout,
    /// Printed on standard error.
    Stderr,
    /// An exception left the program's code.
    Exception,
    /// A signal ended the process.
    Signal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_survives_its_number() {
        for kind in SEGMENT_KINDS {
            assert_eq!(SegmentKind::from_number(kind as u8), Some(kind));
        }
        assert_eq!(SegmentKind::from_number(0), None);
    }
}
