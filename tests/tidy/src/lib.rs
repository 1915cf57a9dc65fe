//! The house rules, as tests.
//!
//! Each file in `tests/` holds the rules of one subject. A rule looks at the files of the repository ([`tree`]) and lists what
//! breaks it; [`rule::settle`] takes away what [`exceptions`] permits and fails on the rest, and on exceptions that nothing
//! needs any more. The rules read text: what needs a compiler to be seen is clippy's.
#![forbid(unsafe_code)]

pub mod exceptions;
pub mod rule;
pub mod tree;
