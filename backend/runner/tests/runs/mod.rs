//! A run under test: the real binary with a job on its standard input.
//!
//! The engine is CPython's own here: what is tested is the runner, whatever runs in it. Each run carries a mark of its own in its
//! arguments, so that what is left of it can be found on the machine.
#![allow(dead_code, reason = "each test program uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "where the machine fails, so does the test")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command as Process, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use forkyard_wire::job::{Command, Interpreter, Job, Limits, Program};
use forkyard_wire::run::{Engine, Finished, Isolation, Output, RunEvent, StartMethod, Started, Stream, Workers};
use forkyard_wire::timeline::Chunk;

const RUNNER: &str = env!("CARGO_BIN_EXE_forkyard-runner");
/// How long anything may take before the test is given up.
const WATCHDOG: Duration = Duration::from_secs(300);

/// A run that is about to start.
pub(crate) struct Trial {
    pub(crate) job: Job,
    user: Option<u32>,
    terminal: Option<PathBuf>,
}

/// A run that goes on.
pub(crate) struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Option<Receiver<String>>,
    pub(crate) mark: String,
    pub(crate) started: Option<Started>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) chunks: Vec<Chunk>,
}

/// A run that is over.
pub(crate) struct Ended {
    pub(crate) started: Started,
    pub(crate) outputs: Vec<Output>,
    pub(crate) finished: Finished,
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) mark: String,
}

impl Trial {
    /// A run of `source` with every default and no timeline.
    pub(crate) fn new(source: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let mark = format!("mark-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Trial {
            job: Job {
                run: mark.clone(),
                program: Program::Source(source.to_owned()),
                args: vec![mark],
                workers: Workers::Processes,
                start_method: None,
                engine: Engine::Stdlib,
                python: interpreter().clone(),
                timeline: false,
                isolated: true,
                limits: Limits::default(),
            },
            user: None,
            terminal: None,
        }
    }

    /// A script where it lies, not isolated; the terminal's streams are the files `in`, `out` and `err` of a directory.
    pub(crate) fn at_terminal(script: &Path, directory: &Path) -> Self {
        let mut trial = Trial::new("");
        trial.job.program = Program::Script(script.to_owned());
        trial.job.isolated = false;
        trial.terminal = Some(directory.to_owned());
        trial
    }

    /// With other limits.
    pub(crate) fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.job.limits);
        self
    }

    /// With a timeline.
    pub(crate) fn timeline(mut self) -> Self {
        self.job.timeline = true;
        self
    }

    /// By a user who is nobody, where the tests run as root; with the system's interpreter, which everybody can read. `None`, and
    /// said, where the tests were built in a directory that is closed to that user.
    pub(crate) fn by_nobody(mut self) -> Option<Self> {
        if nix::unistd::Uid::effective().is_root() {
            if let Some(closed) = Path::new(RUNNER).ancestors().find(|place| !everybody_may_enter(place)) {
                eprintln!("not tested: other users may not enter {}", closed.display());
                return None;
            }
            self.user = Some(65_534);
        }
        self.job.python = system_interpreter().clone();
        Some(self)
    }

    pub(crate) fn start(self) -> Running {
        let mut running = self.start_unread();
        running.read();
        running
    }

    /// Nobody reads what the runner says until [`Running::read`].
    pub(crate) fn start_unread(self) -> Running {
        let mut process = self.process();
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).process_group(0);
        if let Some(user) = self.user {
            process.uid(user).gid(user);
        }
        let mut child = process.spawn().expect("the runner starts");
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{}", serde_json::to_string(&self.job).unwrap()).expect("the runner takes its job");
        let mark = self.job.run;
        Running { child, stdin: Some(stdin), lines: None, mark, started: None, outputs: Vec::new(), chunks: Vec::new() }
    }

    /// The runner; from a terminal with three more descriptors, which a Python opens for it.
    fn process(&self) -> Process {
        let Some(directory) = &self.terminal else { return Process::new(RUNNER) };
        let open = "import os, sys
for number, name, flags in [(10, 'in', 0), (11, 'out', 0o1101), (12, 'err', 0o1101)]:
    os.dup2(os.open(name, flags, 0o644), number)
os.execv(sys.argv[1], sys.argv[1:])";
        let mut process = Process::new(&interpreter().executable);
        process.args(["-I", "-c", open, RUNNER]).current_dir(directory).env("MARK", "here");
        process
    }

    /// From start to end.
    pub(crate) fn run(self) -> Ended {
        self.start().end()
    }
}

impl Running {
    /// Begins to read.
    pub(crate) fn read(&mut self) {
        let stdout = self.child.stdout.take().unwrap();
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        self.lines = Some(lines);
    }

    /// The runner's process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The inner process's id, once there is output.
    pub(crate) fn inner(&self) -> u32 {
        let path = format!("/proc/{0}/task/{0}/children", self.pid());
        fs::read_to_string(path).unwrap().split_whitespace().next().expect("an inner process").parse().unwrap()
    }

    pub(crate) fn send(&mut self, command: &Command) {
        let stdin = self.stdin.as_mut().expect("standard input is open");
        writeln!(stdin, "{}", serde_json::to_string(command).unwrap()).expect("the runner takes a command");
    }

    /// Nobody wants the run any more.
    pub(crate) fn hang_up(&mut self) {
        self.stdin = None;
    }

    /// Sends a signal to the runner.
    pub(crate) fn signal(&self, signal: nix::sys::signal::Signal) {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.pid() as i32), signal).unwrap();
    }

    /// Waits until `text` has been printed.
    pub(crate) fn until(&mut self, text: &str) {
        while !self.outputs.iter().map(|output| output.text.as_str()).collect::<String>().contains(text) {
            let finished = self.next();
            assert!(finished.is_none(), "{text:?} was not printed, the run is over: {finished:?}\n{:?}", self.outputs);
        }
    }

    /// Waits until the program is about to start.
    pub(crate) fn until_started(&mut self) {
        while self.started.is_none() {
            assert!(self.next().is_none(), "the run is over");
        }
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> Ended {
        if self.lines.is_none() {
            self.read();
        }
        let finished = loop {
            if let Some(finished) = self.next() {
                break finished;
            }
        };
        self.child.wait().unwrap();
        let started = self.started.take().unwrap_or_else(|| panic!("no start: {:?}", finished.message));
        Ended {
            started,
            outputs: std::mem::take(&mut self.outputs),
            finished,
            chunks: std::mem::take(&mut self.chunks),
            mark: self.mark.clone(),
        }
    }

    /// Waits until the runner has gone without a word.
    pub(crate) fn gone(&mut self) {
        self.child.wait().unwrap();
    }

    fn next(&mut self) -> Option<Finished> {
        let line = self.lines.as_ref().unwrap().recv_timeout(WATCHDOG).expect("the run goes on");
        match serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}")) {
            RunEvent::Started(started) => self.started = Some(started),
            RunEvent::Output(output) => self.outputs.push(output),
            RunEvent::Timeline(chunk) => self.chunks.push(chunk),
            RunEvent::Queued(_) => panic!("a runner has no queue"),
            RunEvent::Finished(finished) => return Some(finished),
        }
        None
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Everything printed on both streams.
    pub(crate) fn text(&self) -> String {
        self.outputs.iter().map(|output| output.text.as_str()).collect()
    }

    /// Everything printed on one stream.
    pub(crate) fn on(&self, stream: Stream) -> String {
        self.outputs.iter().filter(|output| output.stream == stream).map(|output| output.text.as_str()).collect()
    }

    /// The sentence about the end.
    pub(crate) fn message(&self) -> &str {
        self.finished.message.as_deref().unwrap_or_default()
    }

    /// That nothing of it is left on the machine.
    pub(crate) fn left_nothing(&self) {
        left_nothing(&self.mark);
    }

    /// That it was shut in, without which the test says nothing.
    pub(crate) fn was_jailed(&self) {
        let isolation = self.started.isolation;
        assert!(matches!(isolation, Isolation::Full | Isolation::Namespaces), "this machine gives no jail: {isolation:?}");
    }
}

fn everybody_may_enter(place: &Path) -> bool {
    fs::metadata(place).is_ok_and(|found| found.permissions().mode() & 0o001 != 0)
}

/// That no process, shared memory or control group of the run with this mark is left.
pub(crate) fn left_nothing(mark: &str) {
    let processes = processes_of(mark);
    assert!(processes.is_empty(), "processes are left: {processes:?}");
    for directory in ["/dev/shm", "/tmp"] {
        let names = names(Path::new(directory));
        assert!(!names.iter().any(|name| name.contains(mark)), "{directory}: {names:?}");
    }
    let groups = groups_of(mark);
    assert!(groups.is_empty(), "control groups are left: {groups:?}");
}

/// The control groups of the run with this mark.
pub(crate) fn groups_of(mark: &str) -> Vec<PathBuf> {
    let mut groups = Vec::new();
    find(Path::new("/sys/fs/cgroup"), &format!("forkyard-{mark}."), &mut groups);
    groups
}

/// The processes of this machine that have the mark in their command line.
pub(crate) fn processes_of(mark: &str) -> Vec<(u32, String)> {
    let processes = names(Path::new("/proc")).into_iter().filter_map(|name| name.parse::<u32>().ok());
    let line =
        |pid: u32| Some((pid, String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/cmdline")).ok()?).replace('\0', " ")));
    processes.filter_map(line).filter(|(_, line)| line.contains(mark)).collect()
}

fn find(directory: &Path, start: &str, found: &mut Vec<PathBuf>) {
    for name in names(directory) {
        let path = directory.join(&name);
        if path.is_dir() && !path.is_symlink() {
            if name.starts_with(start) {
                found.push(path.clone());
            }
            find(&path, start, found);
        }
    }
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The first `python3` on the path, or `FORKYARD_PYTHON`.
fn interpreter() -> &'static Interpreter {
    static FOUND: OnceLock<Interpreter> = OnceLock::new();
    FOUND.get_or_init(|| ask(&std::env::var("FORKYARD_PYTHON").unwrap_or_else(|_| "python3".to_owned())))
}

/// The one of the system.
fn system_interpreter() -> &'static Interpreter {
    static FOUND: OnceLock<Interpreter> = OnceLock::new();
    FOUND.get_or_init(|| ask("/usr/bin/python3"))
}

/// Asks an interpreter what it is and makes the smallest environment for it.
fn ask(python: &str) -> Interpreter {
    let question = "import sys, os; print('%d.%d.%d' % sys.version_info[:3]); print(os.path.realpath(sys.executable)); print(sys.base_prefix)";
    let answer = Process::new(python).args(["-I", "-c", question]).output().unwrap_or_else(|error| panic!("{python}: {error}"));
    let answer = String::from_utf8(answer.stdout).unwrap();
    let [version, executable, prefix] = answer.lines().collect::<Vec<_>>()[..] else { panic!("{python}: {answer:?}") };
    let short = version.rsplit_once('.').unwrap().0;
    let room = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let environment = room.join(format!("environment-{}-{}", executable.replace('/', "_"), std::process::id()));
    let package = room.join("package");
    fs::create_dir_all(&package).unwrap();
    fs::create_dir_all(environment.join("bin")).unwrap();
    fs::create_dir_all(environment.join(format!("lib/python{short}/site-packages"))).unwrap();
    let home = Path::new(executable).parent().unwrap().display();
    let settings = format!("home = {home}\ninclude-system-site-packages = true\nversion = {version}\n");
    fs::write(environment.join("pyvenv.cfg"), settings).unwrap();
    for name in ["python", "python3", &format!("python{short}")] {
        let link = environment.join("bin").join(name);
        if !link.is_symlink() {
            symlink(executable, link).unwrap();
        }
    }
    Interpreter {
        version: version.to_owned(),
        executable: executable.into(),
        prefix: prefix.into(),
        environment,
        package,
        default_start_method: StartMethod::Fork,
        unwatched: None,
    }
}
