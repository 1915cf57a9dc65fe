//! Segments of shared memory with a name in the file system, which other programs can open too.
//!
//! The rest of the engine's memory has no names and needs none. Segments have, because their users want them; therefore they have to be
//! removed by somebody, also when the one who made them was killed. Each is noted in a table in the arena from before it exists until it
//! is unlinked; [`super::guard`] removes those that are noted when the last process of the tree has ended.
//!
//! Names begin with a `/` and hold no other one, as `shm_open` wants them.

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::mman::{shm_open, shm_unlink};
use nix::sys::stat::{Mode, fstat};
use nix::unistd::ftruncate;

use super::{BlockError, names};
pub use crate::sys::window::Window;

/// An open segment: its file, and its bytes.
#[derive(Debug)]
pub struct Segment {
    /// The file.
    pub fd: OwnedFd,
    /// Its bytes.
    pub bytes: Window,
}

/// Makes a segment of `len` bytes, all zero, with the permissions `mode`. The tree that this process belongs to answers for its end.
///
/// ```
/// use forkyard_engine::shm::named::{self, NamedError};
/// let name = format!("/example-{}", std::process::id());
/// let ours = named::create(&name, 4096, 0o600)?;
/// assert!(matches!(named::create(&name, 4096, 0o600), Err(NamedError::Refused(error)) if error.raw_os_error() == Some(17)));
/// named::open(&name)?.bytes.write(4090, b"theirs");
/// named::unlink(&name)?;
/// let mut found = [0; 6];
/// ours.bytes.read(4090, &mut found);
/// assert_eq!(&found, b"theirs");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn create(name: impl AsRef<Path>, len: usize, mode: u32) -> Result<Segment, NamedError> {
    let name = name.as_ref();
    let file_len = i64::try_from(len).map_err(|_| NamedError::Bytes(Errno::EFBIG.into()))?;
    let bytes = name.as_os_str().as_encoded_bytes();
    let is_news = names::begin(bytes)?;
    let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_RDWR;
    let made = shm_open(name, flags, Mode::from_bits_truncate(mode)).map_err(NamedError::from).and_then(|fd| {
        let mapped = ftruncate(&fd, file_len).and_then(|()| Window::open(fd.as_fd(), len));
        let mapped = mapped.inspect_err(|_| _ = shm_unlink(name)).map_err(|error| NamedError::Bytes(error.into()));
        mapped.map(|bytes| Segment { fd, bytes })
    });
    match made {
        Ok(segment) => {
            names::remember(bytes)?;
            Ok(segment)
        }
        Err(error) => {
            if is_news {
                names::give_up(bytes);
            }
            Err(error)
        }
    }
}

/// Opens the segment with this name. The tree does not answer for it: see [`remember`].
pub fn open(name: impl AsRef<Path>) -> Result<Segment, NamedError> {
    map(shm_open(name.as_ref(), OFlag::O_RDWR, Mode::empty())?)
}

/// The segment whose file is open already.
pub fn map(fd: OwnedFd) -> Result<Segment, NamedError> {
    let len = usize::try_from(fstat(&fd)?.st_size).map_err(|_| NamedError::from(Errno::EFBIG))?;
    if len == 0 {
        return Err(NamedError::Empty);
    }
    let bytes = Window::open(fd.as_fd(), len).map_err(|error| NamedError::Bytes(error.into()))?;
    Ok(Segment { fd, bytes })
}

/// Removes a segment's name; its memory goes with the last one who has it open.
pub fn unlink(name: impl AsRef<Path>) -> Result<(), NamedError> {
    let name = name.as_ref();
    shm_unlink(name)?;
    forget(name);
    Ok(())
}

/// Has the tree answer for a segment that is there, whoever made it.
pub fn remember(name: impl AsRef<Path>) -> Result<(), NamedError> {
    Ok(names::remember(name.as_ref().as_os_str().as_encoded_bytes())?)
}

/// Has it answer no longer. Whether it did.
pub fn forget(name: impl AsRef<Path>) -> bool {
    names::forget(name.as_ref().as_os_str().as_encoded_bytes())
}

/// Why there is no such segment.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NamedError {
    /// The system refused, in its own words.
    #[error("{0}")]
    Refused(#[source] std::io::Error),
    /// The system refused its bytes, or so many of them, in its own words.
    #[error("{0}")]
    Bytes(#[source] std::io::Error),
    /// Its file has no bytes, and so there is nothing to map.
    #[error("the segment is empty")]
    Empty,
    /// The arena has no room for its name.
    #[error(transparent)]
    Unnoted(#[from] BlockError),
}

impl From<Errno> for NamedError {
    fn from(error: Errno) -> Self {
        Self::Refused(error.into())
    }
}
