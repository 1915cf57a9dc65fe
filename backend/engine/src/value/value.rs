//! One shared number with its lock.
use super::Pod;
use crate::shm::{Block, BlockError};
use crate::sync::Lock;

/// A shared number.
#[derive(Debug, Clone)]
pub struct Value<T: Pod> {
    _type: std::marker::PhantomData<T>,
}

impl<T: Pod> Value<T> {
    /// A shared number with this value and a recursive lock of its own.
    pub fn new(_value: T) -> Result<Self, BlockError> {
        unimplemented!()
    }
    /// Its value.
    pub fn get(&self) -> T {
        unimplemented!()
    }
    /// Sets it.
    pub fn set(&self, _value: T) {
        unimplemented!()
    }
    /// Its lock.
    pub fn lock(&self) -> &Lock {
        unimplemented!()
    }
    /// Its bytes.
    pub fn block(&self) -> &Block {
        unimplemented!()
    }
}
