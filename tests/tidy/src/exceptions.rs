//! Every exception to a house rule, with its reason. One that nothing needs fails the rule.

/// A place where a rule does not hold.
#[derive(Debug, Clone, Copy)]
pub struct Exception {
    /// The rule's name, as its test gives it to [`crate::rule::settle`].
    pub rule: &'static str,
    /// A file, or a directory with a `/` at its end, relative to the repository.
    pub place: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// The list.
pub const EXCEPTIONS: &[Exception] = &[
    exception("unsafe", "backend/engine/src/sys/", "shared memory and fork have no safe wrappers"),
    exception("unsafe", "backend/gil/src/hooks.rs", "it answers for functions of the C library and calls the real ones"),
    exception("unsafe", "backend/oncpu/src/perf.rs", "perf's ring lives in memory that the kernel writes"),
    exception("unsafe", "backend/oncpu/tests/watches_real_processes.rs", "it watches children that it forks"),
    exception("unsafe", "backend/python/src/bytes.rs", "bytes are made without being cleared before they are filled in"),
    exception("unsafe", "backend/python/src/frame.rs", "the interpreter tells the running frame by a raw pointer"),
    exception("unsafe", "backend/python/src/methods.rs", "the interpreter calls methods with raw pointers"),
    exception("unsafe", "backend/python/src/modules.rs", "looks through a dictionary without counting references"),
    exception("unsafe", "backend/python/src/fork.rs", "the interpreter's fork hooks have no safe wrappers"),
    exception("unsafe", "backend/python/src/mapping.rs", "the buffer protocol hands out raw pointers"),
    exception("unsafe", "backend/sandbox/src/sys.rs", "namespaces and capabilities have no safe wrappers"),
    exception("unsafe", "backend/trace/src/processor.rs", "the time, the core and a fetch ahead are instructions"),
    exception("unsafe", "backend/trace/src/memory.rs", "the rings live in memory that several processes map"),
    exception("unsafe", "backend/trace/src/recorder.rs", "the recorder outlives a fork, which leaves it another process's ring"),
    exception("unsafe", "backend/trace/src/watcher.rs", "calls a function of a library that it finds by name"),
    exception("unsafe", "backend/trace/tests/rings_survive_their_writers.rs", "its writers are children that it forks and kills"),
    exception("forbid", "backend/engine/src/lib.rs", "has `sys`"),
    exception("forbid", "backend/gil/src/lib.rs", "has `hooks`"),
    exception("forbid", "backend/oncpu/src/lib.rs", "has `perf`"),
    exception("forbid", "backend/python/src/lib.rs", "has `bytes`, `fork`, `frame`, `mapping`, `methods` and `modules`"),
    exception("forbid", "backend/sandbox/src/lib.rs", "has `sys`"),
    exception("forbid", "backend/trace/src/lib.rs", "has `memory`, `processor` and `recorder`"),
    exception("unfinished", "backend/engine/tests/named.rs", "programs of their own that other tests start, not tests"),
    exception("unfinished", "backend/engine/tests/process.rs", "a program of its own that another test starts, not a test"),
    exception("places", "backend/runner/tests/jail.rs", "looks from inside the jail at what `/proc` calls the root of process 1"),
    exception("module docs in Python", "frontend/app/static/", "a program that the page shows, without a word too many"),
    exception("module docs in Python", "frontend/app/templates/", "programs that the page shows, without a word too many"),
    exception("module docs in Python", "tests/conformance/documents/", "programs as a learner writes them"),
    exception("colours", "frontend/app/static/icon.svg", "an icon stands outside the page and its custom properties"),
];

const fn exception(rule: &'static str, place: &'static str, reason: &'static str) -> Exception {
    Exception { rule, place, reason }
}
