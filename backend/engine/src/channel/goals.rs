//! What somebody may wait for at a queue: a message, that there is one, that there are enough, room, room for a message.

use super::Message;
use super::chain::Chain;
use super::queue::{PutError, Queue};
use crate::sync::Interrupted;
use crate::sync::wait::Goal;

/// Somebody who waits for a message.
pub(super) struct Getting<'a, N> {
    pub(super) queue: &'a Queue,
    pub(super) chain: Chain,
    pub(super) note: N,
}

impl<N: FnMut(u32)> Goal for Getting<'_, N> {
    type Prize = Message;
    type Failure = Interrupted;

    #[inline]
    fn ready(&mut self) -> bool {
        self.chain.ready()
    }

    fn attempt(&mut self) -> Result<Option<Message>, Interrupted> {
        Ok(self.queue.take(self.chain, &mut self.note))
    }
}

/// Somebody who waits for there being a message.
pub(super) struct Peeking(pub(super) Chain);

impl Goal for Peeking {
    type Prize = ();
    type Failure = Interrupted;

    #[inline]
    fn ready(&mut self) -> bool {
        self.0.ready()
    }

    fn attempt(&mut self) -> Result<Option<()>, Interrupted> {
        Ok(self.0.ready().then_some(()))
    }
}

/// Somebody who waits until enough messages are there for their purpose.
pub(super) struct Enough<E>(pub(super) E);

impl<E: Fn() -> bool> Goal for Enough<E> {
    type Prize = ();
    type Failure = Interrupted;

    #[inline]
    fn ready(&mut self) -> bool {
        self.0()
    }

    fn attempt(&mut self) -> Result<Option<()>, Interrupted> {
        Ok(self.ready().then_some(()))
    }
}

/// Somebody who waits for room and has nothing to put yet.
pub(super) struct Entering<'a>(pub(super) &'a Queue, pub(super) Chain);

impl Goal for Entering<'_> {
    type Prize = ();
    type Failure = Interrupted;

    fn ready(&mut self) -> bool {
        self.1.has_room(self.0.bound())
    }

    fn attempt(&mut self) -> Result<Option<()>, Interrupted> {
        Ok(self.ready().then_some(()))
    }
}

/// Somebody who waits for room.
pub(super) struct Putting<'a> {
    pub(super) queue: &'a Queue,
    pub(super) chain: Chain,
    pub(super) parts: &'a [&'a [u8]],
}

impl Goal for Putting<'_> {
    type Prize = u32;
    type Failure = PutError;

    #[inline]
    fn ready(&mut self) -> bool {
        self.chain.has_room(self.queue.bound())
    }

    fn attempt(&mut self) -> Result<Option<u32>, PutError> {
        Ok(self.queue.append(self.chain, self.parts)?)
    }
}
