//! Events, the ring that survives a crash, and the merge that gives them a meaning.

pub mod event;
