//! The types that the server, the runner and the page speak.
//!
//! One file for each conversation: [`run`] (a run and its events), [`timeline`] (what the processes did), [`job`] (server to
//! runner), [`comparison`], [`lesson`], [`check`], [`health`], [`problem`]; and [`cores`], the kernel's answer that the runner
//! passes on. Plain data with serde; no behaviour beyond what keeps a value valid.
//! Builds for WebAssembly and natively, and depends on nothing else of this project. `PROTOCOL.md` beside this crate describes
//! the same in words.
#![forbid(unsafe_code)]

pub mod check;
pub mod comparison;
pub mod cores;
pub mod health;
pub mod job;
pub mod lesson;
pub mod problem;
pub mod run;
pub mod timeline;
