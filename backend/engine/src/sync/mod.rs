//! Locks, semaphores, events, conditions, and how anything waits.
pub(crate) mod condition;
pub(crate) mod event;
pub(crate) mod lock;
mod lookout;
pub(crate) mod semaphore;
pub(crate) mod wait;

pub use condition::{Condition, Waiter};
pub use event::Event;
pub use lock::{AcquireError, Lock, LockKind, ReleaseError};
pub use semaphore::Semaphore;
pub use wait::{Interrupted, Wait, set_signal_source};
