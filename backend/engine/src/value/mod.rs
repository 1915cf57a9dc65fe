//! Typed values and arrays in shared memory, with a lock.
mod array;
mod pod;
#[expect(clippy::module_inception, reason = "the module is named by the noun, and so is its first type")]
mod value;

pub use array::Array;
pub use pod::Pod;
pub use value::Value;
