//! The handle: what names an object in another process. Sixteen bytes, checked when it is opened.

/// Names a block of an arena.
///
/// ```
/// use forkyard_engine::shm::{Block, Handle, HandleError};
/// let block = Block::new(100, 8)?;
/// let sent = block.handle().to_bytes(); // through a socket, a pickle, an environment
/// let theirs = Block::open(Handle::from_bytes(sent))?;
/// theirs.write(0, b"the same bytes");
/// drop((block, theirs));
/// assert_eq!(Block::open(Handle::from_bytes(sent)).unwrap_err(), HandleError::Stale);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Handle {
    /// The arena's random id.
    pub(crate) arena: u32,
    /// How often this place was given out.
    pub(crate) generation: u32,
    /// Bytes from the start of the arena.
    pub(crate) offset: u64,
}

impl Handle {
    /// As bytes, for a pickle or a socket.
    pub fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&self.arena.to_ne_bytes());
        bytes[4..8].copy_from_slice(&self.generation.to_ne_bytes());
        bytes[8..].copy_from_slice(&self.offset.to_ne_bytes());
        bytes
    }

    /// From [`Handle::to_bytes`]; whether it names anything is found out when it is opened.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let [a0, a1, a2, a3, g0, g1, g2, g3, offset @ ..] = bytes;
        Self {
            arena: u32::from_ne_bytes([a0, a1, a2, a3]),
            generation: u32::from_ne_bytes([g0, g1, g2, g3]),
            offset: u64::from_ne_bytes(offset),
        }
    }
}

/// Why a handle cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandleError {
    /// What it named is gone.
    #[error("the shared object is gone: every process let go of it before this one opened it")]
    Stale,
    /// It belongs to another tree of processes.
    #[error("the handle belongs to another arena")]
    OtherArena,
    /// It names something of another type.
    #[error("the handle names something else than a {0}")]
    OtherType(&'static str),
    /// There is no arena in this process.
    #[error("this process has no shared memory")]
    NoArena,
}
