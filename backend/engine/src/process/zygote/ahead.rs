//! The pages that a copy comes to have of its own before the program's first line, and at its end: most of what a start takes is to copy
//! them, one by one when each is first written to. They are much the same for every copy. So the first copy notes at its end which they
//! were, and those that wait get them before they are wanted.

use std::sync::OnceLock;

use crate::sys::pages::{self, Part, Run, SharedList};

/// Runs of pages that are noted; an interpreter's are some two hundred.
const MOST: usize = 4096;
/// Pages that are got ahead, at most: what the first copy's program did with its own must not cost every one that waits.
const MOST_PAGES: u64 = 2048;
/// A run as a number: the first page, how many, and whether they were written to.
const COUNT_BITS: u32 = 15;

/// Of a zygote and its copies.
struct Ahead {
    parts: Vec<Part>,
    runs: SharedList,
}

static AHEAD: OnceLock<Ahead> = OnceLock::new();

/// In the zygote, before its first copy.
pub(super) fn begin() {
    if let (Ok(parts), Some(runs)) = (pages::parts(), SharedList::new(MOST)) {
        let _ = AHEAD.set(Ahead { parts, runs });
    }
}

/// In a copy, at its end.
pub fn note() {
    if let Some(ahead) = AHEAD.get() {
        ahead.runs.write(|| {
            let mut runs = pages::had_of(&ahead.parts).unwrap_or_default();
            // What takes longest first: the copy may be wanted before it has all.
            runs.sort_by_key(|run| !run.written);
            runs.into_iter().map(pack).collect()
        });
    }
}

/// In a copy that waits: gets them until it `is_wanted`.
pub(super) fn get(mut is_wanted: impl FnMut() -> bool) {
    let mut room = MOST_PAGES;
    for run in AHEAD.get().into_iter().flat_map(|ahead| ahead.runs.read()).map(unpack) {
        room = room.saturating_sub(run.count);
        if room == 0 || is_wanted() {
            return;
        }
        pages::get(run);
    }
}

fn pack(run: Run) -> u64 {
    let count = run.count.min((1 << COUNT_BITS) - 1);
    run.first << (COUNT_BITS + 1) | count << 1 | u64::from(run.written)
}

fn unpack(number: u64) -> Run {
    Run { first: number >> (COUNT_BITS + 1), count: number >> 1 & ((1 << COUNT_BITS) - 1), written: number & 1 == 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_what_it_was() {
        let run = Run { first: 0x7_ffff_ffff, count: 77, written: true };
        assert_eq!(unpack(pack(run)), run);
    }
}
