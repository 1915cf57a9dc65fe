//! In the place of the engine's `trace`: nothing is recorded.

use forkyard_trace::event::Kind;
use forkyard_wire::timeline::SegmentKind;

use crate::sync::wait::Wait;
use crate::sys::layout::LabelWords;

/// How the timeline calls an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Label;

/// The end of a holding that nobody records.
pub(crate) struct HoldEnd;

impl HoldEnd {
    pub(crate) fn record(self) {}
}

/// A wait that nobody records.
pub(crate) struct WaitRecord;

impl LabelWords {
    pub(crate) fn set(&self, _label: Label) {}

    pub(crate) fn held(&self) -> Option<u32> {
        None
    }

    pub(crate) fn record(&self, _kind: Kind, _argument: u64) {}

    pub(crate) fn hold_begins(&self) {}

    pub(crate) fn hold_ends(&self) -> HoldEnd {
        HoldEnd
    }

    pub(crate) fn wait(&self, _usual: SegmentKind, _wait: Wait) -> WaitRecord {
        WaitRecord
    }
}

impl WaitRecord {
    pub(crate) fn got(self) {}
}
