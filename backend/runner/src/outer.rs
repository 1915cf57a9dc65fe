//! The outer process: stays in the machine while the run goes on in namespaces of its own.
//!
//! It owns the control group and takes it away, hears the machine's signals, and tells of the run's end when the inner process
//! cannot any more. When the machine refuses namespaces it tries again with less.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use anyhow::Context;
use forkyard_sandbox::cgroup::{self, Cgroup, GroupLimits};
use forkyard_sandbox::identity::Outside;
use forkyard_sandbox::namespaces::Namespaces;
use forkyard_sandbox::sys::{self, Fork};
use forkyard_wire::job::{Job, Limits};
use forkyard_wire::run::{Finished, Outcome, RunEvent};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, pipe2, write};

use crate::ending::Verdict;
use crate::events::Events;
use crate::inner::{self, Inner, InnerError};
use crate::job::Lines;
use crate::sentences;

/// The inner process's exit code when the machine refused the jail and less may be tried.
const LESS: i32 = 77;

/// The inner process's exit code when the run failed for another reason.
const FAILED: i32 = 1;

/// How long the inner process has to end the run once it was asked to.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often, and how long each time, an emptied control group is asked to go before it is left to the next run's sweep.
const REMOVALS: (u32, Duration) = (50, Duration::from_millis(2));

/// One run, from the job on standard input to `finished` on standard output.
pub(crate) fn run() -> anyhow::Result<()> {
    let mut lines = Lines::default();
    let job = lines.job()?;
    let outer = std::process::id();
    if !job.isolated {
        let limits = job.limits.clone();
        let inner = Inner { job, lines, control: None, cgroup: None, outer };
        if let Err(error) = inner.at_terminal() {
            tell_failure(&error.to_string(), &limits)?;
        }
        return Ok(());
    }
    cgroup::sweep();
    let limits = GroupLimits { memory_bytes: job.limits.memory_bytes, processes: job.limits.processes };
    let cgroup = Cgroup::create(&job.run, outer, limits).ok();
    Outer { job, lines, cgroup, signals: signals()? }.run()
}

/// What the outer process has.
struct Outer {
    job: Job,
    lines: Lines,
    cgroup: Option<Cgroup>,
    signals: SignalFd,
}

/// How an attempt ended.
enum Ended {
    /// With `finished`.
    Told,
    /// Without a jail; why.
    Less(String),
    /// Otherwise; why.
    Failed(String),
}

impl Outer {
    /// Tries what the machine may give, strongest first.
    fn run(mut self) -> anyhow::Result<()> {
        let mut refusals = Vec::new();
        for namespaces in Namespaces::worth_trying() {
            match self.attempt(namespaces)? {
                Ended::Told => break,
                Ended::Less(why) if namespaces != Namespaces::None => refusals.push(why),
                Ended::Less(why) | Ended::Failed(why) => {
                    refusals.push(why);
                    tell_failure(&refusals.join("; "), &self.job.limits)?;
                    break;
                }
            }
        }
        self.cgroup.iter().for_each(remove);
        // Of a run without namespaces; one with them has none.
        let _ = std::fs::remove_dir_all(inner::bare_home(std::process::id()));
        Ok(())
    }

    fn attempt(&mut self, namespaces: Namespaces) -> anyhow::Result<Ended> {
        let (control, wish) = pipe2(OFlag::O_CLOEXEC).context("a pipe to the inner process")?;
        let (report, tell) = pipe2(OFlag::O_CLOEXEC).context("a pipe from the inner process")?;
        let outside = Outside::now();
        let outer = std::process::id();
        match namespaces.fork() {
            Ok(Fork::Child) => {
                drop((wish, report));
                let code = self.become_inner(namespaces, outside, control, outer).map_or_else(
                    |error| {
                        let _ = write(&tell, error.to_string().as_bytes());
                        if matches!(error, InnerError::Root(_) | InnerError::Settling(_)) { LESS } else { FAILED }
                    },
                    |()| 0,
                );
                sys::exit_now(code)
            }
            Ok(Fork::Parent(inner)) => {
                drop((control, tell));
                let status = self.wait(inner, &wish)?;
                let mut why = String::new();
                File::from(report).read_to_string(&mut why).context("the inner process's report")?;
                Ok(match status {
                    WaitStatus::Exited(_, 0) => Ended::Told,
                    WaitStatus::Exited(_, LESS) => Ended::Less(why),
                    WaitStatus::Exited(..) => Ended::Failed(why),
                    _ => Ended::Failed("the process that keeps the run was ended from outside".to_owned()),
                })
            }
            Err(errno) => Ok(Ended::Less(format!("new namespaces: {errno}"))),
        }
    }

    /// In the new process.
    fn become_inner(&mut self, namespaces: Namespaces, outside: Outside, control: OwnedFd, outer: u32) -> Result<(), InnerError> {
        namespaces.settle(outside).map_err(InnerError::Settling)?;
        // After the change of user namespace, which forgets it.
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        let inner = Inner {
            job: self.job.clone(),
            lines: std::mem::take(&mut self.lines),
            control: Some(control),
            cgroup: self.cgroup.take(),
            outer,
        };
        inner.jailed(namespaces)
    }

    /// Waits for the inner process; a signal to us is handed on as a wish, and what is not granted in time is taken.
    fn wait(&self, inner: Pid, wish: &OwnedFd) -> anyhow::Result<WaitStatus> {
        let mut asked: Option<Instant> = None;
        loop {
            let mut heard = [PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
            match poll(&mut heard, PollTimeout::from(1000_u16)) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno).context("waiting for the inner process"),
            }
            while let Some(signal) = self.signals.read_signal().context("reading signals")? {
                if signal.ssi_signo != Signal::SIGCHLD as u32 && asked.is_none() {
                    let _ = write(wish, &[1]);
                    asked = Some(Instant::now());
                }
            }
            match waitpid(inner, Some(WaitPidFlag::WNOHANG)).context("waiting for the inner process")? {
                WaitStatus::StillAlive => {}
                ended => return Ok(ended),
            }
            if asked.is_some_and(|asked| asked.elapsed() > PATIENCE) {
                let _ = kill(inner, Signal::SIGKILL);
            }
        }
    }
}

/// Blocks and reads what the machine may send us.
fn signals() -> anyhow::Result<SignalFd> {
    let mut heard = SigSet::empty();
    [Signal::SIGCHLD, Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP].into_iter().for_each(|signal| heard.add(signal));
    heard.thread_block().context("blocking signals")?;
    SignalFd::with_flags(&heard, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC).context("reading signals")
}

fn remove(cgroup: &Cgroup) {
    for _ in 0..REMOVALS.0 {
        if cgroup.remove().is_ok() {
            return;
        }
        // The kernel empties a group a moment after its last process was waited for, and version 1 does not say when.
        std::thread::sleep(REMOVALS.1);
    }
}

/// The last event of a run that could not be.
fn tell_failure(why: &str, limits: &Limits) -> anyhow::Result<()> {
    let mut events = Events::open().context("standard output")?;
    events.send(&RunEvent::Finished(Finished {
        outcome: Outcome::InternalError,
        exit_code: None,
        signal: None,
        wall_ns: 0,
        cpu_ns: 0,
        peak_memory_bytes: 0,
        processes: 0,
        cores_used: 0.0,
        output_truncated: false,
        message: Some(sentences::message(&Verdict::Failed(why.to_owned()), limits, None)),
    }));
    events.finish();
    Ok(())
}
