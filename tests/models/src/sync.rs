//! The engine's own files of waiting and of what is waited for.

#[path = "../../../backend/engine/src/sync/event.rs"]
pub(crate) mod event;
#[path = "../../../backend/engine/src/sync/lock.rs"]
pub(crate) mod lock;
#[path = "../../../backend/engine/src/sync/lookout.rs"]
mod lookout;
#[path = "../../../backend/engine/src/sync/semaphore.rs"]
pub(crate) mod semaphore;
#[path = "../../../backend/engine/src/sync/wait.rs"]
pub(crate) mod wait;

pub(crate) use lock::{AcquireError, ReleaseError};
