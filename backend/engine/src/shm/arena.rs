//! The arena: one memfd, mapped once in every process of the tree. It has no name, so nothing is left behind.
//!
//! Page tables fill as pages are touched, so its size costs a fork nothing.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, OnceLock, PoisonError};

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit};

use super::{allocator, ledger};
use crate::limits::ARENA_BYTES;
use crate::sys::layout::ArenaHeader;
use crate::sys::memory::{Mapping, PAGE};

/// `forkyard` in a number.
const MAGIC: u64 = 0x666f_726b_7961_7264;
/// Of the layout of everything in it.
const VERSION: u32 = 2;

static CURRENT: OnceLock<Arena> = OnceLock::new();

/// See [`Arena::offer`].
static OFFERED: Mutex<Option<OwnedFd>> = Mutex::new(None);

/// The mapped arena of this process.
///
/// ```
/// use forkyard_engine::shm::{Arena, Block};
/// let block = Block::new(1000, 8)?;
/// assert!(Arena::current()?.used() >= 1000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Arena {
    mapping: Mapping,
    id: u32,
}

impl Arena {
    /// The arena of this process, made at the first call. Make it before the first fork: two processes that each make one
    /// of their own cannot read each other's handles.
    pub fn current() -> Result<&'static Arena, ArenaError> {
        match CURRENT.get() {
            Some(arena) => Ok(arena),
            None => {
                if let Some(fd) = OFFERED.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    return Self::attach(fd);
                }
                let arena = Self::create()?;
                Ok(CURRENT.get_or_init(|| arena))
            }
        }
    }

    /// Takes over the arena behind a descriptor, at the start of a spawned process, before anything else is used.
    pub fn attach(fd: OwnedFd) -> Result<&'static Arena, ArenaError> {
        let number = fd.as_raw_fd();
        let mapping = Mapping::attach(fd).map_err(|_| ArenaError::NotAnArena(number))?;
        if mapping.len() < size_of::<ArenaHeader>() as u64 {
            return Err(ArenaError::NotAnArena(number));
        }
        let header = mapping.view::<ArenaHeader>(0);
        // SYNC: arena made
        if header.magic.load(Ordering::Acquire) != MAGIC || header.version.load(Ordering::Relaxed) != VERSION {
            return Err(ArenaError::NotAnArena(number));
        }
        let id = header.id.load(Ordering::Relaxed);
        let arena = Arena { mapping, id };
        ledger::follow_forks();
        CURRENT.set(arena).map_err(|_| ArenaError::HasOne)?;
        Self::current()
    }

    /// Has [`Arena::current`] take over the arena behind a descriptor where it would make one; `None` takes that back.
    pub fn offer(fd: Option<OwnedFd>) {
        *OFFERED.lock().unwrap_or_else(PoisonError::into_inner) = fd;
    }

    /// Whether this process has an arena already.
    pub fn exists() -> bool {
        CURRENT.get().is_some()
    }

    /// Its descriptor (close-on-exec; a spawned child gets it with [`crate::process::Command::inherit`] or a `dup`).
    pub fn fd(&'static self) -> BorrowedFd<'static> {
        self.mapping.fd()
    }

    /// Size of the address range, bytes.
    pub fn capacity(&self) -> u64 {
        self.mapping.len()
    }

    /// Bytes in blocks that are alive, headers and rounding included.
    pub fn used(&self) -> u64 {
        self.header().used.load(Ordering::Relaxed)
    }

    fn create() -> Result<Self, ArenaError> {
        let mapping = map_largest().map_err(|error| ArenaError::Refused(error.into()))?;
        let header = mapping.view::<ArenaHeader>(0);
        let id = random_id();
        header.version.store(VERSION, Ordering::Relaxed);
        header.id.store(id, Ordering::Relaxed);
        allocator::prepare(header);
        header.magic.store(MAGIC, Ordering::Release); // SYNC: arena made
        ledger::follow_forks();
        Ok(Self { mapping, id })
    }

    /// The memory.
    #[inline]
    pub(crate) fn memory(&self) -> &Mapping {
        &self.mapping
    }

    /// The allocator's state.
    pub(crate) fn header(&self) -> &'static ArenaHeader {
        self.mapping.view(0)
    }

    /// What tells it from other arenas.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }
}

/// The largest arena that the process's limits and the kernel allow.
fn map_largest() -> Result<Mapping, Errno> {
    // Past this limit the kernel would not only refuse but send SIGXFSZ.
    let most = getrlimit(Resource::RLIMIT_FSIZE).map_or(u64::MAX, |(soft, _)| soft);
    let most = most / PAGE * PAGE;
    let mut refusal = Errno::EFBIG;
    for len in ARENA_BYTES.map(|len| len.min(most)) {
        match Mapping::create(len) {
            Ok(mapping) => return Ok(mapping),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// Not secret, only unlikely to meet again: handles of another tree must not be taken for our own.
fn random_id() -> u32 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(std::process::id()) as u32 | 1
}

/// Why there is no arena.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArenaError {
    /// The kernel refused the memory.
    #[error("no shared memory: {0}")]
    Refused(#[source] std::io::Error),
    /// The descriptor is not an arena of this version.
    #[error("descriptor {0} is not an arena of this version")]
    NotAnArena(i32),
    /// This process has another one already.
    #[error("this process has an arena already")]
    HasOne,
}
