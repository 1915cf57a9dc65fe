//! Shared numbers in a row, with their lock.
use super::Pod;
use crate::shm::{Block, BlockError};
use crate::sync::Lock;

/// Shared numbers of one type.
#[derive(Debug, Clone)]
pub struct Array<T: Pod> {
    _type: std::marker::PhantomData<T>,
}

impl<T: Pod> Array<T> {
    /// These numbers, shared, with a recursive lock of their own.
    pub fn new(_values: &[T]) -> Result<Self, BlockError> {
        unimplemented!()
    }
    /// How many.
    pub fn len(&self) -> usize {
        unimplemented!()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The number at this index, if there is one.
    pub fn get(&self, _index: usize) -> Option<T> {
        unimplemented!()
    }
    /// Sets the number at this index; `None` when there is no such index.
    pub fn set(&self, _index: usize, _value: T) -> Option<()> {
        unimplemented!()
    }
    /// A copy of all of them.
    pub fn to_vec(&self) -> Vec<T> {
        unimplemented!()
    }
    /// Their lock.
    pub fn lock(&self) -> &Lock {
        unimplemented!()
    }
    /// Their bytes.
    pub fn block(&self) -> &Block {
        unimplemented!()
    }
}
