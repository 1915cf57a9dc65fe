//! The inner process: builds the jail, starts the program in it, and watches it to its end.
//!
//! In a jail it is process 1, so that nothing of the run outlives it. For a program from the terminal there is no jail and the
//! only process of the runner does this.

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use forkyard_sandbox::cgroup::Cgroup;
use forkyard_sandbox::confine::Confinement;
use forkyard_sandbox::cores::Cores;
use forkyard_sandbox::identity::Identity;
use forkyard_sandbox::limits::{self, ProcessLimits};
use forkyard_sandbox::namespaces::Namespaces;
use forkyard_sandbox::root::{HOME, MAIN, Root};
use forkyard_sandbox::seccomp::Filter;
use forkyard_sandbox::sys;
use forkyard_sandbox::system::Kernel;
use forkyard_sandbox::tier;
use forkyard_wire::job::{Job, Program};
use forkyard_wire::run::{Isolation, OnCore, RunEvent, Started};
use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::births::Territory;
use crate::console::{self, Keyboard, ProgramStreams, Receiver, monotonic_ns};
use crate::events::Events;
use crate::job::Lines;
use crate::program::{self, Cell, Home, ProgramError, Start};
use crate::recording::{self, Prepared, Recording, RecordingError};
use crate::watch::{Bounded, Watch, WatchError};

/// Where the terminal's streams are in a runner that was started from one.
const TERMINAL: [i32; 3] = [10, 11, 12];

/// What the inner process begins with.
pub(crate) struct Inner {
    pub(crate) job: Job,
    /// Standard input beyond the job.
    pub(crate) lines: Lines,
    /// The outer process's wish to end; none from a terminal.
    pub(crate) control: Option<OwnedFd>,
    pub(crate) cgroup: Option<Cgroup>,
    /// Process id of the outer process, as the machine sees it.
    pub(crate) outer: u32,
}

/// The program's streams and our ends of them.
struct Streams {
    program: ProgramStreams,
    receiver: Option<Receiver>,
    keyboard: Option<Keyboard>,
}

impl Inner {
    /// A run in `namespaces`, which this process lies in.
    pub(crate) fn jailed(self, namespaces: Namespaces) -> Result<(), InnerError> {
        let identity = namespaces.identity(self.outer);
        let home = self.furnish(namespaces, identity)?;
        let (program, receiver, keyboard) = console::open()?;
        let streams = Streams { program, receiver: Some(receiver), keyboard: Some(keyboard) };
        let cores = Cores::of_this_process()?.pick(self.job.limits.cores, self.outer);
        let processes = u64::from(self.job.limits.processes);
        let confinement = Confinement {
            namespaces,
            identity,
            limits: ProcessLimits {
                // The control group counts first, because it also tells that it refused.
                processes: if self.cgroup.is_some() { processes + 8 } else { processes + limits::in_use(identity) },
                data_bytes: self.cgroup.is_none().then_some(self.job.limits.memory_bytes),
            },
            filter: Filter::new().map_err(|error| InnerError::Confinement(error.to_string()))?,
        };
        let territory = if namespaces == Namespaces::None { Territory::Descendants } else { Territory::Namespace };
        let isolation = tier::isolation(namespaces, self.cgroup.as_ref());
        self.start(streams, &home, Some(confinement), Shape { territory, isolation, cores, bounded: Bounded::Yes })
    }

    /// A program of the user's own, with the terminal's streams.
    pub(crate) fn at_terminal(self) -> Result<(), InnerError> {
        nix::sys::prctl::set_child_subreaper(true)?;
        let [stdin, stdout, stderr] = TERMINAL.map(sys::inherited);
        let program = ProgramStreams { stdin: stdin?, stdout: stdout?, stderr: stderr? };
        let streams = Streams { program, receiver: None, keyboard: None };
        let cores = Cores::of_this_process()?;
        let shape = Shape { territory: Territory::Descendants, isolation: Isolation::None, cores, bounded: Bounded::No };
        self.start(streams, &Home::Users, None, shape)
    }

    /// The directory of the program: in a root of its own, or where there are no namespaces in one of the machine's.
    fn furnish(&self, namespaces: Namespaces, identity: Identity) -> Result<Home, InnerError> {
        let Program::Source(text) = &self.job.program else {
            return Err(InnerError::NotASource);
        };
        let python = &self.job.python;
        if namespaces == Namespaces::None {
            nix::sys::prctl::set_child_subreaper(true)?;
            sweep_bare_homes();
            let directory = bare_home(self.outer);
            bare_directory(&directory, text, identity)
                .map_err(|source| InnerError::Directory { directory: directory.clone(), source })?;
            nix::unistd::chdir(&directory)?;
            return Ok(Home::Own(directory));
        }
        let root = Root {
            shown: vec![python.prefix.clone(), python.environment.clone(), python.package.clone()],
            source: text.clone(),
            bytes: self.job.limits.files_bytes,
            inodes: u64::from(self.job.limits.files),
            user: identity.user(),
        };
        root.build(&mut Kernel).map_err(|error| InnerError::Root(error.to_string()))?;
        Ok(Home::Own(HOME.into()))
    }

    /// Starts the program and watches it.
    fn start(self, streams: Streams, home: &Home, confinement: Option<Confinement>, shape: Shape) -> Result<(), InnerError> {
        let prepared = self.job.timeline.then(Prepared::new).transpose()?;
        let extra = prepared.iter().flat_map(Prepared::extra).collect::<Vec<_>>();
        let signals = SignalFd::with_flags(&heard(shape.bounded)?, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
        let cell = confinement.map(|confinement| Cell { confinement, cgroup: self.cgroup.as_ref() });
        let mut held = Start::new(&self.job, home, &extra)?.hold(&streams.program, &extra, cell.as_ref())?;
        // Before it is watched, because that is done core by core.
        shape.cores.apply(held.pid())?;
        let main = held.pid().as_raw() as u32;
        // The two waits of the kernel, this one and the held process's for its control group, go side by side.
        let prepared = prepared.map(|prepared| prepared.watch(main));
        held.ready()?;
        let mut events = Events::open()?;
        events.send(&RunEvent::Started(Started {
            run: self.job.run.clone(),
            python: self.job.python.version.clone(),
            start_method: self.job.start_method.unwrap_or(self.job.python.default_start_method),
            engine: self.job.engine,
            workers: self.job.workers,
            cores: shape.cores.count(),
            isolation: shape.isolation,
            on_core: prepared.as_ref().map_or(OnCore::Off, Prepared::on_core),
            on_core_detail: prepared.as_ref().map_or(Some(recording::OFF.to_owned()), |prepared| prepared.on_core_detail()),
            gil: program::gil(&self.job),
        }));
        let zero_ns = monotonic_ns()?;
        let recording = Recording::start(prepared, main, zero_ns);
        held.release()?;
        drop(streams.program);
        let watch = Watch {
            limits: self.job.limits,
            bounded: shape.bounded,
            territory: shape.territory,
            main,
            zero_ns,
            lines: self.lines,
            control: self.control,
            signals,
            receiver: streams.receiver,
            keyboard: streams.keyboard,
            cgroup: self.cgroup,
            recording,
            events,
        };
        Ok(watch.run()?)
    }
}

/// What kind of run it is.
struct Shape {
    territory: Territory,
    isolation: Isolation,
    cores: Cores,
    bounded: Bounded,
}

/// Where a run without namespaces lives, whose outer process is `outer`.
pub(crate) fn bare_home(outer: u32) -> PathBuf {
    std::env::temp_dir().join(format!("forkyard-{outer}"))
}

/// Takes away those whose runner was killed.
fn sweep_bare_homes() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix("forkyard-")?.parse::<u32>().ok());
        if owner.is_some_and(|owner| !std::path::Path::new("/proc").join(owner.to_string()).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A directory of the machine with the program in it.
fn bare_directory(directory: &PathBuf, source: &str, identity: Identity) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, chown};
    std::fs::DirBuilder::new().mode(0o700).create(directory)?;
    let main = directory.join(MAIN);
    std::fs::write(&main, source)?;
    let Identity::Own(user) = identity else { return Ok(()) };
    [directory, &main].into_iter().try_for_each(|path| chown(path, Some(user), Some(user)))
}

/// Blocks the signals that are heard by reading them. In a jail the outer process hears those of the machine.
fn heard(bounded: Bounded) -> Result<SigSet, Errno> {
    let mut heard = SigSet::empty();
    heard.add(Signal::SIGCHLD);
    if bounded == Bounded::No {
        heard.add(Signal::SIGTERM);
        heard.add(Signal::SIGHUP);
    }
    heard.thread_block()?;
    // What the terminal's interrupt key sends goes to the program, which decides.
    let mut unheard = SigSet::empty();
    unheard.add(Signal::SIGINT);
    unheard.add(Signal::SIGQUIT);
    unheard.thread_block()?;
    Ok(heard)
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InnerError {
    /// Becoming somebody in a user namespace; the machine may still take a run with less.
    #[error("user namespace: {0}")]
    Settling(Errno),
    /// The file system of the jail; the machine may still take a run with less.
    #[error("{0}")]
    Root(String),
    /// The directory of a run without namespaces.
    #[error("{}: {source}", directory.display())]
    Directory {
        /// Which.
        directory: PathBuf,
        /// How.
        source: std::io::Error,
    },
    /// What holds the program.
    #[error("{0}")]
    Confinement(String),
    /// A file of the machine's cannot be run in a jail.
    #[error("a script of the machine's runs only from the terminal")]
    NotASource,
    /// The program.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// What records it.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// What watches it.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// The machine refused something else.
    #[error("the machine refused: {0}")]
    Refused(#[from] Errno),
}
