//! One shared number with its lock.

use super::{Array, Pod};
use crate::shm::{Block, BlockError, Handle, HandleError};
use crate::sync::Lock;

/// A shared number. Reading and writing takes no lock: `set(get() + 1)` without the [lock](Value::lock) loses updates.
///
/// ```
/// use forkyard_engine::{process::Process, sync::Wait, value::Value};
/// let answer = Value::new(0.0_f64)?;
/// let child = Process::fork(|| { answer.set(42.0); 0 })?;
/// child.wait(Wait::Forever)?;
/// assert_eq!(answer.get(), 42.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Value<T: Pod> {
    only: Array<T>,
}

impl<T: Pod> Value<T> {
    /// A shared number with this value and a recursive lock of its own.
    pub fn new(value: T) -> Result<Self, BlockError> {
        Ok(Self { only: Array::new(&[value])? })
    }

    /// The value that the handles of its number and of its lock name.
    pub fn open(number: Handle, lock: Handle) -> Result<Self, HandleError> {
        Ok(Self { only: Array::open(number, lock)? })
    }

    /// Its value.
    #[inline]
    pub fn get(&self) -> T {
        self.only.get(0).unwrap_or_default()
    }

    /// Sets it.
    #[inline]
    pub fn set(&self, value: T) {
        self.only.set(0, value);
    }

    /// Its lock.
    pub fn lock(&self) -> &Lock {
        self.only.lock()
    }

    /// Its bytes.
    pub fn block(&self) -> &Block {
        self.only.block()
    }
}
