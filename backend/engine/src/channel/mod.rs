//! Queue and pipe: messages of bytes between processes.
mod bell;
mod chain;
#[cfg(test)]
mod deaths;
mod for_boards;
mod goals;
mod message;
mod news;
mod pace;
pub(crate) mod pipe;
pub(crate) mod queue;
mod record;

pub use message::Message;
pub use pipe::{Direction, End, RecvError, SendError, pipe};
pub use queue::{Doorbell, GetError, PutError, Queue, QueueOptions};
