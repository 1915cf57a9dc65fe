//! `BaseProcess._bootstrap`, the life of a process, of those that end with their parent; and its beginning in one that is forked.
//!
//! In a forked process each page of memory that is touched is copied, and Python code touches many. So what comes before the program's own
//! code is done here, with objects that were made before the fork. `_forkyard/birth.py` makes them.

use std::mem::ManuallyDrop;
use std::os::fd::IntoRawFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use forkyard_engine::process;
use nix::fcntl::{OFlag, open};
use nix::sys::stat::Mode;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::around::bound;
use crate::{modules, word};

/// Binds like a function. A process knows its parent's end by a pipe, its `parent_sentinel`.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Bootstrap {
    original: Py<PyAny>,
    // Both are locked only while the interpreter's lock is held, and so are free at every fork.
    ahead: Mutex<Option<Ahead>>,
    beginning: Mutex<Option<Beginning>>,
}

/// What a forked process finds made. Its parent does not use it.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Ahead {
    /// `original` from the program's code on; it calls [`Bootstrap::begin`] for the rest.
    short: Py<PyAny>,
    /// The names in modules.
    process: Py<PyDict>,
    context: Py<PyDict>,
    util: Py<PyDict>,
    threading: Py<PyDict>,
    sys: Py<PyDict>,
    /// What these must still be for nothing of the program's own to be left out: a module's names, one of them, its value.
    own: Vec<(Py<PyDict>, Py<PyString>, Py<PyAny>)>,
    after_fork: Py<PyAny>,
    /// New values of names of `multiprocessing.process`.
    names: Py<PyDict>,
    /// The attributes of the new `_parent_process`.
    parent: Py<PyDict>,
    /// Those of the default context.
    default: Py<PyDict>,
    /// Standard input as it is, and what closes it.
    before: Py<PyAny>,
    close: Py<PyAny>,
    /// A new one, and its `__init__` with a descriptor.
    stdin: Py<PyAny>,
    take: Py<PyAny>,
}

/// What is to be done for this process, which has this `parent_sentinel`.
struct Beginning {
    ahead: Ahead,
    process: Py<PyAny>,
    sentinel: Py<PyAny>,
}

#[pymethods]
impl Bootstrap {
    #[new]
    fn new(original: Py<PyAny>) -> Self {
        Self { original, ahead: Mutex::new(None), beginning: Mutex::new(None) }
    }

    #[getter]
    fn original(&self, py: Python<'_>) -> Py<PyAny> {
        self.original.clone_ref(py)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.original)?;
        lock(&self.ahead).as_ref().map_or(Ok(()), |ahead| ahead.traverse(&visit))
    }

    /// Whether a process that is forked now finds its beginning made.
    #[getter]
    fn is_prepared(&self) -> bool {
        lock(&self.ahead).is_some()
    }

    /// Makes the beginning of the processes that this one forks.
    fn prepare(&self, py: Python<'_>, ahead: Ahead) {
        word::make(py);
        let before = lock(&self.ahead).replace(ahead);
        drop(before);
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__(&self, py: Python<'_>, args: &Bound<'_, PyTuple>, kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<Py<PyAny>> {
        let named = kwargs.map(|named| named.get_item(word::parent_sentinel(py))).transpose()?.flatten();
        let Some(sentinel) = named.or_else(|| args.get_item(1).ok()).filter(|sentinel| !sentinel.is_none()) else {
            return self.original.call(py, args, kwargs);
        };
        process::end_with_pipe(sentinel.extract()?).map_err(|error| PyOSError::new_err(error.to_string()))?;
        // Taken even if it is of no use: a process of this one is another one's child.
        let ahead = lock(&self.ahead).take();
        let process = args.get_item(0)?;
        let Some(ahead) = ahead.filter(|ahead| ahead.is_right_for(&process)) else { return self.original.call(py, args, kwargs) };
        let short = ahead.short.clone_ref(py);
        *lock(&self.beginning) = Some(Beginning { ahead, process: process.unbind(), sentinel: sentinel.unbind() });
        short.call(py, args, kwargs)
    }

    /// What comes before the program's code, in the process that `__call__` has found.
    fn begin(&self, py: Python<'_>) -> PyResult<()> {
        let beginning = lock(&self.beginning).take();
        // Nearly all of it lives as long as the process, and each count that is not taken back leaves a page as it is.
        beginning.map_or(Ok(()), |beginning| ManuallyDrop::new(beginning).begin(py))
    }

    fn __get__(slf: Bound<'_, Self>, object: Option<Bound<'_, PyAny>>, _class: Option<Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
        bound(slf.into_any(), object)
    }
}

impl Ahead {
    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        let modules = [&self.process, &self.context, &self.util, &self.threading, &self.sys];
        modules.into_iter().chain([&self.names, &self.parent, &self.default]).try_for_each(|names| visit.call(names))?;
        self.own.iter().try_for_each(|(names, _, value)| visit.call(names).and_then(|()| visit.call(value)))?;
        [&self.short, &self.after_fork, &self.before, &self.close, &self.stdin, &self.take]
            .into_iter()
            .try_for_each(|object| visit.call(object))
    }

    fn is_right_for(&self, process: &Bound<'_, PyAny>) -> bool {
        let py = process.py();
        self.own.iter().all(|(names, name, value)| modules::is(names.bind(py), name.bind(py), value.bind(py)))
            && process.getattr(word::after_fork(py)).is_ok_and(|own| own.is(&self.after_fork))
            && modules::is(self.sys.bind(py), word::stdin(py), self.before.bind(py))
    }
}

impl Beginning {
    fn begin(&self, py: Python<'_>) -> PyResult<()> {
        let (ahead, started) = (&self.ahead, self.process.bind(py));
        let method = started.getattr(word::start_method(py))?;
        if !method.is_none() {
            let context = modules::named(ahead.context.bind(py), word::concrete_contexts(py))?.get_item(method)?;
            ahead.default.bind(py).set_item(word::actual_context(py), context)?;
        }
        self.replace_stdin(py)?;
        let parent = ahead.parent.bind(py);
        parent.set_item(word::name(py), started.getattr(word::parent_name(py))?)?;
        parent.set_item(word::pid(py), started.getattr(word::parent_pid(py))?)?;
        parent.set_item(word::sentinel(py), &self.sentinel)?;
        let process = ahead.process.bind(py);
        // It shall live until those that follow forks have been called.
        let _before = modules::named(process, word::current_process(py))?;
        process.update(ahead.names.bind(py).as_mapping())?;
        process.set_item(word::current_process(py), started)?;
        modules::named(ahead.threading.bind(py), word::main_thread(py))?.setattr(word::native_id(py), std::process::id())?;
        let util = ahead.util.bind(py);
        modules::named(util, word::finalizer_registry(py))?.cast_into::<PyDict>()?.clear();
        if !modules::named(util, word::afterfork_registry(py))?.getattr(word::data(py))?.is_empty()? {
            modules::called(util, word::run_after_forkers(py))?;
        }
        Ok(())
    }

    fn replace_stdin(&self, py: Python<'_>) -> PyResult<()> {
        if let Err(error) = self.ahead.close.bind(py).call0()
            && !error.is_instance_of::<PyOSError>(py)
            && !error.is_instance_of::<PyValueError>(py)
        {
            return Err(error);
        }
        // Where there is no room for another one the program finds the one that was closed.
        let Ok(null) = open("/dev/null", OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty()) else { return Ok(()) };
        self.ahead.take.bind(py).call1((null.into_raw_fd(), word::r(py), false))?;
        self.ahead.sys.bind(py).set_item(word::stdin(py), &self.ahead.stdin)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
