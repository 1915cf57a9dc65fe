//! What the primitives record, and under which name.
//!
//! Nothing is recorded until the trace is attached; a silent primitive pays one relaxed load.

use forkyard_wire::timeline::SegmentKind;

/// How waits on an object are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Records nothing: the object is an inner part of another one.
    Silent,
    /// Waits are of this kind. With `LockAcquire`, taking and releasing are recorded as holding.
    Waits(SegmentKind),
}

/// What the timeline knows of an object: how its waits are called, and its id in the trace (0: nothing is recorded).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// How waits on it are recorded.
    pub role: Role,
    /// From `forkyard_trace::recorder::new_object`.
    pub object: u32,
}

/// Sets who tells the line of the program that is running now; asked only while recording. Process-wide.
pub fn set_line_source(_source: fn() -> u32) {
    unimplemented!()
}
