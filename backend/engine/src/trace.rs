//! What the primitives record, and under which name.
//!
//! Nothing is recorded until `forkyard_trace::recorder` is attached; until then a primitive pays one relaxed load.

use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use forkyard_trace::event::{BOUNDED, Kind, pack};
use forkyard_trace::recorder::{self, Moment};
use forkyard_wire::timeline::SegmentKind;

use crate::sync::Wait;
use crate::sys::layout::LabelWords;

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

// Without a lock: a fork may happen while another thread looks at it.
static LINE_SOURCE: OnceLock<fn() -> u32> = OnceLock::new();

/// Sets who tells the line of the program that is running now; asked only while recording. Process-wide, kept over forks; the first one
/// stays.
pub fn set_line_source(source: fn() -> u32) {
    LINE_SOURCE.get_or_init(|| source);
}

/// The line that is running now, 0 when unknown.
pub(crate) fn line() -> u32 {
    LINE_SOURCE.get().map_or(0, |source| source())
}

impl LabelWords {
    /// Sets the label, for all processes.
    pub(crate) fn set(&self, label: Label) {
        let role = match label.role {
            Role::Silent => 1,
            Role::Waits(kind) => kind as u32,
        };
        self.role.store(role, Relaxed);
        self.object.store(label.object, Relaxed);
    }

    /// The object to record, when something is to be recorded at all.
    #[inline]
    pub(crate) fn recorded(&self) -> Option<u32> {
        if !recorder::is_on() {
            return None;
        }
        let object = self.object.load(Relaxed);
        (object != 0 && self.role.load(Relaxed) != 1).then_some(object)
    }

    /// The object, when it is one whose holding is recorded.
    #[inline]
    pub(crate) fn held(&self) -> Option<u32> {
        self.recorded().filter(|_| self.role.load(Relaxed) == SegmentKind::LockAcquire as u32)
    }

    /// Records something about the object.
    #[inline]
    pub(crate) fn record(&self, kind: Kind, argument: u64) {
        if let Some(object) = self.recorded() {
            recorder::record(kind, object, argument);
        }
    }

    /// Records that a message came: with the wait for it, when there was one.
    #[inline]
    pub(crate) fn received(&self, at: Option<Moment>, argument: u64) {
        if let Some(object) = self.recorded() {
            recorder::record_then(at.unwrap_or_else(recorder::now_caused), Kind::Received, object, argument);
        }
    }

    /// Records how long the sender of a message took to make its bytes, up to `at_ns`.
    pub(crate) fn made(&self, number: u32, at_ns: u64, took: Duration) {
        if let Some(object) = self.recorded() {
            recorder::record_at(at_ns, Kind::Pickled, object, pack(number, nanoseconds(took)));
        }
    }

    /// Records how long the receiver of a message took to read its bytes, up to now.
    pub(crate) fn read(&self, number: u32, took: Duration) {
        self.record(Kind::Unpickled, pack(number, nanoseconds(took)));
    }

    /// Records that the calling thread took the lock.
    #[inline]
    pub(crate) fn hold_begins(&self) {
        if recorder::is_on() {
            self.record_hold();
        }
    }

    /// Apart, so that nobody who is not recorded has a part of it.
    #[inline(never)]
    fn record_hold(&self) {
        if let Some(object) = self.held() {
            recorder::record(Kind::HoldBegin, object, pack(0, line()));
        }
    }

    /// The calling thread is about to release the lock. Until it has, others may be waiting: what can be done then is.
    #[inline]
    pub(crate) fn hold_ends(&self) -> HoldEnd {
        HoldEnd(self.held().map(|object| (object, recorder::now())))
    }

    /// A wait on the object begins; its kind is the label's, or `usual` when the label names none.
    pub(crate) fn wait(&self, usual: SegmentKind, wait: Wait) -> WaitRecord {
        let Some(object) = self.recorded() else { return WaitRecord(None) };
        let kind = SegmentKind::from_number(self.role.load(Relaxed) as u8).unwrap_or(usual);
        WaitRecord::begin(kind, object, bound(wait))
    }

    /// A wait of exactly this kind begins: for objects with waits of several kinds.
    pub(crate) fn wait_as(&self, kind: SegmentKind, wait: Wait) -> WaitRecord {
        self.recorded().map_or(WaitRecord(None), |object| WaitRecord::begin(kind, object, bound(wait)))
    }
}

/// As an event has room for: up to four seconds.
fn nanoseconds(time: Duration) -> u32 {
    u32::try_from(time.as_nanos()).unwrap_or(u32::MAX)
}

/// What a wait's record says of its end.
pub(crate) fn bound(wait: Wait) -> u32 {
    if wait == Wait::Forever { 0 } else { BOUNDED }
}

/// The end of a holding, at the moment it was made.
#[must_use]
pub(crate) struct HoldEnd(Option<(u32, Moment)>);

impl HoldEnd {
    /// Records it: the lock is free.
    #[inline]
    pub(crate) fn record(self) {
        if let Some((object, moment)) = self.0 {
            recorder::record_then(moment, Kind::HoldEnd, object, 0);
        }
    }
}

/// A wait that has begun. Not ended, it counts as given up.
#[must_use]
pub(crate) struct WaitRecord(Option<(SegmentKind, u32)>);

impl WaitRecord {
    /// A wait begins; `what` is a pid for `ProcessJoin`, with what [`bound`] says.
    pub(crate) fn begin(kind: SegmentKind, object: u32, what: u32) -> Self {
        if !recorder::is_on() {
            return Self(None);
        }
        recorder::record(Kind::WaitBegin(kind), object, pack(what, line()));
        Self(Some((kind, object)))
    }

    /// It got what it waited for; when.
    pub(crate) fn got(mut self) -> Option<Moment> {
        self.end(1)
    }

    fn end(&mut self, argument: u64) -> Option<Moment> {
        let (kind, object) = self.0.take()?;
        let now = recorder::now_caused();
        recorder::record_then(now, Kind::WaitEnd(kind), object, argument);
        Some(now)
    }
}

impl Drop for WaitRecord {
    fn drop(&mut self) {
        self.end(0);
    }
}
