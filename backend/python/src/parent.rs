//! A child and its parent: which ends of pipes are whose, and how long Ctrl-C waits.
//!
//! In a forked child each page of memory that is touched is copied, and Python code touches many: so this is done here.

use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::unistd::close;
use pyo3::prelude::*;
use pyo3::types::PySet;

/// Ctrl-C does not reach this thread from now on, until it may strike.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct HeldInterrupt {
    before: SigSet,
}

#[pymethods]
impl HeldInterrupt {
    #[new]
    fn new() -> PyResult<Self> {
        let before = SigSet::from(Signal::SIGINT).thread_swap_mask(SigmaskHow::SIG_BLOCK);
        Ok(Self { before: before.map_err(std::io::Error::from)? })
    }

    /// What came meanwhile is handled here.
    fn strike(&self, py: Python<'_>) -> PyResult<()> {
        self.before.thread_set_mask().map_err(std::io::Error::from)?;
        py.check_signals()
    }
}

/// In a forked child: the ends by which its parent's children know that that lives are not the child's to hold.
#[pyfunction]
pub(crate) fn hang_up(its: i32, others: &Bound<'_, PySet>) -> PyResult<()> {
    let _ = close(its);
    for other in others {
        // One that the program has closed is none of ours.
        let _ = close(other.extract::<i32>()?);
    }
    others.clear();
    Ok(())
}
