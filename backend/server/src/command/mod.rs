//! The commands of the terminal, one file each.

pub(crate) mod doctor;
pub(crate) mod python;
pub(crate) mod run;
pub(crate) mod serve;

/// The exit code when Forkyard itself cannot do what was asked, as a shell's for a command that cannot be started.
pub(crate) const TROUBLE: u8 = 126;
