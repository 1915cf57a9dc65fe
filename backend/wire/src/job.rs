//! The conversation between server and runner.
//!
//! The server starts one runner for each run and writes one JSON line, the [`Job`], to its standard input, then [`Command`]s,
//! one JSON line each. The runner writes [`crate::run::RunEvent`]s to its standard output, one JSON line each, `finished` last.
//! The end of the runner's standard input means that nobody wants the run any more: it ends it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::run::{Engine, Isolation, OnCore, StartMethod, Workers};

/// Where the library that watches the interpreter's lock lies in [`Interpreter::package`].
pub const WATCHER: &str = "_forkyard/libforkyard_gil.so";

/// Everything a runner needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The run's id.
    pub run: String,
    /// What is run.
    pub program: Program,
    /// `sys.argv[1:]`.
    pub args: Vec<String>,
    /// Processes or threads.
    pub workers: Workers,
    /// `None`: the interpreter's own default.
    pub start_method: Option<StartMethod>,
    /// Whose `multiprocessing`.
    pub engine: Engine,
    /// The interpreter.
    pub python: Interpreter,
    /// Whether anything is recorded.
    pub timeline: bool,
    /// Whether the run is shut in. `false` only for a program of the user's own, from the terminal: then the program has the
    /// terminal's standard streams (descriptors 10, 11 and 12 of the runner), no limit holds, and no `output` event is sent.
    pub isolated: bool,
    /// What it may use.
    pub limits: Limits,
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// This text, as `main.py` in a directory of its own.
    Source(String),
    /// This file, where it lies.
    Script(PathBuf),
}

/// An interpreter, asked once what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// `3.13.0`.
    pub version: String,
    /// The real binary, never a shim.
    pub executable: PathBuf,
    /// `sys.base_prefix`.
    pub prefix: PathBuf,
    /// The directory of the virtual environment that puts the engine in place of `multiprocessing`; its `bin/python` is what
    /// is started.
    pub environment: PathBuf,
    /// The directory of the engine's Python package and extension.
    pub package: PathBuf,
    /// What `multiprocessing` uses by itself on this interpreter.
    pub default_start_method: StartMethod,
    /// Why its lock (the GIL) cannot be watched, and what would change that; `None` when it can.
    pub unwatched: Option<String>,
}

/// What a run may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Wall clock in milliseconds.
    pub wall_ms: u64,
    /// Memory of the whole run in bytes.
    pub memory_bytes: u64,
    /// Processes and threads at once.
    pub processes: u32,
    /// Bytes over both streams.
    pub output_bytes: u64,
    /// Bytes of all files.
    pub files_bytes: u64,
    /// Number of files.
    pub files: u32,
    /// Cores the run may use: 0 for all.
    pub cores: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            wall_ms: 15_000,
            memory_bytes: 512 << 20,
            processes: 64,
            output_bytes: 1 << 20,
            files_bytes: 64 << 20,
            files: 2_000,
            cores: 8,
        }
    }
}

/// What a server may ask of a runner once the run has started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Text for the program's standard input.
    Stdin(String),
    /// No more will come.
    CloseStdin,
    /// End the run.
    Stop,
}

/// What a machine gives to runs: the one line that `forkyard-runner --probe` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// How far a run is shut in.
    pub isolation: Isolation,
    /// What is missing for more, and what would give it.
    pub isolation_detail: Option<String>,
    /// How on-core time is measured.
    pub on_core: OnCore,
    /// What is missing for exact times, and what would give it.
    pub on_core_detail: Option<String>,
    /// How many cores there are for runs.
    pub cores: u32,
}
