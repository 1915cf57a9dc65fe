//! The types that may lie in shared memory as they are.

/// A plain number.
pub trait Pod: Copy + Default + 'static {}
