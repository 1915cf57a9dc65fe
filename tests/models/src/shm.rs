//! In the place of the engine's shared memory: a block is its object, which stays until the process ends. What has places in memory,
//! not objects, has the arena's stand-in.

mod arena;

use std::any::Any;

pub(crate) use arena::{Arena, allocator};

use crate::sys::layout::{EventState, LockState, SemaphoreState};

/// What kinds of objects there are.
pub(crate) mod shape {
    /// A kind.
    pub(crate) struct Shape {
        pub(crate) number: u32,
        pub(crate) name: &'static str,
    }

    impl Shape {
        pub(crate) const fn plain(number: u32, name: &'static str) -> Self {
            Self { number, name }
        }
    }
}

use shape::Shape;

/// An object.
#[derive(Debug, Clone)]
pub(crate) struct Block(&'static (dyn Any + Send + Sync));

impl Block {
    /// A new object of this shape, all zero.
    pub(crate) fn allocate(_len: usize, shape: &'static Shape) -> Result<Self, BlockError> {
        Ok(Self(match shape.number {
            2 => Box::leak(Box::<LockState>::default()),
            3 => Box::leak(Box::<SemaphoreState>::default()),
            4 => Box::leak(Box::<EventState>::default()),
            other => panic!("no model has a {} (shape {other})", shape.name),
        }))
    }

    pub(crate) fn open_as(_handle: Handle, shape: &'static Shape) -> Result<Self, HandleError> {
        Err(HandleError(shape.name))
    }

    pub(crate) fn handle(&self) -> Handle {
        Handle
    }

    pub(crate) fn view<T: Any>(&self) -> &'static T {
        self.0.downcast_ref().expect("an object is asked for as what it was made")
    }
}

/// Names nothing: a model has one process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handle;

/// What cannot happen here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BlockError {
    /// The model's memory is too small.
    #[error("no memory for {bytes} bytes")]
    Full { bytes: usize },
}

/// What always happens here.
#[derive(Debug, thiserror::Error)]
#[error("no model opens a {0}")]
pub(crate) struct HandleError(&'static str);
