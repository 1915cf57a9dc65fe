//! Every bound and every time of the engine, in one place.

use std::time::Duration;

/// Sizes of the arena that are tried, largest first, bytes. It is sparse: only what is used takes memory.
pub const ARENA_BYTES: [u64; 5] = [64 << 30, 16 << 30, 4 << 30, 1 << 30, 256 << 20];

/// Free blocks from this size on give their pages back to the system, once [`WARM_BYTES`] of them are kept.
pub const LARGE_BLOCK: u64 = 256 << 10;

/// Pages of free large blocks that are kept, bytes: making a page anew costs more than copying into it.
pub const WARM_BYTES: u64 = 64 << 20;

/// Whenever the arena has grown by so many bytes, what processes held that have died is looked for: at most that much more is lost.
pub const GROWTH_UNSEEN: u64 = 64 << 10;

/// Messages longer than this lie in a block of their own, bytes.
pub const INLINE_MESSAGE: usize = 32 << 10;

/// The first segment of a queue, bytes; each further one that a backlog needs is twice as large, up to [`LAST_SEGMENT`].
pub const FIRST_SEGMENT: u64 = 64 << 10;

/// See [`FIRST_SEGMENT`].
pub const LAST_SEGMENT: u64 = 4 << 20;

/// Bytes that are copied at once. From 2112 on the C library (2.36) uses one string instruction, which on AMD's Zen 3 and 4 takes 20 times
/// as long where the goal begins 1 to 15 bytes further into its page than the source; below it does not.
pub const COPY_STEP: usize = 2048;

/// Of copies into shared memory from so many bytes on it is seen how long they take.
pub const LONG_COPY: usize = 8 << 10;

/// Where a long copy takes more than that for a KiB, the next one passes the caches by; twice as many after the next one that does, up to
/// [`PASSING_COPIES`].
pub const SLOW_COPY_KIB: Duration = Duration::from_nanos(300);

/// See [`SLOW_COPY_KIB`].
pub const PASSING_COPIES: u32 = 64;

/// Bytes that may wait in a channel before who sends a message of [`PACED_MESSAGE`] or more lets those who take catch up, for a short
/// while.
pub const AHEAD_BYTES: u64 = 512 << 10;

/// See [`AHEAD_BYTES`]; bytes.
pub const PACED_MESSAGE: usize = 2 << 10;

/// Messages of a pipe that have not been received, in bytes, before `send` waits.
pub const PIPE_BYTES: u64 = 64 << 20;

/// A spinning wait sleeps after this time. A wake-up costs 33-50 us, a spin that succeeds 0.3 us; two who answer each other can only leave
/// sleeping behind if the one spins longer than the other takes to wake.
pub const SPIN: Duration = Duration::from_micros(80);

/// After a wake-up that was in vain a waiter spins for this time before it sleeps again.
pub const SPIN_AGAIN: Duration = Duration::from_micros(5);

/// After a spin that failed, this many waits on the same object go without; twice as many after the next one, up to this.
pub const SPINLESS_WAITS: u32 = 64;

/// A sleeper looks after this time whether it still makes sense to sleep: whether a lock's holder lives, and whether a wake-up went to a
/// process that died before it could use it. Twice as long each time, up to [`LAST_DOZE`].
pub const FIRST_DOZE: Duration = Duration::from_millis(50);

/// See [`FIRST_DOZE`].
pub const LAST_DOZE: Duration = Duration::from_millis(400);

/// Tasks of a pool that nobody has taken yet, bytes, before what feeds it from an iterable waits.
pub const TASK_BYTES: u64 = 4 << 20;

/// A pool's idle worker looks after this time whether its parent still lives.
pub const WORKER_LOOKS_UP: Duration = Duration::from_secs(1);
