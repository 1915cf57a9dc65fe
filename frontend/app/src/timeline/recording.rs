//! A run's trace as the page holds it: shared, and told apart by revision so that components repaint exactly when it grew.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use forkyard_timeline::Trace;
use forkyard_wire::timeline::Chunk;

/// A handle to a trace that grows. Cheap to clone; equal to another if it is the same trace at the same revision.
#[derive(Clone, Default)]
pub struct Recording {
    trace: Rc<RefCell<Trace>>,
    revision: u64,
}

impl Recording {
    /// A run of which nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// A run that is known already.
    pub fn of<'a>(chunks: impl IntoIterator<Item = &'a Chunk>) -> Self {
        chunks.into_iter().fold(Self::new(), |recording, chunk| recording.apply(chunk))
    }

    /// Adds a chunk to the trace and gives the handle of the next revision: `state.trace = state.trace.apply(&chunk)`.
    #[must_use]
    pub fn apply(&self, chunk: &Chunk) -> Self {
        self.trace.borrow_mut().apply(chunk);
        Self { trace: self.trace.clone(), revision: self.revision + 1 }
    }

    /// The trace, to read.
    pub fn trace(&self) -> Ref<'_, Trace> {
        self.trace.borrow()
    }

    /// Tells runs apart: the same for every revision of one run.
    pub fn identity(&self) -> usize {
        Rc::as_ptr(&self.trace) as usize
    }

    /// Whether it is the same run, at whatever revision.
    pub fn is_same_run(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.trace, &other.trace)
    }
}

impl PartialEq for Recording {
    fn eq(&self, other: &Self) -> bool {
        self.is_same_run(other) && self.revision == other.revision
    }
}
