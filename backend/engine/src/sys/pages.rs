//! The pages of this process's memory, and a list of some that processes share.

use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::os::unix::fs::FileExt;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous};

use super::memory::PAGE;

/// Of a page's word in `/proc/self/pagemap`: it is in memory; nobody else has it.
const PRESENT: u64 = 1 << 63;
const EXCLUSIVE: u64 = 1 << 56;

/// Pages that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// The number of the first.
    pub(crate) first: u64,
    /// How many.
    pub(crate) count: u64,
    /// Whether they are this process's own copies, and not what is read only.
    pub(crate) written: bool,
}

/// A part of a process's private memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// The number of its first page.
    first: u64,
    /// That of the page behind its last.
    end: u64,
    /// Whether it can be written to.
    writable: bool,
}

/// The parts of this process's private memory.
pub(crate) fn parts() -> io::Result<Vec<Part>> {
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let part = |line: &str| {
        let (place, rest) = line.split_once(' ')?;
        let (start, end) = place.split_once('-')?;
        let address = |text| u64::from_str_radix(text, 16).ok();
        let private = rest.as_bytes().get(3) == Some(&b'p') && !rest.ends_with("[vvar]") && !rest.ends_with("[vsyscall]");
        let (first, end) = (address(start)? / PAGE, address(end)? / PAGE);
        private.then_some(Part { first, end, writable: rest.as_bytes().get(1) == Some(&b'w') })
    };
    Ok(maps.lines().filter_map(part).collect())
}

/// What this process has of these parts: where it can write, the pages that are its own; elsewhere those that are in memory.
pub(crate) fn had_of(parts: &[Part]) -> io::Result<Vec<Run>> {
    let map = File::open("/proc/self/pagemap")?;
    let mut runs: Vec<Run> = Vec::new();
    for &Part { first, end, writable: written } in parts {
        let mut words = vec![0; (end - first) as usize * 8];
        map.read_exact_at(&mut words, first * 8)?;
        let wanted = if written { PRESENT | EXCLUSIVE } else { PRESENT };
        for (page, word) in (first..).zip(words.as_chunks::<8>().0) {
            if u64::from_ne_bytes(*word) & wanted != wanted {
                continue;
            }
            match runs.last_mut() {
                Some(last) if last.first + last.count == page && last.written == written => last.count += 1,
                _ => runs.push(Run { first: page, count: 1, written }),
            }
        }
    }
    Ok(runs)
}

/// Has this process get these pages now, as it would when it came to use them. What is not there any more is left out.
pub(crate) fn get(run: Run) {
    let advice = if run.written { MmapAdvise::MADV_POPULATE_WRITE } else { MmapAdvise::MADV_POPULATE_READ };
    let Some(start) = NonNull::new((run.first * PAGE) as *mut std::ffi::c_void) else { return };
    // SAFETY: the kernel looks for the pages itself and refuses what is no memory of this process; what is in them stays the same.
    let _ = unsafe { madvise(start, (run.count * PAGE) as usize, advice) };
}

/// A list of numbers in memory that this process shares with those that are copied from it, for which one of them writes it once.
#[derive(Debug)]
pub(crate) struct SharedList {
    base: NonNull<AtomicU64>,
    room: usize,
}

// SAFETY: the memory stays for the life of the process, and is reached through atomics alone.
unsafe impl Send for SharedList {}
// SAFETY: as above.
unsafe impl Sync for SharedList {}

/// The list's first word: nobody has begun to write it, somebody has, or it is written and has one number less than this.
const EMPTY: u64 = 0;
const BEGUN: u64 = 1;
const WRITTEN: u64 = 2;

impl SharedList {
    /// An empty one with room for so many numbers.
    pub(crate) fn new(room: usize) -> Option<Self> {
        let size = NonZeroUsize::new((room + 1) * 8)?;
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a fresh address range chosen by the kernel, never unmapped.
        let base = unsafe { mmap_anonymous(None, size, access, MapFlags::MAP_SHARED) }.ok()?;
        Some(Self { base: base.cast(), room })
    }

    /// Writes it, if nobody has begun to. What there is no room for is left out.
    pub(crate) fn write(&self, numbers: impl FnOnce() -> Vec<u64>) {
        let state = self.word(0);
        if state.compare_exchange(EMPTY, BEGUN, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let mut written = WRITTEN;
        for number in numbers().into_iter().take(self.room) {
            self.word((written - WRITTEN) as usize + 1).store(number, Ordering::Relaxed);
            written += 1;
        }
        state.store(written, Ordering::Release);
    }

    /// What was written; nothing while it is not.
    pub(crate) fn read(&self) -> impl Iterator<Item = u64> + '_ {
        let count = self.word(0).load(Ordering::Acquire).saturating_sub(WRITTEN).min(self.room as u64);
        (1..=count as usize).map(|index| self.word(index).load(Ordering::Relaxed))
    }

    fn word(&self, index: usize) -> &AtomicU64 {
        assert!(index <= self.room, "outside of the list");
        // SAFETY: within the mapping, as was just seen; aligned, since the mapping is by pages; any bytes are a number.
        unsafe { self.base.add(index).as_ref() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_were_written_to_are_this_processs_own() {
        let memory = vec![1_u8; 8 * PAGE as usize];
        let within = memory.as_ptr() as u64 / PAGE + 1;
        let parts: Vec<_> = parts().unwrap().into_iter().filter(|part| part.first <= within && within < part.end).collect();
        let runs = had_of(&parts).unwrap();
        assert!(runs.iter().any(|run| run.written && run.first <= within && within + 6 <= run.first + run.count), "{runs:?}");
        runs.into_iter().for_each(get);
    }

    #[test]
    fn a_list_is_written_once() {
        let list = SharedList::new(2).unwrap();
        assert_eq!(list.read().count(), 0);
        list.write(|| vec![7, 8, 9]);
        list.write(|| vec![1]);
        assert_eq!(list.read().collect::<Vec<_>>(), [7, 8]);
    }
}
