//! A message that was taken out of a channel.

/// The bytes of a message; a large one still lies in shared memory and is given back when dropped.
#[derive(Debug)]
pub struct Message {}

impl Message {
    /// Its number among the messages of its channel, from 1.
    pub fn number(&self) -> u32 {
        unimplemented!()
    }
}

impl std::ops::Deref for Message {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        unimplemented!()
    }
}
