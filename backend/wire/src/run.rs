//! A run: what is asked for, and the events that tell what happened.

use serde::{Deserialize, Serialize};

use crate::timeline::{Chunk, GilWatch};

/// The longest program that is accepted, in bytes of UTF-8.
pub const MAX_SOURCE_BYTES: usize = 64 * 1024;

/// The body of `POST /api/runs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// The program, at most [`MAX_SOURCE_BYTES`].
    pub source: String,
    /// Who does the work that the program hands to `multiprocessing`.
    #[serde(default)]
    pub workers: Workers,
    /// `None`: what the interpreter does by itself.
    #[serde(default)]
    pub start_method: Option<StartMethod>,
    /// Whose `multiprocessing` serves the program.
    #[serde(default)]
    pub engine: Engine,
    /// `"3.12"`: one of the interpreters found; `None`: the default one.
    #[serde(default)]
    pub python: Option<String>,
    /// Whether anything is recorded.
    #[serde(default = "yes")]
    pub timeline: bool,
    /// `sys.argv[1:]`.
    #[serde(default)]
    pub args: Vec<String>,
    /// Reserved: must be absent or null.
    #[serde(default)]
    pub shake: Option<u64>,
}

impl RunRequest {
    /// A run of `source` with every default.
    pub fn new(source: impl Into<String>) -> Self {
        RunRequest {
            source: source.into(),
            workers: Workers::default(),
            start_method: None,
            engine: Engine::default(),
            python: None,
            timeline: true,
            args: Vec::new(),
            shake: None,
        }
    }
}

fn yes() -> bool {
    true
}

/// Who does the work that a program hands to `multiprocessing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Workers {
    /// Processes, as the program says.
    #[default]
    Processes,
    /// Threads of one interpreter behind the same API.
    Threads,
}

/// How a child process comes to be; Python's own names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StartMethod {
    /// A copy of the parent.
    Fork,
    /// A fresh interpreter.
    Spawn,
    /// A fork of a clean server process.
    Forkserver,
}

/// Whose `multiprocessing` serves the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Forkyard's engine.
    #[default]
    Forkyard,
    /// CPython's own module.
    Stdlib,
}

/// One event of a run, in the order in which it happened. On the wire the name is the SSE event and the content its data;
/// between runner and server it is one JSON line `{"event": name, "data": {…}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::large_enum_variant, reason = "most events are chunks, and they pass one at a time: a box would save nothing")
)]
pub enum RunEvent {
    /// The run waits for its turn; sent as often as its place changes.
    Queued(Queued),
    /// The interpreter is about to start.
    Started(Started),
    /// Something was printed.
    Output(Output),
    /// What the processes did since the last chunk.
    Timeline(Chunk),
    /// The run is over; the last event.
    Finished(Finished),
}

impl RunEvent {
    /// The name of the event on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            RunEvent::Queued(_) => "queued",
            RunEvent::Started(_) => "started",
            RunEvent::Output(_) => "output",
            RunEvent::Timeline(_) => "timeline",
            RunEvent::Finished(_) => "finished",
        }
    }
}

/// The place of a run that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queued {
    /// 1 is next.
    pub position: u32,
}

/// What the run got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Started {
    /// The run's id, for `/api/runs/{id}`.
    pub run: String,
    /// The interpreter's version, `3.13.0`.
    pub python: String,
    /// The start method in force.
    pub start_method: StartMethod,
    /// Whose `multiprocessing`.
    pub engine: Engine,
    /// Processes or threads.
    pub workers: Workers,
    /// How many cores the run may use.
    pub cores: u32,
    /// How far the run is shut in.
    pub isolation: Isolation,
    /// How on-core time is measured.
    pub on_core: OnCore,
    /// Why that is not exact, and what would change it.
    pub on_core_detail: Option<String>,
    /// Whether the interpreter's lock (the GIL) is watched, as far as that is known before it starts. What the run's processes find out
    /// by themselves is in the timeline.
    pub gil: GilWatch,
}

/// How far a run is shut in, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Namespaces, seccomp and a cgroup.
    Full,
    /// Namespaces and seccomp, no cgroup.
    Namespaces,
    /// Resource limits and seccomp only.
    Rlimits,
    /// None: a program of the user's own, from the terminal.
    None,
}

/// How on-core time is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnCore {
    /// Every switch, by perf.
    Exact,
    /// Every few milliseconds, by schedstat: totals exact, edges blurred.
    Sampled,
    /// Not at all.
    Off,
}

/// A stream of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// `sys.stdout`.
    Stdout,
    /// `sys.stderr`.
    Stderr,
}

/// Something printed, in the order in which it was written, across processes and both streams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Output {
    /// Where it was written.
    pub stream: Stream,
    /// `Process.name` of the writer: `MainProcess`, `Process-1`.
    pub process: String,
    /// The writer's lane in the timeline, 0 when it has none.
    pub lane: u32,
    /// When it was written, nanoseconds since the run's zero.
    pub at_ns: u64,
    /// The text; what is not UTF-8 arrives as U+FFFD.
    pub text: String,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The program ended by itself, whatever its exit code.
    Completed,
    /// Somebody stopped it.
    Stopped,
    /// The wall clock struck.
    TimedOut,
    /// The memory limit struck.
    OutOfMemory,
    /// The output limit struck.
    TooMuchOutput,
    /// The limit on processes struck and ended it.
    TooManyProcesses,
    /// Forkyard itself failed.
    InternalError,
}

/// The end of a run, with its figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finished {
    /// How it ended.
    pub outcome: Outcome,
    /// The main process's exit code, when it exited.
    pub exit_code: Option<i32>,
    /// The signal that ended the main process, `SIGKILL`, when one did.
    pub signal: Option<String>,
    /// From the start of the interpreter to the end of the last process, in nanoseconds.
    pub wall_ns: u64,
    /// User and system time of all processes, in nanoseconds.
    pub cpu_ns: u64,
    /// The most memory that the run held at once, in bytes.
    pub peak_memory_bytes: u64,
    /// How many processes there were over the run's life, the main one included.
    pub processes: u32,
    /// Mean number of cores busy while it ran.
    pub cores_used: f64,
    /// Whether output was left out.
    pub output_truncated: bool,
    /// One sentence for the learner when there is something to say.
    pub message: Option<String>,
}
