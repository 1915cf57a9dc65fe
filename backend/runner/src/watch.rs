//! The run while it runs: one thread, one poll.
//!
//! ```text
//! standard input ── commands ──┐             ┌── events ── standard output
//! outer ── stop ───────────────┤             │
//! output, hello, pidfds ───────┼── [`Watch`] ┼── text ──── the program's standard input
//! SIGCHLD ─────────────────────┤             │
//! the clock ───────────────────┘             └── SIGKILL
//! ```

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use forkyard_sandbox::cgroup::Cgroup;
use forkyard_sandbox::sys;
use forkyard_wire::job::{Command, Limits};
use forkyard_wire::run::{Finished, Outcome, Output, RunEvent, Stream};
use forkyard_wire::timeline::Chunk;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll, ppoll};
use nix::sys::signal::Signal;
use nix::sys::signalfd::SignalFd;
use nix::sys::time::TimeSpec;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};

use crate::births::{Births, End, Territory};
use crate::console::{Keyboard, Receiver, monotonic_ns};
use crate::ending::{Guards, Tail, Verdict, Victim, kill_all};
use crate::events::Events;
use crate::figures::Figures;
use crate::job::Lines;
use crate::memory::Memory;
use crate::output::{Room, Transcript};
use crate::recording::{Haste, Recording};
use crate::sentences;

/// How often the run is looked at while nothing wakes us, in nanoseconds: rings, memory, processes nobody told of.
const TICK_NS: u64 = 40_000_000;

/// The same where the program does not tell of births: a short life would else go unseen.
const SHORT_TICK_NS: u64 = 10_000_000;

/// Where nothing hangs on it, processes and their memory are looked at after one part in so many of the time that the run has taken so far:
/// a short run's figures are as good as a long one's. That takes some 0.1 ms of the program's cores for each process.
const SURVEYS: u64 = 8;

/// But at least so often, in nanoseconds.
const SURVEY_NS: u64 = 500_000_000;

/// How long a turn on a core is wanted, in nanoseconds: the shorter, the sooner it comes.
const TURN_NS: u64 = 200_000;

/// How many writes are taken before the clock is looked at again.
const PIECES: usize = 256;

/// How long ended processes may take to go, in nanoseconds. What is left then goes with the namespace.
const GOING_NS: u64 = 5_000_000_000;

/// How long of this a guard of named memory has to remove what the others left: it may have its interpreter to load first.
const GUARDING_NS: u64 = 1_000_000_000;

/// What the watched run consists of.
pub(crate) struct Watch {
    pub(crate) limits: Limits,
    /// Whether the limits hold.
    pub(crate) bounded: Bounded,
    pub(crate) territory: Territory,
    /// The program's first process.
    pub(crate) main: u32,
    /// When it was let go: CLOCK_MONOTONIC, nanoseconds.
    pub(crate) zero_ns: u64,
    pub(crate) lines: Lines,
    /// Readable or closed: the outer process wants the end.
    pub(crate) control: Option<OwnedFd>,
    pub(crate) signals: SignalFd,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) keyboard: Option<Keyboard>,
    pub(crate) cgroup: Option<Cgroup>,
    pub(crate) recording: Recording,
    pub(crate) events: Events,
}

/// Whether a run's limits hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounded {
    /// Yes.
    Yes,
    /// No: a program of the user's own, from the terminal.
    No,
}

/// What woke us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Commands,
    Control,
    Signals,
    Output,
    Hello,
    Cores,
    Room,
    Keys,
    Death(u32),
}

/// What changes while it runs.
struct State {
    births: Births,
    memory: Memory,
    transcript: Transcript,
    tail: Tail,
    main_end: Option<End>,
    end_ns: u64,
    next_tick_ns: u64,
    next_survey_ns: u64,
    /// What all processes held at the last survey, in bytes.
    held: u64,
    next_cores_ns: Option<u64>,
    killing: bool,
    /// What was said of the first deadlock.
    deadlock: Option<String>,
}

impl Watch {
    /// Watches until the run is over and everything is told.
    pub(crate) fn run(mut self) -> Result<(), WatchError> {
        let mut state = State {
            births: Births::new(self.territory),
            memory: Memory::default(),
            transcript: Transcript::new(if self.bounded == Bounded::Yes { self.limits.output_bytes } else { u64::MAX }),
            tail: Tail::default(),
            main_end: None,
            end_ns: self.zero_ns,
            next_tick_ns: self.zero_ns + SHORT_TICK_NS,
            next_survey_ns: self.zero_ns,
            held: 0,
            next_cores_ns: self.recording.core_period_ns().map(|period| self.zero_ns + period),
            killing: false,
            deadlock: None,
        };
        state.births.born(self.main);
        // A kernel that does not know this lets us wait longer while every core is wanted, and more events may be lost.
        let _ = sys::take_short_turns(TURN_NS);
        let mut verdict = None;
        while verdict.is_none() && state.main_end.is_none() {
            verdict = self.turn(&mut state)?;
        }
        self.end_everything(&mut state)?;
        let verdict = verdict.or_else(|| self.late_verdict(&state));
        self.tell(state, verdict)
    }

    /// Waits for something and handles it.
    fn turn(&mut self, state: &mut State) -> Result<Option<Verdict>, WatchError> {
        let ready = self.wait(state)?;
        // It matters to merging alone. Where that begins within this turn, what was seen at the last tick holds.
        if self.recording.next_stint_ns().is_some() || monotonic_ns()? >= state.next_tick_ns {
            self.recording.look_at_load();
        }
        let mut verdict = None;
        for source in ready {
            let found = match source {
                Source::Commands => self.obey(),
                Source::Control => Some(Verdict::Stopped),
                Source::Output => self.read_output(state)?,
                Source::Hello => {
                    let now = monotonic_ns()?;
                    self.recording.greet(now).into_iter().for_each(|pid| state.births.born(pid));
                    None
                }
                Source::Cores => {
                    self.recording.look_at_cores();
                    None
                }
                Source::Signals => self.hear(state)?,
                Source::Death(pid) => {
                    // Our own children tell their end to us and nobody else.
                    let (_, found) = self.reap(state)?;
                    found.or(self.bury(state, pid, Births::end_of(pid))?)
                }
                Source::Room => {
                    self.events.push();
                    self.events.gone().then_some(Verdict::Stopped)
                }
                Source::Keys => {
                    self.keyboard.iter_mut().for_each(Keyboard::push);
                    None
                }
            };
            verdict = verdict.or(found);
        }
        let now = monotonic_ns()?;
        if state.next_cores_ns.is_some_and(|next| now >= next) {
            self.recording.look_at_cores();
            state.next_cores_ns = self.recording.core_period_ns().map(|period| now + period);
        }
        if self.recording.next_look_ns().is_some_and(|next| now >= next) {
            self.recording.collect();
        }
        if self.recording.next_stint_ns().is_some_and(|next| now >= next) {
            self.recording.merge(now);
        }
        if now >= state.next_tick_ns {
            let found = self.tick(state, now);
            verdict = verdict.or(found);
        }
        if self.bounded == Bounded::Yes && verdict.is_none() && now >= self.deadline_ns() && state.main_end.is_none() {
            verdict = Some(Verdict::TimedOut);
        }
        Ok(verdict)
    }

    fn deadline_ns(&self) -> u64 {
        self.zero_ns.saturating_add(self.limits.wall_ms.saturating_mul(1_000_000))
    }

    /// Waits until something is ready or the clock wants to be looked at.
    fn wait(&self, state: &State) -> Result<Vec<Source>, WatchError> {
        let stdin = Lines::descriptor();
        let stdout = std::io::stdout();
        let mut sources: Vec<(Source, BorrowedFd<'_>, PollFlags)> = Vec::new();
        let mut add = |source, descriptor, flags| sources.push((source, descriptor, flags));
        if !self.lines.ended() {
            add(Source::Commands, stdin.as_fd(), PollFlags::POLLIN);
        }
        if let Some(control) = self.control.as_ref().filter(|_| !state.killing) {
            add(Source::Control, control.as_fd(), PollFlags::POLLIN);
        }
        // While the reader of our events is behind, the program waits.
        if let Some(receiver) = self.receiver.as_ref().filter(|_| !self.events.full()) {
            add(Source::Output, receiver.descriptor(), PollFlags::POLLIN);
        }
        if let Some(hello) = self.recording.hello() {
            add(Source::Hello, hello, PollFlags::POLLIN);
        }
        self.recording.core_descriptors().into_iter().for_each(|ring| add(Source::Cores, ring, PollFlags::POLLIN));
        if self.events.waiting() {
            add(Source::Room, stdout.as_fd(), PollFlags::POLLOUT);
        }
        if let Some(keys) = self.keyboard.as_ref().and_then(Keyboard::waiting) {
            add(Source::Keys, keys, PollFlags::POLLOUT);
        }
        // Births and words come before deaths.
        add(Source::Signals, self.signals.as_fd(), PollFlags::POLLIN);
        state.births.descriptors().for_each(|(pid, descriptor)| add(Source::Death(pid), descriptor, PollFlags::POLLIN));

        let mut waited: Vec<PollFd<'_>> = sources.iter().map(|(_, descriptor, flags)| PollFd::new(*descriptor, *flags)).collect();
        let now = monotonic_ns()?;
        let deadline = (self.bounded == Bounded::Yes).then(|| self.deadline_ns());
        let next = [deadline, state.next_cores_ns, self.recording.next_look_ns(), self.recording.next_stint_ns()]
            .into_iter()
            .flatten()
            .fold(state.next_tick_ns, u64::min);
        let left = Duration::from_nanos(next.saturating_sub(now)).min(Duration::from_secs(1));
        match ppoll(&mut waited, Some(TimeSpec::from_duration(left)), None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        let ready = waited.iter().zip(&sources).filter(|(waited, _)| waited.revents().is_some_and(|events| !events.is_empty()));
        Ok(ready.map(|(_, (source, _, _))| *source).collect())
    }

    /// Commands from standard input; its end is one too.
    fn obey(&mut self) -> Option<Verdict> {
        match self.lines.commands() {
            Ok(commands) => {
                for command in commands {
                    match (command, &mut self.keyboard) {
                        (Command::Stop, _) => return Some(Verdict::Stopped),
                        (Command::Stdin(text), Some(keyboard)) => keyboard.type_text(&text),
                        (Command::CloseStdin, Some(keyboard)) => keyboard.close(),
                        (Command::Stdin(_) | Command::CloseStdin, None) => {}
                    }
                }
                self.lines.ended().then_some(Verdict::Stopped)
            }
            Err(error) => Some(Verdict::Failed(error.to_string())),
        }
    }

    /// Signals: children that ended, and from a terminal the wish to end.
    fn hear(&mut self, state: &mut State) -> Result<Option<Verdict>, WatchError> {
        let mut verdict = None;
        while let Some(signal) = self.signals.read_signal()? {
            if signal.ssi_signo != Signal::SIGCHLD as u32 {
                verdict = Some(Verdict::Stopped);
            }
        }
        Ok(verdict.or(self.reap(state)?.1))
    }

    /// Waits for whoever has ended, without waiting. Tells whether children are left.
    fn reap(&mut self, state: &mut State) -> Result<(bool, Option<Verdict>), WatchError> {
        let mut verdict = None;
        loop {
            // It is waited for in the end: until then the kernel can be asked about it.
            let (pid, end) = match waitid(Id::All, WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT) {
                Ok(WaitStatus::Exited(pid, code)) => (pid, End::Exited(code)),
                Ok(WaitStatus::Signaled(pid, signal, _)) => (pid, End::Signaled(signal as i32)),
                Ok(WaitStatus::StillAlive) => return Ok((true, verdict)),
                Ok(_) | Err(Errno::EINTR) => continue,
                Err(Errno::ECHILD) => return Ok((false, verdict)),
                Err(errno) => return Err(errno.into()),
            };
            let found = self.bury(state, pid.as_raw() as u32, end)?;
            waitpid(pid, None)?;
            verdict = verdict.or(found);
        }
    }

    /// A process ended. For want of memory it takes the run with it.
    fn bury(&mut self, state: &mut State, pid: u32, end: End) -> Result<Option<Verdict>, WatchError> {
        let now = monotonic_ns()?;
        if pid == self.main && state.main_end.is_none() {
            state.main_end = Some(end);
        }
        if !state.births.died(pid) {
            return Ok(None);
        }
        state.end_ns = state.end_ns.max(now);
        self.recording.charge(pid);
        self.recording.death(pid, now, end);
        let killed = !state.killing && matches!(end, End::Signaled(9) | End::Unknown);
        let memory = killed && self.cgroup.as_ref().is_some_and(|cgroup| cgroup.oom_kills() > 0);
        Ok(memory.then(|| Verdict::OutOfMemory(Some(self.victim(state, pid)))))
    }

    fn victim(&self, state: &State, pid: u32) -> Victim {
        let bytes = if state.births.count() == 1 { self.limits.memory_bytes } else { state.memory.of(pid) };
        Victim { name: self.recording.name(pid), bytes }
    }

    /// Everything that has been printed and not read, but not without end.
    fn read_output(&mut self, state: &mut State) -> Result<Option<Verdict>, WatchError> {
        let Some(receiver) = &mut self.receiver else { return Ok(None) };
        let pieces = receiver.receive(PIECES)?;
        let texts = state.transcript.take(pieces);
        self.print(state, texts);
        Ok((state.transcript.room() == Room::Exceeded).then_some(Verdict::TooMuchOutput))
    }

    fn print(&mut self, state: &mut State, texts: Vec<crate::output::Text>) {
        self.recording.collect();
        for text in texts {
            if text.stream == Stream::Stderr {
                state.tail.push(&text.text);
            }
            let (lane, process) = self.recording.output(&text);
            let at_ns = text.t_ns.saturating_sub(self.zero_ns);
            self.events.send(&RunEvent::Output(Output { stream: text.stream, process, lane, at_ns, text: text.text }));
        }
    }

    /// What is done from time to time.
    fn tick(&mut self, state: &mut State, now: u64) -> Option<Verdict> {
        state.next_tick_ns = now + if self.recording.hello().is_some() { TICK_NS } else { SHORT_TICK_NS };
        self.recording.recorded().into_iter().for_each(|pid| state.births.found(pid));
        if now >= state.next_survey_ns || self.needs_surveys() {
            self.survey(state, now);
        }
        // While the reader of our events is behind, what is to be told waits here, and in the end in the rings.
        if !self.events.full()
            && let Some(chunk) = self.recording.chunk(now)
        {
            let told = monotonic_ns().unwrap_or(now);
            self.tell_deadlocks(state, &chunk, now);
            self.events.send(&RunEvent::Timeline(chunk));
            self.recording.spent(monotonic_ns().unwrap_or(told).saturating_sub(told));
        }
        if self.bounded == Bounded::No {
            return None;
        }
        let ended = self.cgroup.as_ref().is_some_and(|cgroup| cgroup.oom_kills() > 0);
        let beyond = self.cgroup.is_none() && state.held > self.limits.memory_bytes;
        (ended || beyond).then(|| Verdict::OutOfMemory(state.memory.biggest().map(|pid| self.victim(state, pid))))
    }

    /// Whether a process that nobody told of is to be found at once, or memory held down that nobody else holds down.
    fn needs_surveys(&self) -> bool {
        self.recording.hello().is_none() || self.bounded == Bounded::Yes && self.cgroup.is_none()
    }

    /// Looks for processes that nobody told of, and at what all hold.
    fn survey(&mut self, state: &mut State, now: u64) {
        state.next_survey_ns = now + (now.saturating_sub(self.zero_ns) / SURVEYS).min(SURVEY_NS);
        for pid in state.births.look() {
            state.births.died(pid);
            self.recording.death(pid, now, End::Unknown);
        }
        state.held = state.memory.look(state.births.living(), self.cgroup.as_ref());
    }

    /// A deadlock is said at once, where the program itself would say it: nothing else will be heard of it.
    fn tell_deadlocks(&mut self, state: &mut State, chunk: &Chunk, now: u64) {
        for deadlock in &chunk.deadlocks {
            let text = format!("forkyard: {}\n", deadlock.text);
            let at_ns = now.saturating_sub(self.zero_ns);
            let process = "forkyard".to_owned();
            self.events.send(&RunEvent::Output(Output { stream: Stream::Stderr, process, lane: 0, at_ns, text }));
            state.deadlock.get_or_insert_with(|| deadlock.text.clone());
        }
    }

    /// Ends what is left of the run and waits until it is gone; what it printed is read meanwhile.
    fn end_everything(&mut self, state: &mut State) -> Result<(), WatchError> {
        state.killing = true;
        self.control = None;
        let began = monotonic_ns()?;
        let until = began + GOING_NS;
        loop {
            let guards = if monotonic_ns()? < began + GUARDING_NS { Guards::Spared } else { Guards::Ended };
            kill_all(self.territory, &state.births, guards);
            let (left, _) = self.reap(state)?;
            self.drain_output(state)?;
            if !left || monotonic_ns()? > until {
                return Ok(());
            }
            let mut signal = [PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
            match poll(&mut signal, PollTimeout::from(10_u8)) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            while self.signals.read_signal()?.is_some() {}
        }
    }

    /// Reads until nothing is left.
    fn drain_output(&mut self, state: &mut State) -> Result<(), WatchError> {
        while let Some(receiver) = &mut self.receiver {
            let pieces = receiver.receive(PIECES)?;
            if pieces.is_empty() {
                break;
            }
            let texts = state.transcript.take(pieces);
            self.print(state, texts);
        }
        Ok(())
    }

    /// A limit that struck and let the program end by itself.
    fn late_verdict(&self, state: &State) -> Option<Verdict> {
        let end = state.main_end?;
        if state.transcript.room() == Room::Exceeded {
            return Some(Verdict::TooMuchOutput);
        }
        if self.cgroup.as_ref().is_some_and(|cgroup| cgroup.oom_kills() > 0) {
            return Some(Verdict::OutOfMemory(state.memory.biggest().map(|pid| self.victim(state, pid))));
        }
        if self.bounded == Bounded::Yes && state.tail.tells_of_memory(end, self.cgroup.as_ref()) {
            return Some(Verdict::OutOfMemory(None));
        }
        let refused = self.bounded == Bounded::Yes && state.tail.tells_of_refusal(end, self.cgroup.as_ref());
        refused.then_some(Verdict::TooManyProcesses)
    }

    /// The last output, the last chunk, the figures.
    fn tell(mut self, mut state: State, verdict: Option<Verdict>) -> Result<(), WatchError> {
        let rests = state.transcript.finish();
        self.print(&mut state, rests);
        let now = monotonic_ns()?;
        let haste = if verdict == Some(Verdict::Stopped) { Haste::Stopped } else { Haste::None };
        self.recording.over();
        while let Some(chunk) = self.recording.rest(now, haste) {
            self.events.send(&RunEvent::Timeline(chunk));
        }
        if let Some(chunk) = self.recording.finish(now) {
            self.events.send(&RunEvent::Timeline(chunk));
        }
        let figures = Figures::between(self.zero_ns, state.end_ns, self.cgroup.as_ref());
        let end = state.main_end.unwrap_or(End::Unknown);
        self.events.send(&RunEvent::Finished(Finished {
            outcome: verdict.as_ref().map_or(Outcome::Completed, sentences::outcome),
            exit_code: end.code(),
            signal: end.signal(),
            wall_ns: figures.wall_ns,
            cpu_ns: figures.cpu_ns,
            peak_memory_bytes: state.memory.peak(self.cgroup.as_ref()),
            processes: self.recording.processes().unwrap_or_else(|| state.births.count()).max(1),
            cores_used: figures.cores_used(),
            output_truncated: state.transcript.room() == Room::Exceeded,
            message: match &verdict {
                Some(verdict) => Some(sentences::message(verdict, &self.limits, state.deadlock.as_deref())),
                None if self.bounded == Bounded::Yes => sentences::remark(end, &self.limits),
                None => None,
            },
        }));
        self.events.finish();
        Ok(())
    }
}

/// Why a run cannot be watched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WatchError {
    /// A system call that does not fail on a healthy machine did.
    #[error("watching the run: {0}")]
    Refused(#[from] Errno),
}
