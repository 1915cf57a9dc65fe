//! Processes: fork, spawn, wait, end.
pub(crate) mod child;
mod command;
pub(crate) mod identity;
mod parent;
pub mod surroundings;
pub mod zygote;

pub use child::{ExitStatus, Process, ProcessError};
pub use command::{Command, inherited};
pub use parent::{ParentError, end_with_parent, end_with_pipe};
