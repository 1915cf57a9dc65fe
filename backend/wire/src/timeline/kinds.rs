//! What a segment can be, by number, name and family.

use serde::{Deserialize, Serialize};

/// What a segment is. Numbers are the wire's; never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
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
    /// A thread holds the interpreter's lock.
    GilHold = 52,
}

/// Every kind, in the order of their numbers.
pub const SEGMENT_KINDS: [SegmentKind; 28] = {
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
        GilHold,
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
    /// Holding the interpreter's lock.
    Gil,
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
            52 => Category::Gil,
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
            SegmentKind::GilHold => "holds the GIL",
        }
    }
}

impl From<SegmentKind> for u8 {
    fn from(kind: SegmentKind) -> u8 {
        kind as u8
    }
}

impl TryFrom<u8> for SegmentKind {
    type Error = UnknownKind;

    fn try_from(number: u8) -> Result<Self, UnknownKind> {
        SegmentKind::from_number(number).ok_or(UnknownKind(number))
    }
}

/// A number that stands for no kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownKind(pub u8);

impl std::fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no segment is of kind {}", self.0)
    }
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
