//! What `BaseProcess._bootstrap` finds as `util` and `threading` in a forked process whose beginning was prepared. At its end it calls
//! functions that have nothing to do in most processes, and each that runs touches pages, which are copied.

use pyo3::exceptions::{PyAttributeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::{modules, word};

/// Stands in place of both modules.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Ending {
    process: Py<PyDict>,
    util: Py<PyDict>,
    threading: Py<PyDict>,
    sys: Py<PyDict>,
    exit_function: Py<PyAny>,
    flush: Py<PyAny>,
    shutdown: Py<PyAny>,
}

#[pymethods]
impl Ending {
    /// The names of the modules `multiprocessing.process`, `multiprocessing.util`, `threading` and `sys`.
    #[new]
    fn new(process: Py<PyDict>, util: Py<PyDict>, threading: Py<PyDict>, sys: Py<PyDict>, py: Python<'_>) -> PyResult<Self> {
        let exit_function = modules::named(util.bind(py), word::exit_function(py))?.unbind();
        let flush = modules::named(util.bind(py), word::flush_std_streams(py))?.unbind();
        let shutdown = modules::named(threading.bind(py), word::shutdown(py))?.unbind();
        Ok(Self { process, util, threading, sys, exit_function, flush, shutdown })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        [&self.process, &self.util, &self.threading, &self.sys].into_iter().try_for_each(|names| visit.call(names))?;
        [&self.exit_function, &self.flush, &self.shutdown].into_iter().try_for_each(|function| visit.call(function))
    }

    #[pyo3(signature = (*args))]
    fn info(&self, py: Python<'_>, args: &Bound<'_, PyTuple>) -> PyResult<()> {
        if self.is_silent(py) {
            return Ok(());
        }
        modules::named(self.util.bind(py), word::info(py))?.call1(args.clone()).map(drop)
    }

    fn _exit_function(&self, py: Python<'_>) -> PyResult<()> {
        let util = self.util.bind(py);
        let is_own = modules::is(util, word::exit_function(py), self.exit_function.bind(py));
        if is_own && self.is_silent(py) && self.has_nothing_to_end(py)? {
            return util.set_item(word::exiting(py), true);
        }
        modules::called(util, word::exit_function(py)).map(drop)
    }

    fn _shutdown(&self, py: Python<'_>) -> PyResult<()> {
        let threading = self.threading.bind(py);
        if modules::is(threading, word::shutdown(py), self.shutdown.bind(py)) && self.has_one_thread(py)? {
            threading.set_item(word::shutting_down(py), true)?;
            // Where there is this, it waits for those that have said goodbye and are not gone.
            return threading.get_item(word::thread_shutdown(py))?.map_or(Ok(()), |wait| wait.call0().map(drop));
        }
        modules::called(threading, word::shutdown(py)).map(drop)
    }

    fn _flush_std_streams(&self, py: Python<'_>) -> PyResult<()> {
        let (util, sys) = (self.util.bind(py), self.sys.bind(py));
        if !modules::is(util, word::flush_std_streams(py), self.flush.bind(py)) {
            return modules::called(util, word::flush_std_streams(py)).map(drop);
        }
        for name in [word::stdout(py), word::stderr(py)] {
            let Some(stream) = sys.get_item(name)? else { continue };
            if let Err(error) = stream.call_method0(word::flush(py))
                && !error.is_instance_of::<PyAttributeError>(py)
                && !error.is_instance_of::<PyValueError>(py)
            {
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Ending {
    /// Whether nothing is logged.
    fn is_silent(&self, py: Python<'_>) -> bool {
        modules::is(self.util.bind(py), word::logger(py), py.None().bind(py))
    }

    /// Whether there are no finalizers and no children, and nobody else has begun to end them.
    fn has_nothing_to_end(&self, py: Python<'_>) -> PyResult<bool> {
        let util = self.util.bind(py);
        Ok(modules::is(util, word::exiting(py), &PyBool::new(py, false))
            && modules::named(util, word::finalizer_registry(py))?.is_empty()?
            && modules::named(self.process.bind(py), word::children(py))?.is_empty()?)
    }

    /// Whether there is no thread to wait for, and nothing to do before.
    fn has_one_thread(&self, py: Python<'_>) -> PyResult<bool> {
        let threading = self.threading.bind(py);
        let count = |name| threading.get_item(name)?.map_or(Ok(0), |all| all.len());
        Ok(count(word::active(py))? == 1
            && count(word::limbo(py))? == 0
            && count(word::threading_atexits(py))? == 0
            && count(word::shutdown_locks(py))? == 0)
    }
}
