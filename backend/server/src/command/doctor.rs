//! `forkyard doctor`: what this machine offers, and what would give more.

use std::fmt::Write;
use std::process::{ExitCode, Stdio};

use anyhow::Context;
use forkyard_wire::job::Interpreter;
use forkyard_wire::run::{Isolation, OnCore};
use tokio::process::Command;

use crate::installation::Installation;
use crate::limits;
use crate::probe::Offer;
use crate::python::discover::{self, Candidate};
use crate::python::{Found, Interpreters, environment};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Looks at the machine and says what it found.
pub(crate) fn main(_arguments: Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    print!("{}", runtime.block_on(report())?);
    Ok(ExitCode::SUCCESS)
}

async fn report() -> anyhow::Result<String> {
    let installation = Installation::of_this_program()?;
    let mut text = String::new();
    interpreters(&mut text, &installation).await?;
    machine(&mut text, &installation).await?;
    Ok(text)
}

async fn interpreters(text: &mut String, installation: &Installation) -> anyhow::Result<()> {
    writeln!(text, "Interpreters")?;
    let found = match Interpreters::find().await {
        Ok(found) => found,
        Err(error) => {
            writeln!(text, "  {error}")?;
            return Ok(());
        }
    };
    let engines = futures::future::join_all(found.all().iter().map(|found| engine(found, installation))).await;
    for (interpreter, engine) in found.all().iter().zip(engines) {
        let mark = if interpreter == found.default() { '*' } else { ' ' };
        writeln!(text, "{mark} {:<8} {}  engine: {engine}", interpreter.full(), interpreter.executable.display())?;
    }
    writeln!(text, "  (* runs use it unless they ask for another; FORKYARD_PYTHON picks one)")?;
    for Candidate { path, answer, .. } in discover::candidates(None).await {
        if let Err(error) = answer {
            writeln!(text, "  left out: {}: {error}", path.display())?;
        }
    }
    Ok(())
}

/// What an interpreter is asked: whether the engine loads.
const QUESTION: &str = "import multiprocessing\nfrom _forkyard import _engine";

/// Whether the engine loads in this interpreter, and whether its lock is watched.
async fn engine(found: &Found, installation: &Installation) -> String {
    let package = match installation.package() {
        Ok(package) => package,
        Err(error) => return error.to_string(),
    };
    let interpreter = match environment::prepare(found, &package) {
        Ok(interpreter) => interpreter,
        Err(error) => return error.to_string(),
    };
    loads(&interpreter).await.unwrap_or_else(|error| format!("no: {error}"))
}

async fn loads(interpreter: &Interpreter) -> anyhow::Result<String> {
    let mut command = Command::new(interpreter.environment.join("bin/python"));
    command.args(["-c", QUESTION]).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(limits::ASK_INTERPRETER, command.output()).await.context("it does not answer")??;
    if output.status.success() {
        return Ok(match &interpreter.unwatched {
            None => "yes, GIL: watched".to_owned(),
            Some(trouble) => format!("yes, GIL: not watched: {trouble}"),
        });
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Ok(format!("no: {}", said.lines().last().unwrap_or("it says nothing")))
}

async fn machine(text: &mut String, installation: &Installation) -> anyhow::Result<()> {
    let offer = match installation.runner() {
        Ok(runner) => Offer::ask(&runner).await.unwrap_or_else(Offer::unknown),
        Err(error) => Offer::unknown(error),
    };
    let isolation = match offer.isolation {
        Isolation::Full => "full: namespaces, seccomp and a cgroup for each run",
        Isolation::Namespaces => "namespaces and seccomp, without a cgroup",
        Isolation::Rlimits => "resource limits and seccomp only",
        Isolation::None => "none",
    };
    let on_core = match offer.on_core {
        OnCore::Exact => "exact: every switch, by perf",
        OnCore::Sampled => "sampled: totals are exact, edges are blurred by some milliseconds",
        OnCore::Off => "not measured",
    };
    writeln!(text, "\nMachine")?;
    line(text, "isolation", isolation, offer.isolation_detail.as_deref())?;
    line(text, "core times", on_core, offer.on_core_detail.as_deref())?;
    line(text, "cores", &format!("{} for a run", offer.cores), None)?;
    line(text, "memory", &memory(), None)?;
    let outside = match offer.isolation {
        Isolation::Full => "any address",
        _ => "loopback only, because runs are not fully isolated",
    };
    line(text, "serves on", outside, None)
}

fn line(text: &mut String, name: &str, value: &str, more: Option<&str>) -> anyhow::Result<()> {
    writeln!(text, "  {name:<11} {value}")?;
    if let Some(more) = more {
        writeln!(text, "  {:<11} {more}", "")?;
    }
    Ok(())
}

/// Total and available memory, from `/proc/meminfo`.
fn memory() -> String {
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let mebibytes = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? >> 10)
    };
    match (mebibytes("MemTotal"), mebibytes("MemAvailable")) {
        (Some(total), Some(available)) => format!("{total} MiB, {available} MiB of it available"),
        _ => "not known".to_owned(),
    }
}
