//! One file for each command.

pub(crate) mod bench;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod conformance;
pub(crate) mod dev;
pub(crate) mod fuzz;
pub(crate) mod libraries;
pub(crate) mod play;
pub(crate) mod scale;
pub(crate) mod soak;
pub(crate) mod stage;
pub(crate) mod test;
