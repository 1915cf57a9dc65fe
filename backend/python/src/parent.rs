//! A child and its parent: which ends of pipes are whose, how long Ctrl-C waits, and that the child ends with its parent.
//!
//! In a forked child each page of memory that is touched is copied, and Python code touches many: so this is done here.

use forkyard_engine::process;
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::unistd::close;
use pyo3::exceptions::PyOSError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySet, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::around::bound;

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

/// `BaseProcess._bootstrap` of processes that end with their parent, whose pipe's end they know as `parent_sentinel`. Binds like a
/// function.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Bootstrap {
    original: Py<PyAny>,
}

#[pymethods]
impl Bootstrap {
    #[new]
    fn new(original: Py<PyAny>) -> Self {
        Self { original }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.original)
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__(&self, py: Python<'_>, args: &Bound<'_, PyTuple>, kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<Py<PyAny>> {
        let named = kwargs.map(|named| named.get_item(intern!(py, "parent_sentinel"))).transpose()?.flatten();
        if let Some(sentinel) = named.or_else(|| args.get_item(1).ok()).filter(|sentinel| !sentinel.is_none()) {
            process::end_with_pipe(sentinel.extract()?).map_err(|error| PyOSError::new_err(error.to_string()))?;
        }
        self.original.call(py, args, kwargs)
    }

    fn __get__(slf: Bound<'_, Self>, object: Option<Bound<'_, PyAny>>, _class: Option<Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
        bound(slf.into_any(), object)
    }
}
