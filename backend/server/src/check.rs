//! The syntax check: the interpreter compiles the program and says what it thinks of it. The program is never run.
//!
//! One short-lived interpreter for each check, without its site (12 ms on the build machine): a compiler that is driven into
//! its limits by a hostile program takes nobody else with it.

use std::path::Path;
use std::process::Stdio;

use forkyard_wire::check::{Diagnostic, Severity};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::limits;

/// What the interpreter runs. It reads the program from its input and writes one line for each diagnostic: severity, line,
/// column, end line, end column and message with tabs between. Places that CPython does not know are 0.
const COMPILE: &str = include_str!("check.py");

/// Checks programs, a few at a time.
#[derive(Debug)]
pub(crate) struct Checker {
    places: Semaphore,
    waiting: Semaphore,
}

impl Checker {
    /// A checker that uses so many cores at once.
    pub(crate) fn new(cores: usize) -> Self {
        Checker { places: Semaphore::new(cores.max(1)), waiting: Semaphore::new(limits::CHECKS_WAITING + cores.max(1)) }
    }

    /// What this interpreter says about a program.
    pub(crate) async fn check(&self, python: &Path, source: &str) -> Result<Vec<Diagnostic>, CheckError> {
        let _waits = self.waiting.try_acquire().map_err(|_| CheckError::Busy)?;
        let _place = self.places.acquire().await.map_err(|_| CheckError::Busy)?;
        match tokio::time::timeout(limits::CHECK, compile(python, source)).await {
            Ok(Ok(Some(answer))) => Ok(diagnostics(&answer, source)),
            Ok(Ok(None)) => {
                Ok(vec![whole(source, Severity::Error, "the interpreter gives up on this program: it is nested too deeply")])
            }
            Ok(Err(error)) => Err(CheckError::Start(error)),
            Err(_) => Ok(vec![whole(
                source,
                Severity::Warning,
                "the check was given up: the interpreter takes too long to read this program",
            )]),
        }
    }
}

/// The interpreter's answer; `None` when it died of the program.
async fn compile(python: &Path, source: &str) -> std::io::Result<Option<String>> {
    let mut child = Command::new(python)
        .args(["-I", "-S", "-c", COMPILE])
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // An interpreter that died early does not read all of it; its status says so.
        let _ = stdin.write_all(source.as_bytes()).await;
    }
    let output = child.wait_with_output().await?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

fn diagnostics(answer: &str, source: &str) -> Vec<Diagnostic> {
    let mut all: Vec<_> = answer.lines().filter_map(|line| diagnostic(line, source)).collect();
    all.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
    all
}

fn diagnostic(line: &str, source: &str) -> Option<Diagnostic> {
    let mut parts = line.splitn(6, '\t');
    let severity = if parts.next()? == "warning" { Severity::Warning } else { Severity::Error };
    let mut number = || parts.next()?.parse::<u32>().ok();
    let (first, column, last, end) = (number()?, number()?, number()?, number()?);
    let message = parts.next()?.to_owned();
    let lines: Vec<&str> = source.lines().collect();
    let length = |line: u32| lines.get(line.saturating_sub(1) as usize).map_or(0, |text| count(text));
    let last_line = u32::try_from(lines.len()).unwrap_or(u32::MAX).max(1);

    // A place may lie behind the end of the text: an unclosed block is reported on the line after the last.
    let line = first.clamp(1, last_line);
    let behind = first > last_line;
    if behind || column == 0 {
        let indent = lines.get(line as usize - 1).map_or(0, |text| count(text) - count(text.trim_start()));
        let column = if behind { length(line).max(1) } else { indent + 1 };
        return Some(Diagnostic {
            line,
            column,
            end_line: line,
            end_column: (length(line) + 1).max(column + 1),
            message,
            severity,
        });
    }
    let column = column.min(length(line) + 1);
    let (end_line, end_column) =
        if (last, end) > (line, column) && last <= last_line { (last, end.min(length(last) + 1)) } else { (line, column) };
    let end_column = if (end_line, end_column) > (line, column) { end_column } else { column + 1 };
    Some(Diagnostic { line, column, end_line, end_column, message, severity })
}

fn whole(source: &str, severity: Severity, message: &str) -> Diagnostic {
    let end_column = source.lines().next().map_or(0, count).max(1) + 1;
    Diagnostic { line: 1, column: 1, end_line: 1, end_column, message: message.to_owned(), severity }
}

fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX - 2)
}

/// A program cannot be checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    /// Too many wait already.
    #[error("too many checks at once")]
    Busy,
    /// The interpreter could not be started.
    #[error("the interpreter cannot be started: {0}")]
    Start(std::io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: &str, source: &str) -> (u32, u32, u32, u32) {
        let found = diagnostic(line, source).unwrap();
        (found.line, found.column, found.end_line, found.end_column)
    }

    #[test]
    fn a_place_is_kept_within_the_text() {
        assert_eq!(place("error\t1\t5\t1\t8\tm", "a = b c"), (1, 5, 1, 8));
        assert_eq!(place("error\t1\t5\t1\t0\tm", "a = b c"), (1, 5, 1, 6), "an end that is not known");
        assert_eq!(place("error\t3\t1\t3\t0\tm", "if x:\n  # nothing"), (2, 11, 2, 12), "behind the last line");
        assert_eq!(place("warning\t2\t0\t0\t0\tm", "x\n  y is 1"), (2, 3, 2, 9), "a line alone");
        assert_eq!(place("error\t1\t1\t1\t0\tm", ""), (1, 1, 1, 2), "no text at all");
    }

    #[test]
    fn what_is_no_diagnostic_is_left_out() {
        assert!(diagnostics("nonsense\nerror\t1\n", "x").is_empty());
    }
}
