//! Ending together with the parent.

/// Asks the kernel to kill this process when the *thread* that started it ends, and checks that the parent still is `parent`.
/// Only right where that thread lives as long as its process.
pub fn end_with_parent(_parent: u32) -> Result<(), ParentError> {
    unimplemented!()
}

/// Why it is not so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParentError {
    /// It had ended before.
    #[error("the parent {0} has ended already")]
    Gone(u32),
    /// The kernel refused.
    #[error("parent-death signal: {0}")]
    Refused(#[source] std::io::Error),
}
