//! Whose turn it is: at most one thread's of the process.
//!
//! A context manager, as `with` lets no handler of a signal come between taking a turn and the promise to give it up. Nobody waits
//! here: who does not get the turn is told so.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

thread_local! {
    /// Its address is the thread's number.
    static HERE: u8 = const { 1 };
}

/// `with turn as taken:`. Not reentrant: see `is_mine`.
#[pyclass(frozen, module = "_forkyard._engine")]
#[derive(Default)]
pub(crate) struct Turn {
    /// The number of the thread whose turn it is, 0 if it is nobody's.
    owner: AtomicUsize,
}

#[pymethods]
impl Turn {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Takes the turn if it is nobody's; whether it did.
    fn __enter__(&self) -> bool {
        self.owner.compare_exchange(0, this_thread(), SeqCst, SeqCst).is_ok()
    }

    /// Gives up the turn if it is this thread's.
    #[pyo3(signature = (*_error))]
    fn __exit__(&self, _error: &Bound<'_, PyTuple>) {
        let _ = self.owner.compare_exchange(this_thread(), 0, SeqCst, SeqCst);
    }

    fn is_mine(&self) -> bool {
        self.owner.load(SeqCst) == this_thread()
    }

    fn is_taken(&self) -> bool {
        self.owner.load(SeqCst) != 0
    }
}

fn this_thread() -> usize {
    HERE.with(|here| std::ptr::from_ref(here).addr())
}
