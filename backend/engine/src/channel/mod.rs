//! Queue and pipe: messages of bytes between processes.
mod message;
mod pipe;
mod queue;

pub use message::Message;
pub use pipe::{Direction, End, RecvError, SendError, pipe};
pub use queue::{Doorbell, GetError, PutError, Queue, QueueOptions};
