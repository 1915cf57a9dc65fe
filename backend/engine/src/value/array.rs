//! Shared numbers in a row, with their lock.

use std::marker::PhantomData;

use super::Pod;
use crate::shm::{Block, BlockError, Handle, HandleError};
use crate::sync::{Lock, LockKind};

/// Shared numbers of one type. Reading and writing takes no lock: a number that another process writes at the same moment may be seen
/// half written, and `set(get() + 1)` without the [lock](Array::lock) loses updates.
///
/// ```
/// use forkyard_engine::{process::Process, sync::Wait, value::Array};
/// let squares = Array::new(&[0_u32; 4])?;
/// let child = Process::fork(|| { for i in 0..4 { squares.set(i, (i * i) as u32); } 0 })?;
/// child.wait(Wait::Forever)?;
/// assert_eq!(squares.to_vec(), [0, 1, 4, 9]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Array<T: Pod> {
    block: Block,
    lock: Lock,
    numbers: PhantomData<T>,
}

impl<T: Pod> Array<T> {
    /// These numbers, shared, with a recursive lock of their own.
    pub fn new(values: &[T]) -> Result<Self, BlockError> {
        let block = Block::new(values.len() * T::SIZE, 8)?;
        let array = Self { block, lock: Lock::new(LockKind::Recursive)?, numbers: PhantomData };
        let mut bytes = vec![0; values.len() * T::SIZE];
        bytes.chunks_exact_mut(T::SIZE).zip(values).for_each(|(chunk, value)| value.into_bytes(chunk));
        array.block.write(0, &bytes);
        Ok(array)
    }

    /// The array that the handles of its numbers and of its lock name.
    pub fn open(numbers: Handle, lock: Handle) -> Result<Self, HandleError> {
        Ok(Self { block: Block::open(numbers)?, lock: Lock::open(lock)?, numbers: PhantomData })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.block.len() / T::SIZE
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number at this index, if there is one.
    #[inline]
    pub fn get(&self, index: usize) -> Option<T> {
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..T::SIZE];
        (index < self.len()).then(|| {
            self.block.read(index * T::SIZE, bytes);
            T::from_bytes(bytes)
        })
    }

    /// Sets the number at this index; `None` when there is no such index.
    #[inline]
    pub fn set(&self, index: usize, value: T) -> Option<()> {
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..T::SIZE];
        value.into_bytes(bytes);
        (index < self.len()).then(|| self.block.write(index * T::SIZE, bytes))
    }

    /// A copy of all of them.
    pub fn to_vec(&self) -> Vec<T> {
        let mut bytes = vec![0; self.len() * T::SIZE];
        self.block.read(0, &mut bytes);
        bytes.chunks_exact(T::SIZE).map(T::from_bytes).collect()
    }

    /// Their lock.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Their bytes.
    pub fn block(&self) -> &Block {
        &self.block
    }
}
