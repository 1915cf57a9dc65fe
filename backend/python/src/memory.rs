//! The arena, and blocks of it for `Value`, `Array` and `heap`.

use std::os::fd::AsRawFd;

use forkyard_engine::process::inherited;
use forkyard_engine::shm::{self, Arena, Handle, release_all};
use forkyard_trace::recorder;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors;

/// Adds the functions and classes of this file to the extension module.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(arena_fd, module)?)?;
    module.add_function(wrap_pyfunction!(arena_attach, module)?)?;
    module.add_function(wrap_pyfunction!(arena_offer, module)?)?;
    module.add_function(wrap_pyfunction!(arena_exists, module)?)?;
    module.add_function(wrap_pyfunction!(arena_used, module)?)?;
    module.add_function(wrap_pyfunction!(let_go, module)?)?;
    module.add_function(wrap_pyfunction!(born, module)?)?;
    module.add_class::<Block>()
}

/// The descriptor of the arena, which is made when there is none yet.
#[pyfunction]
fn arena_fd() -> PyResult<i32> {
    Arena::current().map(|arena| arena.fd().as_raw_fd()).map_err(|error| errors::refused(&error))
}

/// Takes over the arena behind `fd`, which stays the caller's to close; nothing when this process has one already.
#[pyfunction]
fn arena_attach(fd: i32) -> PyResult<()> {
    if Arena::exists() {
        return Ok(());
    }
    Arena::attach(inherited(fd)?).map(|_| ()).map_err(|error| errors::refused(&error))
}

/// Has this process take over the arena behind `fd`, which stays the caller's to close, once it needs one; `None` takes that back.
#[pyfunction]
#[pyo3(signature = (fd=None))]
fn arena_offer(fd: Option<i32>) -> PyResult<()> {
    Arena::offer(fd.map(inherited).transpose()?);
    Ok(())
}

#[pyfunction]
fn arena_exists() -> bool {
    Arena::exists()
}

/// Bytes of the arena in objects that are alive, once what the dead held is given back.
#[pyfunction]
fn arena_used() -> u64 {
    shm::release_of_the_dead();
    Arena::exists().then(Arena::current).and_then(Result::ok).map_or(0, Arena::used)
}

/// Ends the recording of this process and every reference of it to shared objects. Only right before `os._exit`.
#[pyfunction]
fn let_go() {
    recorder::detach();
    release_all();
}

/// Says who was born of this thread's last fork: what it holds is given back when it dies.
#[pyfunction]
fn born(child: u32) {
    shm::born(child);
}

/// A handle from the sixteen bytes of a pickle.
pub(crate) fn handle_from(bytes: &[u8]) -> PyResult<Handle> {
    let bytes = bytes.try_into().map_err(|_| PyValueError::new_err("a handle has sixteen bytes"))?;
    Ok(Handle::from_bytes(bytes))
}

/// Shared bytes. Python makes views of them by their address, which stays valid as long as this object lives.
#[pyclass(frozen, module = "_forkyard._engine")]
pub(crate) struct Block {
    block: forkyard_engine::shm::Block,
}

#[pymethods]
impl Block {
    #[new]
    fn new(size: usize, align: usize) -> PyResult<Self> {
        Ok(Self { block: forkyard_engine::shm::Block::new(size, align).map_err(errors::memory)? })
    }

    #[staticmethod]
    fn open(handle: &[u8]) -> PyResult<Self> {
        Ok(Self { block: forkyard_engine::shm::Block::open(handle_from(handle)?).map_err(errors::handle)? })
    }

    #[getter]
    fn handle(&self) -> [u8; 16] {
        self.block.handle().to_bytes()
    }

    #[getter]
    fn address(&self) -> usize {
        self.block.as_ptr() as usize
    }

    fn __len__(&self) -> usize {
        self.block.len()
    }
}

impl Block {
    /// The engine's.
    pub(crate) fn shared(&self) -> &forkyard_engine::shm::Block {
        &self.block
    }
}
