//! Whether an interpreter's lock (the GIL) can be watched, as `started` says it before the run's own interpreter could.
//!
//! The interpreter is asked as a recorded run would start it: once, and again when the package has changed. Where the answer cannot be
//! kept it is asked for each run, which then starts some 20 ms later.

use std::io::Read;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};

use forkyard_wire::job::WATCHER;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::limits;

/// Answered with why not, or with nothing. The first letter tells it from what site packages print.
const QUESTION: &str = "from _forkyard import _engine\nprint(f'\\0{_engine.gil_watch() or str()}', end='')";

/// Said of an interpreter that did not answer.
const SILENT: &str = "the interpreter was asked and gave no answer; `forkyard doctor` says whether the engine loads in it";

/// Why the lock of the interpreter with this environment cannot be watched; `None` when it can. `state` is the package's.
pub(crate) fn unwatched(environment: &Path, package: &Path, state: &str) -> Option<String> {
    let stamp = environment.join("gil");
    let kept = std::fs::read_to_string(&stamp).unwrap_or_default();
    let reason = match kept.split_once('\n') {
        Some((known, reason)) if known == state => reason.to_owned(),
        _ => {
            let Some(reason) = ask(environment, package) else { return Some(SILENT.to_owned()) };
            if let Err(error) = std::fs::write(&stamp, format!("{state}\n{reason}")) {
                tracing::debug!(%error, "what an interpreter says of its lock cannot be kept");
            }
            reason
        }
    };
    (!reason.is_empty()).then_some(reason)
}

/// The interpreter's answer, `None` when there is none in time.
fn ask(environment: &Path, package: &Path) -> Option<String> {
    let mut python = Command::new(environment.join("bin/python"));
    python.args(["-c", QUESTION]).env("LD_PRELOAD", package.join(WATCHER)).env_remove("FORKYARD_TRACE");
    let mut child = python.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut said = Vec::new();
    if let Some(mut output) = child.stdout.take() {
        let until = std::time::Instant::now() + limits::ASK_INTERPRETER;
        let mut piece = [0; 512];
        loop {
            let left =
                PollTimeout::try_from(until.saturating_duration_since(std::time::Instant::now())).unwrap_or(PollTimeout::ZERO);
            let ready = poll(&mut [PollFd::new(output.as_fd(), PollFlags::POLLIN)], left);
            match ready.ok().filter(|ready| *ready > 0).and_then(|_| output.read(&mut piece).ok()) {
                Some(length @ 1..) => said.extend_from_slice(&piece[..length]),
                Some(0) | None => break,
            }
        }
    }
    // It has ended, or had its time.
    let _ = child.kill();
    child.wait().ok()?;
    String::from_utf8_lossy(&said).rsplit_once('\0').map(|(_, answer)| answer.trim().to_owned())
}
