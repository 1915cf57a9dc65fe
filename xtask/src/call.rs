//! Calling other programs, and saying so.

use std::env;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::place;

/// Says what happens now. `usually` is how long that takes, in words; empty when it is quick.
pub(crate) fn say(what: &str, usually: &str) {
    if usually.is_empty() {
        eprintln!("==> {what}");
    } else {
        eprintln!("==> {what} (usually {usually})");
    }
}

/// The cargo that called us, or the one on the PATH, at the repository's root.
pub(crate) fn cargo() -> Command {
    program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program, started at the repository's root.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(place::root());
    command
}

/// Runs a program to its end; it shares our terminal, but not our input.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("`{}` did not start", shown(command)))?;
    if !status.success() {
        bail!("`{}` failed: {status}", shown(command));
    }
    Ok(())
}

/// Runs a program to its end, passes on what it prints and gives each line to `line` as well. Both streams come as one, in order.
/// The answer is whether it ended well.
pub(crate) fn listen(command: &mut Command, mut line: impl FnMut(&str)) -> Result<bool> {
    let (reader, writer) = std::io::pipe().context("no pipe could be made")?;
    command.stdin(Stdio::null()).stdout(writer.try_clone().context("no pipe could be made")?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("`{}` did not start", shown(command)))?;
    // The command holds the pipe's writing ends: while it does, reading never comes to an end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    for text in BufReader::new(reader).split(b'\n') {
        let text = text.context("what the program printed could not be read")?;
        let text = String::from_utf8_lossy(&text);
        println!("{text}");
        line(&text);
    }
    Ok(child.wait().context("the program could not be waited for")?.success())
}

/// What a program prints, trimmed; `None` when there is no such program or it fails.
pub(crate) fn answer(command: &mut Command) -> Result<Option<String>> {
    match command.stdin(Stdio::null()).stderr(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())),
        Ok(_) => Ok(None),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("`{}` did not start", shown(command))),
    }
}

/// The first program on the PATH with one of these names.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file()))
}

/// The PATH with these directories before everything else.
pub(crate) fn path_with(directories: &[&Path]) -> Result<std::ffi::OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    let all = directories.iter().map(|directory| directory.to_path_buf()).chain(env::split_paths(&rest));
    env::join_paths(all).context("a directory's name holds a colon: it cannot be on the PATH")
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}
