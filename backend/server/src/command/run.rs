//! `forkyard run`: one program of the user's own, from the terminal.
//!
//! The program has the terminal's standard streams and gets the terminal's signals, as if it had been started without Forkyard;
//! only its exit code passes through. What it cost is said on standard error when it has ended.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail};
use forkyard_wire::job::{Command, Job, Limits, Program};
use forkyard_wire::run::{Engine, Finished, Outcome, Output, StartMethod, Started, Workers};
use forkyard_wire::timeline::Chunk;
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::Signal;
use tokio::signal::unix::{SignalKind, signal};

use super::TROUBLE;
use crate::installation::Installation;
use crate::limits;
use crate::python::{Interpreters, environment};
use crate::runner::{Group, Runner};
use crate::runs::registry;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Who does the work that the program hands to `multiprocessing`.
    #[arg(long, value_parser = ["processes", "threads"], default_value = "processes")]
    workers: String,
    /// How child processes are started; the interpreter's own way unless this is given.
    #[arg(long, value_parser = ["fork", "spawn", "forkserver"])]
    start_method: Option<String>,
    /// Whose `multiprocessing` serves the program.
    #[arg(long, value_parser = ["forkyard", "stdlib"], default_value = "forkyard")]
    engine: String,
    /// The interpreter's version, such as 3.13.
    #[arg(long)]
    python: Option<String>,
    /// Writes the timeline to this file, as a Chrome trace that Perfetto opens.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// The program.
    script: PathBuf,
    /// Its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Runs the program and ends as it ended.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<ExitCode> {
    lend_terminal()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(run(arguments))
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let installation = Installation::of_this_program()?;
    let runner = installation.runner()?;
    let trace = arguments.trace.clone();
    let job = job(arguments, &installation).await?;
    // The terminal sends Ctrl-C to the program as well, which does with it what it likes; we stay to say how it ended.
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    let mut hang_up = signal(SignalKind::hangup()).context("cannot wait for signals")?;

    let mut runner = Runner::start(&runner, &job, Group::Ours)?;
    // As texts: to read them takes the cores from the program as long as that runs.
    let mut chunks: Vec<String> = Vec::new();
    let mut started: Option<Started> = None;
    let mut finished: Option<Finished> = None;
    while finished.is_none() {
        let event = tokio::select! {
            event = runner.next() => event?,
            _ = interrupt.recv() => continue,
            _ = terminate.recv() => { let _ = runner.send(&Command::Stop); continue }
            _ = hang_up.recv() => { let _ = runner.send(&Command::Stop); continue }
        };
        let Some(event) = event else { bail!("the runner ended without a word about the program") };
        match event.name.as_str() {
            "started" => started = serde_json::from_str(&event.data).ok(),
            // The program writes to the terminal by itself: these are the runner's own words, such as that there is a deadlock.
            "output" => {
                eprint!("{}", serde_json::from_str::<Output>(&event.data).context("the runner's words cannot be read")?.text)
            }
            "timeline" if trace.is_some() => chunks.push(event.data),
            "finished" => finished = Some(serde_json::from_str(&event.data).context("the end cannot be read")?),
            _ => {}
        }
    }
    runner.end(limits::RUNNER_EXIT).await.context("the runner is lost")?;
    let finished = finished.context("the program's end is not known")?;
    eprintln!("{}", summary(&finished, started.as_ref(), Births::of(&job)));
    if let Some(file) = trace {
        write_trace(&file, &chunks)?;
    }
    Ok(ExitCode::from(exit_code(&finished)))
}

async fn job(arguments: Arguments, installation: &Installation) -> anyhow::Result<Job> {
    let script = std::path::absolute(&arguments.script).context("cannot tell where the program lies")?;
    if !script.is_file() {
        bail!("there is no file {}", arguments.script.display());
    }
    let (workers, engine) = (workers(&arguments.workers), engine(&arguments.engine));
    let package = match engine {
        Engine::Forkyard => installation.package()?,
        Engine::Stdlib => installation.package_directory(),
    };
    let interpreters = Interpreters::find().await?;
    let found = interpreters.pick(arguments.python.as_deref())?;
    Ok(Job {
        run: registry::new_id().context("the system gives no random number")?,
        program: Program::Script(script),
        args: arguments.args,
        workers,
        start_method: arguments.start_method.as_deref().map(start_method),
        engine,
        python: environment::prepare(found, &package)?,
        timeline: arguments.trace.is_some(),
        isolated: false,
        // None of them holds for a program of the user's own; the wall clock is set so far away that it cannot strike.
        limits: Limits { wall_ms: u64::from(u32::MAX), cores: 0, ..Limits::default() },
    })
}

/// Makes the terminal's streams available to the program as descriptors 10, 11 and 12 of the runner.
fn lend_terminal() -> anyhow::Result<()> {
    let (input, output, error) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    let streams: [(BorrowedFd<'_>, i32); 3] = [(input.as_fd(), 10), (output.as_fd(), 11), (error.as_fd(), 12)];
    for (stream, number) in streams {
        // Nothing of ours is open there yet; what a shell left open there is not wanted.
        let _ = nix::unistd::close(number);
        let given = fcntl(stream, FcntlArg::F_DUPFD(number)).context("cannot lend the terminal to the program")?;
        if given != number {
            bail!("descriptor {number} is not free");
        }
    }
    Ok(())
}

fn write_trace(file: &Path, chunks: &[String]) -> anyhow::Result<()> {
    let chunks = chunks.iter().map(|chunk| serde_json::from_str(chunk)).collect::<Result<Vec<Chunk>, _>>();
    let chunks = chunks.context("a timeline cannot be read")?;
    let trace = serde_json::to_vec(&forkyard_trace::chrome::export(&chunks)).context("the trace cannot be made")?;
    std::fs::write(file, trace).with_context(|| format!("cannot write {}", file.display()))
}

/// The program's own exit code; 128 and the signal's number when a signal ended it, as shells have it.
fn exit_code(finished: &Finished) -> u8 {
    if finished.outcome == Outcome::InternalError {
        return TROUBLE;
    }
    match (&finished.signal, finished.exit_code) {
        (Some(signal), _) => Signal::from_str(signal).map_or(128, |signal| 128 + u8::try_from(signal as i32).unwrap_or(0)),
        (None, Some(code)) => u8::try_from(code & 0xff).unwrap_or(TROUBLE),
        (None, None) => TROUBLE,
    }
}

/// How the processes of a run were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Births {
    /// Each told of its birth, because the run was recorded.
    Told,
    /// By looking now and then, which misses those that live for a moment only.
    Seen,
}

impl Births {
    fn of(job: &Job) -> Self {
        if job.timeline { Births::Told } else { Births::Seen }
    }
}

fn summary(finished: &Finished, started: Option<&Started>, births: Births) -> String {
    let least = if births == Births::Seen { "at least " } else { "" };
    let processes = match finished.processes {
        1 => format!("{least}1 process"),
        count => format!("{least}{count} processes"),
    };
    let cores = started.map(|started| format!(" of {}", started.cores)).unwrap_or_default();
    let mut text = format!(
        "forkyard: {} wall, {} CPU, {:.2} cores used{cores}, {processes}, {} MiB at its peak",
        seconds(finished.wall_ns),
        seconds(finished.cpu_ns),
        finished.cores_used,
        finished.peak_memory_bytes.div_ceil(1 << 20),
    );
    if let Some(message) = &finished.message {
        text += &format!("\nforkyard: {message}");
    }
    text
}

fn seconds(nanoseconds: u64) -> String {
    let time = Duration::from_nanos(nanoseconds);
    if time < Duration::from_secs(1) {
        format!("{:.0} ms", time.as_secs_f64() * 1e3)
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}

fn workers(name: &str) -> Workers {
    if name == "threads" { Workers::Threads } else { Workers::Processes }
}

fn engine(name: &str) -> Engine {
    if name == "stdlib" { Engine::Stdlib } else { Engine::Forkyard }
}

fn start_method(name: &str) -> StartMethod {
    match name {
        "spawn" => StartMethod::Spawn,
        "forkserver" => StartMethod::Forkserver,
        _ => StartMethod::Fork,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(exit_code: Option<i32>, signal: Option<&str>) -> Finished {
        Finished {
            outcome: Outcome::Completed,
            exit_code,
            signal: signal.map(str::to_owned),
            wall_ns: 1_250_000_000,
            cpu_ns: 40_000_000,
            peak_memory_bytes: 10 << 20,
            processes: 3,
            cores_used: 0.032,
            output_truncated: false,
            message: None,
        }
    }

    #[test]
    fn it_ends_as_the_program_ended() {
        assert_eq!(exit_code(&finished(Some(3), None)), 3);
        assert_eq!(exit_code(&finished(None, Some("SIGKILL"))), 137);
    }

    #[test]
    fn the_summary_says_what_it_cost() {
        assert_eq!(
            summary(&finished(Some(0), None), None, Births::Told),
            "forkyard: 1.25 s wall, 40 ms CPU, 0.03 cores used, 3 processes, 10 MiB at its peak"
        );
    }
}
