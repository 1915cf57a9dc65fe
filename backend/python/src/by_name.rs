//! Functions and classes that are pickled by their name alone: their pickles, found out once for each and not at every task.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyString};
use pyo3::{PyTraverseError, PyVisit, intern};

/// So many are remembered; with more of them it begins anew.
const MANY: usize = 64;

/// What was found out, by the objects' addresses.
#[derive(Default)]
pub(crate) struct ByName {
    // Locked only while the interpreter's lock is held and never while Python code may run, and so is free at every fork.
    known: Mutex<HashMap<usize, Known>>,
}

struct Known {
    /// Kept, so that its address stays its own.
    function: Py<PyAny>,
    place: Place,
    pickle: Py<PyBytes>,
}

/// Where a module has it.
struct Place {
    module: Py<PyDict>,
    name: Py<PyString>,
}

impl ByName {
    /// The pickle of what a module has by its own name; `None` for all else, and for what is not pickled by that name alone.
    pub(crate) fn pickle<'py>(&self, function: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        static BY_NAME: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let py = function.py();
        if let Some(known) = self.known().get(&function.as_ptr().addr())
            && known.place.has(function)
        {
            return Ok(Some(known.pickle.bind(py).clone()));
        }
        let Some(place) = Place::of(function).filter(|place| place.has(function)) else { return Ok(None) };
        let pickle = BY_NAME.import(py, "_forkyard.tasks", "by_name")?.call1((function,))?;
        let Ok(pickle) = pickle.cast_into::<PyBytes>() else { return Ok(None) };
        let known = Known { function: function.clone().unbind(), place, pickle: pickle.clone().unbind() };
        let mut all = self.known();
        let forgotten = if all.len() < MANY { HashMap::new() } else { std::mem::take(&mut *all) };
        let before = all.insert(function.as_ptr().addr(), known);
        drop(all);
        // Giving objects back may run Python code.
        drop((forgotten, before));
        Ok(Some(pickle))
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Ok(known) = self.known.try_lock() else { return Ok(()) };
        known.values().try_for_each(|known| {
            visit.call(&known.function)?;
            visit.call(&known.place.module)
        })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<usize, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Where it says that it is.
    fn of(function: &Bound<'_, PyAny>) -> Option<Self> {
        let py = function.py();
        let module = function.getattr(intern!(py, "__module__")).ok()?;
        let name = function.getattr(intern!(py, "__qualname__")).ok()?.cast_into_exact::<PyString>().ok()?;
        let modules = py.import(intern!(py, "sys")).ok()?.getattr(intern!(py, "modules")).ok()?;
        let module = modules.get_item(module).ok()?.getattr(intern!(py, "__dict__")).ok()?;
        Some(Self { module: module.cast_into_exact().ok()?.unbind(), name: name.unbind() })
    }

    /// Whether it is there.
    fn has(&self, function: &Bound<'_, PyAny>) -> bool {
        let py = function.py();
        self.module.bind(py).get_item(self.name.bind(py)).is_ok_and(|found| found.is_some_and(|found| found.is(function)))
    }
}
