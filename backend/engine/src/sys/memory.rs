//! A shared mapping of a nameless file, and checked access to it.
//!
//! A mapping stays until the process ends, therefore the references it hands out are `'static`.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap};
use nix::sys::stat::fstat;
use nix::unistd::ftruncate;
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;

use super::copy::{copy, hand_over};
use super::layout::Shared;

/// The size of a page, bytes; what the supported machines have.
pub(crate) const PAGE: u64 = 4096;

/// A mapped memfd.
#[derive(Debug)]
pub(crate) struct Mapping {
    base: NonNull<u8>,
    len: u64,
    fd: OwnedFd,
}

// SAFETY: the mapping is shared memory that stays for the life of the process; the pointer belongs to no thread.
unsafe impl Send for Mapping {}
// SAFETY: all access goes through atomics or through copies whose exclusiveness the callers' protocols keep.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// A new nameless file of `len` bytes, all zero, none of them backed by memory yet.
    pub(crate) fn create(len: u64) -> Result<Self, Errno> {
        let fd = memfd_create(c"forkyard", MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING)?;
        ftruncate(&fd, i64::try_from(len).map_err(|_| Errno::EFBIG)?)?;
        // Nobody can shrink it under us: that would turn every access into SIGBUS.
        fcntl(&fd, FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_SEAL))?;
        Self::map(fd, len)
    }

    /// Maps the file behind a descriptor that another process made.
    pub(crate) fn attach(fd: OwnedFd) -> Result<Self, Errno> {
        let len = u64::try_from(fstat(&fd)?.st_size).map_err(|_| Errno::EINVAL)?;
        let seals = SealFlag::from_bits_retain(fcntl(&fd, FcntlArg::F_GET_SEALS)?);
        if !seals.contains(SealFlag::F_SEAL_SHRINK) {
            return Err(Errno::EINVAL);
        }
        Self::map(fd, len)
    }

    fn map(fd: OwnedFd, len: u64) -> Result<Self, Errno> {
        let size = usize::try_from(len).ok().and_then(NonZeroUsize::new).ok_or(Errno::EINVAL)?;
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a fresh address range chosen by the kernel; the file cannot shrink (sealed).
        let base = unsafe { mmap(None, size, protection, MapFlags::MAP_SHARED | MapFlags::MAP_NORESERVE, &fd, 0)? };
        Ok(Self { base: base.cast(), len, fd })
    }

    /// Bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The memfd.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// The structure at `at`. Panics outside of the mapping or when not aligned: offsets come from checked handles.
    #[inline]
    pub(crate) fn view<T: Shared>(&self, at: u64) -> &'static T {
        self.check(at, size_of::<T>() as u64);
        assert!(at.is_multiple_of(align_of::<T>() as u64), "misaligned offset {at}");
        // SAFETY: inside the mapping, which is never unmapped, and aligned (its base is page aligned); `Shared` promises that any bytes are
        // a valid `T` and that it is only ever changed through atomics.
        unsafe { &*self.base.as_ptr().add(at as usize).cast::<T>() }
    }

    /// The 64-bit word at `at`.
    #[inline]
    pub(crate) fn word(&self, at: u64) -> &'static AtomicU64 {
        self.view(at)
    }

    /// The address of `len` bytes at `at`.
    pub(crate) fn address(&self, at: u64, len: u64) -> *mut u8 {
        self.check(at, len);
        // SAFETY: inside the mapping.
        unsafe { self.base.as_ptr().add(at as usize) }
    }

    /// Copies bytes in. The caller owns them at this moment.
    #[inline]
    pub(crate) fn write(&self, at: u64, from: &[u8]) {
        let to = self.address(at, from.len() as u64);
        // SAFETY: both ranges are valid for their length, and a slice of this process does not overlap with a range that its caller owns
        // in the arena.
        unsafe { hand_over(from.as_ptr(), to, from.len()) }
    }

    /// Copies bytes out. The caller owns them at this moment, or bears that they change while it copies (as a `Value` without its lock does).
    #[inline]
    pub(crate) fn read(&self, at: u64, into: &mut [u8]) {
        let from = self.address(at, into.len() as u64);
        // SAFETY: as in `write`.
        unsafe { copy(from, into.as_mut_ptr(), into.len()) }
    }

    /// Makes bytes zero. The caller owns them.
    pub(crate) fn zero(&self, at: u64, len: u64) {
        // SAFETY: `address` checked the range.
        unsafe { std::ptr::write_bytes(self.address(at, len), 0, len as usize) }
    }

    /// Bytes that nobody changes as long as the caller keeps the block they lie in: those of a message that was taken out of a channel.
    pub(crate) fn bytes(&self, at: u64, len: u64) -> &'static [u8] {
        // SAFETY: in range, never unmapped; the block has one owner, the message, and nobody writes into it before it is given back.
        unsafe { std::slice::from_raw_parts(self.address(at, len), len as usize) }
    }

    /// Gives the whole pages within the range back to the system; they read as zero afterwards. Whether that was possible.
    pub(crate) fn punch(&self, at: u64, len: u64) -> bool {
        let start = at.next_multiple_of(PAGE);
        let end = (at + len) / PAGE * PAGE;
        if end <= start {
            return true;
        }
        let Some(address) = NonNull::new(self.address(start, end - start)) else { return false };
        // SAFETY: inside the mapping; the caller owns these bytes and does not need them any more.
        unsafe { madvise(address.cast(), (end - start) as usize, MmapAdvise::MADV_REMOVE).is_ok() }
    }

    #[inline]
    fn check(&self, at: u64, len: u64) {
        let inside = at.checked_add(len).is_some_and(|end| end <= self.len);
        assert!(inside, "{len} bytes at {at} lie outside of the arena");
    }
}
