//! Copies out of shared memory and into it.
//!
//! A message's place has been read by another core before, as a rule. To write there takes each line back from that core's cache: nothing
//! where the two share one, and 35 ns a line where they are far apart, 36 us for 64 KiB. Stores that pass the caches by take none back, but the
//! reader then has the bytes from memory. Which is quicker depends on where the kernel, or a host, has put the two, and changes
//! while they run: so it is seen from how long the last long copy took.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use crate::limits::{COPY_STEP, LONG_COPY, PASSING_COPIES, SLOW_COPY_KIB};

/// Bytes of a line of the caches.
const LINE: usize = 64;

/// How many of this process's next long copies pass the caches by, in the lower half, and how many after the last slow one. Threads may
/// count one twice.
static PASSING: AtomicU32 = AtomicU32::new(0);

/// Copies `len` bytes, in steps of [`COPY_STEP`].
///
/// # Safety
/// Both ranges are valid for `len` bytes and do not overlap.
#[inline]
pub(super) unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    let mut done = 0;
    while done < len {
        let step = COPY_STEP.min(len - done);
        // SAFETY: within both ranges.
        unsafe { std::ptr::copy_nonoverlapping(from.add(done), to.add(done), step) };
        done += step;
    }
}

/// Copies `len` bytes to where another core is going to read them.
///
/// # Safety
/// Both ranges are valid for `len` bytes and do not overlap.
#[inline]
pub(super) unsafe fn hand_over(from: *const u8, to: *mut u8, len: usize) {
    if !cfg!(target_arch = "x86_64") || len < LONG_COPY {
        // SAFETY: the caller's promise.
        return unsafe { copy(from, to, len) };
    }
    let (left, after_slow) = (PASSING.load(Relaxed) & 0xffff, PASSING.load(Relaxed) >> 16);
    if left > 0 {
        PASSING.store(after_slow << 16 | (left - 1), Relaxed);
        // SAFETY: the caller's promise.
        return unsafe { pass(from, to, len) };
    }
    let began = Instant::now();
    // SAFETY: the caller's promise.
    unsafe { copy(from, to, len) };
    let was_slow = began.elapsed() > SLOW_COPY_KIB * (len >> 10) as u32;
    // A first one may have been slow because the pages had to be made.
    let next = if was_slow { (2 * after_slow).clamp(1, PASSING_COPIES) } else { 0 };
    PASSING.store(next << 16 | next, Relaxed);
}

/// Copies `len` bytes past the caches, but for what fills no line.
///
/// # Safety
/// Both ranges are valid for `len` bytes and do not overlap.
unsafe fn pass(from: *const u8, to: *mut u8, len: usize) {
    let head = to.align_offset(LINE).min(len);
    let lines = (len - head) / LINE;
    let tail = head + lines * LINE;
    // SAFETY: three parts of both ranges; the second one's goal begins with a line.
    unsafe {
        copy(from, to, head);
        copy(from.add(tail), to.add(tail), len - tail);
        pass_by(from.add(head), to.add(head), lines);
    }
}

/// Copies whole lines past the caches.
///
/// # Safety
/// Both ranges are valid for so many lines and do not overlap; `to` is aligned to a line.
#[cfg(target_arch = "x86_64")]
unsafe fn pass_by(from: *const u8, to: *mut u8, lines: usize) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_sfence, _mm_stream_si128};
    let (from, to): (*const __m128i, *mut __m128i) = (from.cast(), to.cast());
    for part in (0..lines * LINE / size_of::<__m128i>()).step_by(4) {
        // SAFETY: the parts of one line, within both ranges; of 16 bytes each, and so aligned.
        unsafe {
            let line = [0, 1, 2, 3].map(|place| _mm_loadu_si128(from.add(part + place)));
            (0..4).for_each(|place| _mm_stream_si128(to.add(part + place), line[place]));
        }
    }
    // Such stores are in no order with others: what publishes the bytes must come after all of them.
    // SAFETY: every x86-64 has it.
    unsafe { _mm_sfence() }
}

/// Nobody calls it here.
///
/// # Safety
/// As above.
#[cfg(not(target_arch = "x86_64"))]
unsafe fn pass_by(from: *const u8, to: *mut u8, lines: usize) {
    // SAFETY: the caller's promise.
    unsafe { copy(from, to, lines * LINE) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_bytes_come_and_no_others_are_touched(len in 0_usize..2 * LONG_COPY, from in 0_usize..80, to in 0_usize..80) {
            let source: Vec<u8> = (0..from + len).map(|place| (place % 251) as u8).collect();
            for way in [copy, hand_over, pass] {
                let mut goal = vec![0xff; to + len + 70];
                // SAFETY: both vectors are long enough, and each is its own memory.
                unsafe { way(source.as_ptr().add(from), goal.as_mut_ptr().add(to), len) };
                prop_assert_eq!(&goal[to..to + len], &source[from..]);
                prop_assert!(goal[..to].iter().chain(&goal[to + len..]).all(|&byte| byte == 0xff));
            }
        }
    }
}
