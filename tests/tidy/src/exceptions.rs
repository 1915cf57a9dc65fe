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
    exception("unsafe", "backend/trace/src/ring/", "the ring lives in memory that several processes map"),
    exception("unsafe", "backend/oncpu/src/perf/", "perf's ring lives in memory that the kernel writes"),
];

const fn exception(rule: &'static str, place: &'static str, reason: &'static str) -> Exception {
    Exception { rule, place, reason }
}
