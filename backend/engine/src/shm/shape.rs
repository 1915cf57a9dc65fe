//! What kinds of objects lie in blocks, and what goes with each when it ends.

use super::Arena;

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
}
