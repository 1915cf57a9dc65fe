//! An arena that is none, or that somebody has written over: it is refused, or the call panics. What never happens is that memory is
//! read or written that is not the arena's, which would end the process with SIGSEGV or SIGBUS.
//!
//! The mutexes are left alone, and so are queues, which have some: a mutex's bytes are the C library's, which believes them. Where
//! overwritten numbers lay one object over a mutex, it may be waited for without an end.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod watchdog;

use std::ops::Range;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use forkyard_engine::process::inherited;
use forkyard_engine::shm::{Arena, Block, Handle, guard, named};
use forkyard_engine::sync::{Lock, LockKind, Semaphore, Wait};
use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::uio::pwrite;
use nix::unistd::{alarm, ftruncate};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use watchdog::{child, code, watch};

/// How an arena begins: `forkyard` in a number, the layout's version, an id.
const HEAD: [&[u8]; 3] = [&0x666f_726b_7961_7264_u64.to_ne_bytes(), &2_u32.to_ne_bytes(), &7_u32.to_ne_bytes()];
/// The allocator's mutex in the arena's header.
const MUTEX: Range<usize> = 48..96;
/// The list of what each process holds, with its mutex.
const HOLDINGS: Range<usize> = 672..728;
/// Where the table of names lies.
const NAMES: Range<usize> = 728..736;
/// The mutexes of the names and of their guard, at the header's end.
const MUTEXES: Range<usize> = 736..832;
/// Bytes of a block's header that say something.
const BLOCK: usize = 44;

/// How many arenas are tried, and which.
const CASES: u32 = 150;
const SEED: u64 = 1;

/// Attaching went well.
const ATTACHED: i32 = 3;
/// How a child ends that panicked, that panicked again while it cleaned up, and that its watchdog ended.
const FAILED: [i32; 3] = [101, -nix::libc::SIGABRT, -nix::libc::SIGALRM];
/// Seconds for a child.
const PATIENCE: u32 = 1;

/// Held by the test that runs: a fork copies one thread alone, and whatever another one holds at that moment is never given back.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    watch();
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that can be attached, if what is in it can.
fn file(content: &[u8]) -> OwnedFd {
    let fd = memfd_create(c"garbage", MFdFlags::MFD_ALLOW_SEALING | MFdFlags::MFD_CLOEXEC).unwrap();
    ftruncate(&fd, content.len() as i64).unwrap();
    pwrite(&fd, content, 0).unwrap();
    fcntl(&fd, FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_SHRINK)).unwrap();
    fd
}

/// How a child ends that attaches this and then does something. This process has no arena of its own.
fn attached(content: &[u8], body: impl FnOnce()) -> i32 {
    let fd = file(content);
    let attempt = child(|| {
        prepare();
        if Arena::attach(inherited(fd.as_raw_fd()).unwrap()).is_err() {
            return 0;
        }
        body();
        ATTACHED
    });
    code(&attempt)
}

/// In the child: what panics say is of no interest, and it must come to an end.
fn prepare() {
    alarm::set(PATIENCE);
    std::panic::set_hook(Box::new(|_| ()));
}

/// Makes, opens, uses and gives back.
fn use_everything(handles: &[[u8; 16]]) {
    let kept: Vec<_> = [8, 100, 5_000, 300_000].into_iter().map(|len| Block::new(len, 8)).collect();
    for handle in handles {
        let handle = Handle::from_bytes(*handle);
        drop((Block::open(handle), Lock::open(handle), Semaphore::open(handle)));
    }
    for name in ["/one", "/another"] {
        drop((named::remember(name), named::forget(name), guard::is_there()));
    }
    for block in kept.into_iter().flatten() {
        block.write(0, &[1]);
    }
}

/// The same numbers at every run, unless asked for others: what they find is in the code, not in the luck of the day.
fn seed() -> RngSeed {
    match ProptestConfig::default().rng_seed {
        RngSeed::Random => RngSeed::Fixed(SEED),
        asked => asked,
    }
}

fn handles() -> impl Strategy<Value = Vec<[u8; 16]>> {
    // Of the arena above, few generations, places where blocks may begin.
    let handle = (0_u32..3, 0_u64..40).prop_map(|(generation, line)| {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(HEAD[2]);
        bytes[4..8].copy_from_slice(&generation.to_ne_bytes());
        bytes[8..].copy_from_slice(&(line * 64).to_ne_bytes());
        bytes
    });
    prop::collection::vec(handle, 0..6)
}

/// Numbers as they may stand there: places in the arena, small ones, or any.
fn words() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(prop_oneof![3 => (0_u64..64).prop_map(|line| line * 64), 2 => 0_u64..5, 1 => any::<u64>()], 1..300)
}

#[test]
fn a_file_that_begins_like_an_arena_is_taken_for_one() {
    let _turn = turn();
    let mut content = HEAD.concat();
    content.resize(1 << 20, 0);
    assert_eq!(attached(&content, || ()), ATTACHED, "else the tests below are about nothing");
    assert_eq!(attached(&content, || ()), ATTACHED, "nor did this process get an arena by its first child");
    content[0] ^= 1;
    assert_eq!(attached(&content, || ()), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: seed(), ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn a_file_of_any_bytes_is_no_arena(content in prop::collection::vec(any::<u8>(), 1..2000)) {
        let _turn = turn();
        prop_assert_eq!(attached(&content, || ()), 0);
    }

    #[test]
    fn an_arena_of_any_numbers_is_used_within_its_bounds(words in words(), handles in handles(), pages in 1_usize..40) {
        let _turn = turn();
        let mut content: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        content.resize(pages * 4096, 0);
        content[..16].copy_from_slice(&HEAD.concat());
        content[MUTEX].fill(0);
        content[HOLDINGS].fill(0);
        content[MUTEXES].fill(0);
        let end = attached(&content, || use_everything(&handles));
        prop_assert!(end == ATTACHED || FAILED.contains(&end), "the child ended with {}", end);
    }

    #[test]
    fn an_arena_that_is_written_over_is_used_within_its_bounds(
        header in prop::collection::vec((16..HOLDINGS.start - 8, any::<u64>(), 0_u64..64), 0..3),
        names in prop::option::of(0_u64..64),
        blocks in prop::collection::vec((0_usize..3, 0..BLOCK - 8, any::<u64>()), 0..3),
    ) {
        let _turn = turn();
        let user = child(|| {
            prepare();
            let fd = Arena::current().unwrap().fd();
            let (lock, block) = (Lock::new(LockKind::Plain).unwrap(), Block::new(1000, 8).unwrap());
            let freed = Block::new(1000, 8).unwrap().handle();
            let handles = [lock.handle(), block.handle(), freed].map(Handle::to_bytes);
            for (at, any, line) in header {
                if at + 8 <= MUTEX.start || at >= MUTEX.end {
                    // A place in the arena does more harm than any number.
                    let word = if any & 1 == 0 { any } else { line * 64 };
                    pwrite(fd, &word.to_ne_bytes(), at as i64).unwrap();
                }
            }
            named::remember("/there").unwrap();
            if let Some(line) = names {
                pwrite(fd, &(line * 64).to_ne_bytes(), NAMES.start as i64).unwrap();
            }
            for (which, at, any) in blocks {
                let place = i64::from_ne_bytes(*handles[which][8..].first_chunk().unwrap());
                pwrite(fd, &any.to_ne_bytes(), place + at as i64).unwrap();
            }
            drop(block.clone());
            use_everything(&handles);
            let _ = lock.acquire(Wait::Never);
            0
        });
        let end = code(&user);
        prop_assert!(end == 0 || FAILED.contains(&end), "the child ended with {}", end);
    }
}
