//! A shared mapping of a file that ends with its owner, and checked copies in and out of it.

use std::num::NonZeroUsize;
use std::os::fd::BorrowedFd;
use std::ptr::NonNull;

use nix::errno::Errno;
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};

/// The bytes of a file, as long as this lives. Whoever shortens the file has every access beyond its new end killed by the kernel.
#[derive(Debug)]
pub struct Window {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: a shared mapping belongs to no thread.
unsafe impl Send for Window {}
// SAFETY: it is reached by copies, which bear that others change the bytes meanwhile, and by those who take a raw pointer and answer for it.
unsafe impl Sync for Window {}

impl Window {
    /// The first `len` bytes of a file, to be read and written.
    pub(crate) fn open(fd: BorrowedFd<'_>, len: usize) -> Result<Self, Errno> {
        let size = NonZeroUsize::new(len).ok_or(Errno::EINVAL)?;
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a fresh address range chosen by the kernel.
        let base = unsafe { mmap(None, size, protection, MapFlags::MAP_SHARED, fd, 0)? };
        Ok(Self { base: base.cast(), len })
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Never: there is no mapping of nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where it lies; valid as long as this lives.
    pub fn as_ptr(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    /// Copies `into.len()` bytes out, from `at` on. Panics when they reach past the end.
    pub fn read(&self, at: usize, into: &mut [u8]) {
        self.check(at, into.len());
        // SAFETY: inside the mapping, and a slice of this process lies outside of it.
        unsafe { std::ptr::copy_nonoverlapping(self.as_ptr().add(at), into.as_mut_ptr(), into.len()) }
    }

    /// Copies bytes in, at `at`. Panics when they reach past the end.
    pub fn write(&self, at: usize, from: &[u8]) {
        self.check(at, from.len());
        // SAFETY: as in `read`.
        unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), self.as_ptr().add(at), from.len()) }
    }

    fn check(&self, at: usize, len: usize) {
        let whole = self.len;
        assert!(at.checked_add(len).is_some_and(|end| end <= whole), "{len} bytes at {at} of a segment of {whole}");
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // SAFETY: mapped in `open`; who took a pointer was told that it ends here.
        let _ = unsafe { munmap(self.base.cast(), self.len) };
    }
}
