//! What an address shows: one file for each, and what they have in common.

pub mod home;
pub mod lesson;
pub mod lessons;
pub mod load;
pub mod not_found;
pub mod scratch;
pub mod trace;
