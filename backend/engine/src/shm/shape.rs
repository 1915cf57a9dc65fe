//! What kinds of objects lie in blocks, and what goes with each when it ends.

use super::{Arena, block};
use crate::{channel, pool, sync};

/// A kind of object.
pub(crate) struct Shape {
    /// Stands in the block's header. Never reuse one.
    pub(crate) number: u32,
    /// For messages.
    pub(crate) name: &'static str,
    /// Frees what the object at this payload owns besides its own block.
    pub(crate) destroy: fn(&'static Arena, u64),
}

impl Shape {
    /// One that owns nothing but its block.
    pub(crate) const fn plain(number: u32, name: &'static str) -> Self {
        Self { number, name, destroy: |_, _| () }
    }

    /// The one with this number, of those to which processes hold references.
    pub(super) fn numbered(number: u32) -> Option<&'static Self> {
        let all = [
            &block::BYTES,
            &sync::lock::LOCK,
            &sync::semaphore::SEMAPHORE,
            &sync::event::EVENT,
            &sync::condition::ROOM,
            &channel::queue::QUEUE,
            &channel::pipe::PIPE,
            &pool::board::BOARD,
        ];
        all.into_iter().find(|shape| shape.number == number)
    }
}

impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
