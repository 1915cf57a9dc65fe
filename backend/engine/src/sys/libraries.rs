//! The libraries that are loaded into this process.

use std::ffi::{c_int, c_void};

/// How many have ever been loaded.
pub(crate) fn ever_loaded() -> u64 {
    let mut count = 0_u64;
    // SAFETY: the callback writes to `count` alone, which outlives the call, and ends the walk at the first library.
    unsafe { libc::dl_iterate_phdr(Some(note), (&raw mut count).cast()) };
    count
}

extern "C" fn note(library: *mut libc::dl_phdr_info, _size: usize, count: *mut c_void) -> c_int {
    // SAFETY: the C library passes one library's description, and what was given to `dl_iterate_phdr`.
    unsafe { *count.cast::<u64>() = (*library).dlpi_adds };
    1
}
