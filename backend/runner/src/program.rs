//! The program: what is started, with which words and surroundings, and a process that waits to become it.
//!
//! The process is held before it becomes the program, so that it can be put into its control group and be watched from its first
//! instruction.

use std::convert::Infallible;
use std::ffi::{CString, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use forkyard_sandbox::cgroup::Cgroup;
use forkyard_sandbox::confine::Confinement;
use forkyard_sandbox::root::{HOME, MAIN};
use forkyard_sandbox::sys::{self, Fork};
use forkyard_wire::job::{Job, Program, WATCHER};
use forkyard_wire::run::{Engine, StartMethod, Workers};
use forkyard_wire::timeline::GilWatch;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::sched::CloneFlags;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, dup2_stderr, dup2_stdin, dup2_stdout, execve, pipe2, setsid, write};

use crate::console::ProgramStreams;
use crate::recording::OFF;

/// Where a program that brings no path of its own finds others.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// What a held process says when it only waits for us; no text begins with it.
const READY: u8 = 0;

/// The variable with what is loaded before a program.
const PRELOAD: &str = "LD_PRELOAD";

/// What is started.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    executable: CString,
    arguments: Vec<CString>,
    environment: Vec<CString>,
}

/// Where the program lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Home {
    /// In a directory of its own, which is current, with surroundings of its own.
    Own(PathBuf),
    /// Where its user started it, with that user's surroundings.
    Users,
}

/// Descriptors that the program gets beside its streams, each with the variable that tells it the number.
pub(crate) type Extra<'a> = [(&'static str, BorrowedFd<'a>)];

/// What holds the program.
pub(crate) struct Cell<'a> {
    /// Its user, limits and system calls.
    pub(crate) confinement: Confinement,
    /// Its control group.
    pub(crate) cgroup: Option<&'a Cgroup>,
}

/// A process that waits to become the program.
#[derive(Debug)]
pub(crate) struct Held {
    pid: Pid,
    go: OwnedFd,
    failure: File,
}

impl Start {
    /// What `job` asks for.
    pub(crate) fn new(job: &Job, home: &Home, extra: &Extra<'_>) -> Result<Self, ProgramError> {
        let python = job.python.environment.join("bin/python");
        let (script, main) = match &job.program {
            Program::Source(_) => {
                let directory = match home {
                    Home::Own(directory) => directory.as_path(),
                    Home::Users => Path::new(HOME),
                };
                (PathBuf::from(MAIN), directory.join(MAIN))
            }
            Program::Script(path) => (path.clone(), std::path::absolute(path).unwrap_or_else(|_| path.clone())),
        };
        let mut arguments: Vec<OsString> = vec![python.clone().into(), script.into()];
        arguments.extend(job.args.iter().map(OsString::from));
        let environment = environment(job, home, &main, extra);
        let environment = environment.into_iter().map(|(name, value)| {
            let mut pair = name;
            pair.push("=");
            pair.push(value);
            pair
        });
        Ok(Start {
            executable: word(python.into())?,
            arguments: arguments.into_iter().map(word).collect::<Result<_, _>>()?,
            environment: environment.map(word).collect::<Result<_, _>>()?,
        })
    }

    /// Makes the process that will become it. It enters its control group, which takes a while, and waits.
    pub(crate) fn hold(
        &self,
        streams: &ProgramStreams,
        extra: &Extra<'_>,
        cell: Option<&Cell<'_>>,
    ) -> Result<Held, ProgramError> {
        let (wait, go) = pipe2(OFlag::O_CLOEXEC)?;
        let (failure, tell) = pipe2(OFlag::O_CLOEXEC)?;
        match sys::fork(CloneFlags::empty())? {
            Fork::Parent(pid) => Ok(Held { pid, go, failure: File::from(failure) }),
            Fork::Child => {
                drop(go);
                let error = enter(streams, extra, cell)
                    .and_then(|()| {
                        write(&tell, &[READY])?;
                        self.become_it(cell, File::from(wait))
                    })
                    .map_or_else(|error| error, |never| match never {});
                let _ = write(&tell, error.to_string().as_bytes());
                sys::exit_now(127)
            }
        }
    }

    /// In the new process, once it may go on: returns only when it could not become the program.
    fn become_it(&self, cell: Option<&Cell<'_>>, mut wait: File) -> Result<Infallible, ProgramError> {
        // Nobody answers when the runner has ended meanwhile.
        wait.read_exact(&mut [0; 1]).map_err(|_| ProgramError::Abandoned)?;
        if let Some(cell) = cell {
            cell.confinement.apply().map_err(|error| ProgramError::Unconfined(error.to_string()))?;
        }
        // After the change of user, which forgets it.
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        sys::reset_signals()?;
        execve(&self.executable, &self.arguments, &self.environment)
            .map_err(|errno| ProgramError::NotStarted { path: self.executable.to_string_lossy().into_owned(), errno })
    }
}

/// In the new process: its descriptors, its session, its control group.
fn enter(streams: &ProgramStreams, extra: &Extra<'_>, cell: Option<&Cell<'_>>) -> Result<(), ProgramError> {
    dup2_stdin(&streams.stdin)?;
    dup2_stdout(&streams.stdout)?;
    dup2_stderr(&streams.stderr)?;
    for (_, descriptor) in extra {
        fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty()))?;
    }
    if let Some(cell) = cell {
        setsid()?;
        cell.cgroup.map_or(Ok(()), Cgroup::enter).map_err(|error| ProgramError::Unconfined(error.to_string()))?;
    }
    Ok(())
}

impl Held {
    /// Its process id.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// Waits until it only waits for us.
    pub(crate) fn ready(&mut self) -> Result<(), ProgramError> {
        let mut first = [0; 1];
        self.failure.read_exact(&mut first).map_err(|_| ProgramError::Abandoned)?;
        if first == [READY] {
            return Ok(());
        }
        let mut rest = String::new();
        let _ = self.failure.read_to_string(&mut rest);
        Err(ProgramError::Failed(format!("{}{rest}", char::from(first[0]))))
    }

    /// Lets it go on, and returns when it has become the program.
    pub(crate) fn release(mut self) -> Result<(), ProgramError> {
        write(&self.go, &[1])?;
        let mut why = String::new();
        // Closed by becoming the program.
        self.failure.read_to_string(&mut why).map_err(|_| ProgramError::Abandoned)?;
        if why.is_empty() { Ok(()) } else { Err(ProgramError::Failed(why)) }
    }
}

/// The program's surroundings.
fn environment(job: &Job, home: &Home, main: &Path, extra: &Extra<'_>) -> Vec<(OsString, OsString)> {
    let mut environment: Vec<(OsString, OsString)> = match home {
        Home::Own(directory) => [
            ("PATH", format!("{}:{PATH}", job.python.environment.join("bin").display()).into()),
            ("HOME", directory.clone().into_os_string()),
            ("LANG", "C.UTF-8".into()),
            ("PYTHONDONTWRITEBYTECODE", "1".into()),
        ]
        .map(|(name, value): (&str, OsString)| (name.into(), value))
        .into(),
        Home::Users => std::env::vars_os().filter(|(name, _)| !name.as_encoded_bytes().starts_with(b"FORKYARD_")).collect(),
    };
    if job.timeline
        && let Ok(watcher) = watcher(&job.python.package)
    {
        preload(&mut environment, watcher);
    }
    let mut set = |name: &str, value: OsString| environment.push((name.into(), value));
    set("FORKYARD_ENGINE", engine(job.engine).into());
    set("FORKYARD_WORKERS", workers(job.workers).into());
    if let Some(method) = job.start_method {
        set("FORKYARD_START_METHOD", start_method(method).into());
    }
    set("FORKYARD_MAIN", main.into());
    for (name, descriptor) in extra {
        set(name, std::os::fd::AsRawFd::as_raw_fd(&descriptor.as_fd()).to_string().into());
    }
    environment
}

/// The library that watches the interpreter's lock, if the package has it and its place can be told to the loader, which takes
/// these letters for the end of a name; or why it cannot be loaded.
fn watcher(package: &Path) -> Result<PathBuf, String> {
    let watcher = package.join(WATCHER);
    if watcher.as_os_str().as_encoded_bytes().iter().any(|letter| b" :\t\n".contains(letter)) {
        return Err(format!(
            "the library that watches it cannot be loaded from {}, because of a blank or a colon",
            watcher.display()
        ));
    }
    if !watcher.is_file() {
        return Err(format!("the library that watches it is missing at {}: `cargo xtask build` makes it", watcher.display()));
    }
    Ok(watcher)
}

/// Whether the interpreter's lock will be watched in this run, or why not.
pub(crate) fn gil(job: &Job) -> GilWatch {
    let reason = if job.timeline {
        watcher(&job.python.package).err().or_else(|| job.python.unwatched.clone())
    } else {
        Some(OFF.to_owned())
    };
    GilWatch { watched: reason.is_none(), reason }
}

/// Has `library` loaded before the program, and before what its user has loaded.
fn preload(environment: &mut Vec<(OsString, OsString)>, library: PathBuf) {
    let mut value = library.into_os_string();
    if let Some(at) = environment.iter().position(|(name, _)| name == PRELOAD) {
        let (_, users) = environment.swap_remove(at);
        value.push(":");
        value.push(users);
    }
    environment.push((PRELOAD.into(), value));
}

fn engine(engine: Engine) -> &'static str {
    match engine {
        Engine::Forkyard => "forkyard",
        Engine::Stdlib => "stdlib",
    }
}

fn workers(workers: Workers) -> &'static str {
    match workers {
        Workers::Processes => "processes",
        Workers::Threads => "threads",
    }
}

fn start_method(method: StartMethod) -> &'static str {
    match method {
        StartMethod::Fork => "fork",
        StartMethod::Spawn => "spawn",
        StartMethod::Forkserver => "forkserver",
    }
}

fn word(text: OsString) -> Result<CString, ProgramError> {
    CString::new(text.into_vec()).map_err(|_| ProgramError::Nul)
}

/// Why the program did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProgramError {
    /// No system call takes such a word.
    #[error("an argument or a path holds a NUL character")]
    Nul,
    /// The machine refused something on the way.
    #[error("the machine refused to start a process: {0}")]
    Refused(#[from] Errno),
    /// What holds a run could not be put on.
    #[error("{0}")]
    Unconfined(String),
    /// The interpreter.
    #[error("{path}: {errno}")]
    NotStarted {
        /// Which.
        path: String,
        /// How.
        errno: Errno,
    },
    /// What the new process told before it gave up.
    #[error("{0}")]
    Failed(String),
    /// The other side is gone.
    #[error("the runner and the program lost each other")]
    Abandoned,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_user_has_loaded_is_loaded_too() {
        let mut environment = vec![("LD_PRELOAD".into(), "/their/lib.so".into()), ("HOME".into(), "/".into())];
        preload(&mut environment, "/our/lib.so".into());
        assert!(environment.contains(&("LD_PRELOAD".into(), "/our/lib.so:/their/lib.so".into())));
        assert_eq!(environment.len(), 2);
    }
}
