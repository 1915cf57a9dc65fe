//! Time on a core, as the kernel tells it. Spoken within the runner only: the timeline shows it as segments of core lanes.

/// One stretch of one thread on one core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoreInterval {
    /// The core's number.
    pub core: u32,
    /// The process, in the observer's pid namespace.
    pub pid: u32,
    /// The thread, in the observer's pid namespace.
    pub tid: u32,
    /// CLOCK_MONOTONIC, nanoseconds.
    pub start_ns: u64,
    /// CLOCK_MONOTONIC, nanoseconds.
    pub end_ns: u64,
    /// What came then.
    pub after: AfterCore,
}

/// How a stretch on a core ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AfterCore {
    /// The thread waits for something, or is gone.
    Blocked,
    /// It could go on, but another thread has the core.
    Runnable,
    /// It has not ended: the thread was on the core when this was asked, and the next answer tells the stretch anew from its start.
    Running,
    /// The observer cannot tell.
    Unknown,
}
