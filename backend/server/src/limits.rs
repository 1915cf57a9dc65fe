//! Every limit of the server, in one place.
//!
//! What a single run may use is [`forkyard_wire::job::Limits`], handed to its runner, which holds it. Here is what the server
//! holds by itself: sizes of requests, numbers of runs, and how long it waits for anything.

use std::ops::RangeInclusive;
use std::time::Duration;

/// The largest body of a request, in bytes.
pub(crate) const BODY_BYTES: usize = 1 << 20;

/// How long the body of a request may take to arrive.
pub(crate) const BODY: Duration = Duration::from_secs(30);

/// How many `args` a run may have, and how long they may be together, in bytes.
pub(crate) const ARGS: usize = 256;
/// See [`ARGS`].
pub(crate) const ARGS_BYTES: usize = 64 << 10;

/// How many variants a comparison has, and how often each may run.
pub(crate) const VARIANTS: RangeInclusive<usize> = 2..=6;
/// See [`VARIANTS`].
pub(crate) const REPEATS: RangeInclusive<u32> = 1..=20;

/// How long a variant's label may be, in characters.
pub(crate) const LABEL: usize = 100;

/// How many runs may wait for a core; the next one is refused.
pub(crate) const QUEUE: usize = 64;

/// What a refused client is told to wait before it tries again.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(5);

/// How many bytes of events may wait for a slow reader of one run before the run itself is held back.
pub(crate) const EVENTS_BYTES: usize = 4 << 20;

/// The longest line a runner may send, in bytes: above a chunk that reports every slot of the trace at once.
pub(crate) const LINE_BYTES: usize = 64 << 20;

/// How many of a client's commands may wait for one run.
pub(crate) const COMMANDS: usize = 16;

/// A comment is sent on a silent stream this often, so that a dead connection is noticed.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long a client may leave what was sent unread before its connection counts as dead.
pub(crate) const STALLED: Duration = Duration::from_secs(60);

/// How long a runner may take to end a run that was stopped or left, before it is killed. With the kill itself the promise
/// is 250 ms.
pub(crate) const STOP: Duration = Duration::from_millis(180);

/// How much longer than its wall-clock limit a run may take before its runner counts as hung.
pub(crate) const RUNNER_GRACE: Duration = Duration::from_secs(5);

/// How long a runner may take to end after it said `finished`.
pub(crate) const RUNNER_EXIT: Duration = Duration::from_secs(1);

/// How many finished runs keep their timeline, and how large these may be together, in bytes. Above what the largest comparison runs.
pub(crate) const STORED_RUNS: usize = 128;
/// See [`STORED_RUNS`].
pub(crate) const STORED_BYTES: usize = 64 << 20;

/// How long a syntax check may take.
pub(crate) const CHECK: Duration = Duration::from_secs(2);

/// How many syntax checks may wait for a core.
pub(crate) const CHECKS_WAITING: usize = 32;

/// How long an interpreter may take to say what it is. A shim that is a shell script needs most of a second on a busy machine.
pub(crate) const ASK_INTERPRETER: Duration = Duration::from_secs(10);

/// How long the runner may take to say what the machine offers.
pub(crate) const PROBE: Duration = Duration::from_secs(5);

/// How long the server waits for its runs when it is told to end.
pub(crate) const SHUTDOWN: Duration = Duration::from_secs(2);
