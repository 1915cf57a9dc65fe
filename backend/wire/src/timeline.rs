//! What the processes did, in columns.
//!
//! A run sends [`Chunk`]s. Each adds rows that are final; only [`Chunk::open`] is replaced by the next chunk. Times are
//! nanoseconds since the run's zero (CLOCK_MONOTONIC when the interpreter was started). Id 0 means "none" in every column.
//! Meaning is made once, in the merge: who reads a chunk draws it and says it, and never works out again what an event meant.

mod arrows;
mod digits;
mod findings;
mod kinds;
mod levels;
mod rows;
mod segments;
mod shapes;

use serde::{Deserialize, Serialize};

pub use self::arrows::{Arrow, ArrowColumns, Arrows};
pub use self::findings::{Blocked, Deadlock, Gap, GilWatch, LeftOut, LostUpdates};
pub use self::kinds::{Category, SEGMENT_KINDS, SegmentKind};
pub use self::levels::{Level, LevelColumns, Levels, Measure};
pub use self::rows::{Row, Rows};
pub use self::segments::{Segment, SegmentColumns, Segments};

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
    #[cfg_attr(feature = "openapi", schema(value_type = SegmentColumns))]
    pub segments: Segments,
    /// Rows that have begun and not ended, `end` being `to_ns`. Replaces the last chunk's.
    #[cfg_attr(feature = "openapi", schema(value_type = SegmentColumns))]
    pub open: Segments,
    /// Messages that arrived.
    #[cfg_attr(feature = "openapi", schema(value_type = ArrowColumns))]
    pub arrows: Arrows,
    /// How many wait for an object, or lie in it, from a moment on.
    #[cfg_attr(feature = "openapi", schema(value_type = LevelColumns))]
    pub levels: Levels,
    /// Moments.
    pub marks: Vec<Mark>,
    /// Deadlocks that closed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deadlocks: Vec<Deadlock>,
    /// Updates of shared values that were lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost_updates: Vec<LostUpdates>,
    /// Stretches of processes whose events were lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// Events lost so far over the whole run, because a ring was full.
    pub lost: u64,
    /// What is not in the timeline so far. Replaces the last chunk's.
    #[serde(skip_serializing_if = "LeftOut::is_nothing")]
    pub left_out: LeftOut,
    /// Whether the interpreter's lock is watched, in the first chunk and whenever it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gil: Option<GilWatch>,
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
    /// What the kernel charged a process for all its threads, from its birth to its end; once somebody has asked, as it was joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ns: Option<u64>,
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
