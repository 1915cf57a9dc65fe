//! What the merge found beyond rows: deadlocks, lost updates; and what it did not see: gaps, what was left out, the GIL.

use serde::{Deserialize, Serialize};

use super::SegmentKind;

/// Threads that wait for each other, or for what nobody is left to do. Told once, as soon as it is certain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deadlock {
    /// When it closed: the last of its waits began.
    pub at_ns: u64,
    /// What is to be said of it: who waits where for what, and who would have to let go.
    pub text: String,
    /// Its waits. In a circle each `waits_for` is the lane of the next, and the last one's is the first.
    pub waits: Vec<Blocked>,
}

/// One wait of a deadlock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Blocked {
    /// Who waits.
    pub lane: u32,
    /// What kind of wait it is.
    #[cfg_attr(feature = "openapi", schema(value_type = u8))]
    pub kind: SegmentKind,
    /// The object waited for, 0 for none.
    pub object: u32,
    /// The line that waits, 0 when unknown.
    pub line: u32,
    /// Since when.
    pub since_ns: u64,
    /// The lane that would have to act; 0 when it is nobody in particular.
    pub waits_for: u32,
}

/// Updates of a shared value that are lost: somebody read it, another wrote it, and the first wrote what came of the old value.
/// Counted anew in each chunk, for each pair of lines and lanes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LostUpdates {
    /// The value or array.
    pub object: u32,
    /// The element that the first of them was of, from 0; 0 for a value.
    pub element: u32,
    /// How many.
    pub count: u32,
    /// The moment of the first.
    pub at_ns: u64,
    /// Who wrote what came of an old value.
    pub lane: u32,
    /// The line that read and wrote.
    pub line: u32,
    /// Whose update was lost, or undone.
    pub other_lane: u32,
    /// The line that wrote it.
    pub other_line: u32,
}

/// Events of a process that were overwritten before they were read: what it did in between is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gap {
    /// The process's lane. Its threads' share is among it.
    pub lane: u32,
    /// The last that is known before.
    pub from_ns: u64,
    /// The first that is known after.
    pub to_ns: u64,
    /// How many events.
    pub events: u64,
}

/// What is not in the timeline at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct LeftOut {
    /// Processes that were not recorded, because as many as can be were alive.
    pub processes: u32,
    /// Processes and threads without a row, because as many as can be have one.
    pub lanes: u32,
    /// Segments and arrows of less than a millisecond, because millions had been told before.
    pub short: u64,
}

impl LeftOut {
    /// Whether everything is in the timeline.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether the interpreter's lock is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GilWatch {
    /// Whether waits for it and its hand-overs are recorded.
    pub watched: bool,
    /// Why not, and what would change it.
    pub reason: Option<String>,
}
