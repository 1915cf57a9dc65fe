//! How a program is run: what the run bar chooses.

use forkyard_wire::lesson::ExampleOptions;
use forkyard_wire::run::{Engine, RunRequest, StartMethod, Workers};

/// What the run bar shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Processes or threads.
    pub workers: Workers,
    /// `None`: what the interpreter does by itself.
    pub start_method: Option<StartMethod>,
    /// `None`: the server's default interpreter.
    pub python: Option<String>,
    /// Whose `multiprocessing`.
    pub engine: Engine,
}

impl Settings {
    /// As a lesson wants its example run.
    pub fn of_example(options: &ExampleOptions) -> Self {
        Settings { workers: options.workers, start_method: options.start_method, ..Settings::default() }
    }

    /// The request for a run of `source`.
    pub fn request(&self, source: &str) -> RunRequest {
        RunRequest {
            workers: self.workers,
            start_method: self.start_method,
            python: self.python.clone(),
            engine: self.engine,
            ..RunRequest::new(source)
        }
    }
}
