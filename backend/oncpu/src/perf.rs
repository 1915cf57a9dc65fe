//! One perf event and its ring: the system calls and the shared memory. What the records mean is not known here.

use std::ffi::c_void;
use std::fs::File;
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::errno::Errno;
use nix::libc;
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use perf_event_open_sys::bindings::{
    PERF_COUNT_SW_DUMMY, PERF_FLAG_FD_CLOEXEC, PERF_SAMPLE_CPU, PERF_SAMPLE_TID, PERF_SAMPLE_TIME, PERF_TYPE_SOFTWARE,
    perf_event_attr, perf_event_mmap_page,
};
use perf_event_open_sys::perf_event_open;

/// Bytes of a ring: a power of two of pages. 2 048 switches.
const RING: usize = 64 << 10;
const PAGE: usize = 4096;

/// The switches of one process, and of all that it starts, on one core.
#[derive(Debug)]
pub(crate) struct Event {
    file: File,
    base: NonNull<c_void>,
}

// SAFETY: the mapping belongs to this value alone on our side, and the kernel's side of the protocol knows no threads.
unsafe impl Send for Event {}

impl Event {
    /// Watches `pid` (0: the caller) and what it starts, on a core. It counts from now on.
    pub(crate) fn open(pid: u32, core: u32) -> Result<Self, Errno> {
        let mut attr = attributes();
        let flags = u64::from(PERF_FLAG_FD_CLOEXEC);
        // SAFETY: `attr` is a whole `perf_event_attr` and says its own size.
        let fd = unsafe { perf_event_open(&mut attr, pid as i32, core as i32, -1, flags as libc::c_ulong) };
        // SAFETY: the descriptor is fresh, and nobody else's.
        let file = Errno::result(fd).map(|fd| unsafe { File::from_raw_fd(fd) })?;
        let length = NonZeroUsize::new(PAGE + RING).ok_or(Errno::EINVAL)?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a fresh mapping at an address of the kernel's choice aliases nothing.
        let base = unsafe { mmap(None, length, access, MapFlags::MAP_SHARED, &file, 0) }?;
        Ok(Event { file, base })
    }

    /// Readable when the ring is half full.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Moves what is in the ring to the end of `bytes`.
    pub(crate) fn read(&mut self, bytes: &mut Vec<u8>) {
        let (head, tail) = self.ends();
        // SYNC: data_head. Pairs with the kernel's barrier before it moves the head: what lies below it is whole.
        let end = head.load(Ordering::Acquire);
        let start = tail.load(Ordering::Relaxed);
        let length = (end.wrapping_sub(start) as usize).min(RING);
        let first = start as usize % RING;
        for (from, length) in [(first, length.min(RING - first)), (0, length.saturating_sub(RING - first))] {
            // SAFETY: within the ring, which follows the first page of the mapping; the kernel does not write between tail and head.
            bytes.extend_from_slice(unsafe {
                std::slice::from_raw_parts(self.base.byte_add(PAGE + from).cast::<u8>().as_ptr(), length)
            });
        }
        // SYNC: data_tail. Pairs with the kernel's read of the tail before it writes there.
        tail.store(end, Ordering::Release);
    }

    /// Where the kernel writes next, and where we read next.
    fn ends(&self) -> (&AtomicU64, &AtomicU64) {
        let page = self.base.cast::<perf_event_mmap_page>().as_ptr();
        // SAFETY: the mapping begins with this page; both fields are aligned words that are shared with the kernel, and are
        // accessed by us through these atomics only.
        unsafe { (AtomicU64::from_ptr(&raw mut (*page).data_head), AtomicU64::from_ptr(&raw mut (*page).data_tail)) }
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        // SAFETY: `base` came from an mmap of this length, and no reference into it outlives a call. A failure leaves it mapped.
        let _ = unsafe { munmap(self.base, PAGE + RING) };
    }
}

/// An event that counts nothing and records switches and ends of threads: what an ordinary user may have at
/// `perf_event_paranoid` 2, because it says nothing about the kernel.
fn attributes() -> perf_event_attr {
    let mut attr = perf_event_attr {
        type_: PERF_TYPE_SOFTWARE,
        size: size_of::<perf_event_attr>() as u32,
        config: u64::from(PERF_COUNT_SW_DUMMY),
        sample_type: u64::from(PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU),
        clockid: libc::CLOCK_MONOTONIC,
        ..perf_event_attr::default()
    };
    attr.set_context_switch(1);
    attr.set_task(1);
    attr.set_inherit(1);
    attr.set_sample_id_all(1);
    attr.set_exclude_kernel(1);
    attr.set_exclude_hv(1);
    attr.set_use_clockid(1);
    attr.set_watermark(1);
    attr.__bindgen_anon_2.wakeup_watermark = RING as u32 / 2;
    attr
}
