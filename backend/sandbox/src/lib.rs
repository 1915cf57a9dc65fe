//! The jail of a run: namespaces, mounts, seccomp, limits.
//!
//! What a run may reach is decided here and nowhere else. The parts, in the order in which a runner uses them: [`tier`] (what this
//! machine gives), [`cgroup`] (memory, processes, CPU time of the whole run), [`namespaces`] (a fork into a world of its own),
//! [`root`] (the file system it sees), and for the process that becomes the program [`limits`], [`identity`], [`landlock`] and
//! [`seccomp`], which [`confine`] puts on in the right order.
//!
//! The file system's steps are values ([`system::Step`]); they are worked out without touching anything and then performed by a
//! [`system::System`]: the kernel, or in tests a list.
//!
//! This crate starts no program, reads no output and decides nothing about a run's end.
#![deny(unsafe_code)]

pub mod cgroup;
pub mod confine;
pub mod cores;
pub mod identity;
pub mod landlock;
pub mod limits;
pub mod namespaces;
pub mod root;
pub mod seccomp;
pub mod sys;
pub mod system;
pub mod tier;
