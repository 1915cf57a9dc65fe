//! What the processes did: the trace memory, the births told by the program, the cores, and the merge of all of them.
//!
//! A run without a timeline has none of it; then this module only knows what the main process is called.

use std::collections::{HashMap, HashSet};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use forkyard_oncpu::{OnCpu, Sampled};
use forkyard_trace::charged;
use forkyard_trace::memory::TraceMemory;
use forkyard_trace::merge::{Ending, Merge, Progress};
use forkyard_trace::reader::Reader;
use forkyard_trace::recorder::now_ns;
use forkyard_wire::run::OnCore;
use forkyard_wire::timeline::{Chunk, LaneKind};
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockType, UnixCredentials, recvmsg, setsockopt, socketpair, sockopt,
};

use crate::births::End;
use crate::output::Text;
use crate::pace::{Hurry, Pace, Terms};
use crate::signals;

/// The variables that tell the program the descriptors.
pub(crate) const TRACE: &str = "FORKYARD_TRACE";
/// See [`TRACE`].
pub(crate) const HELLO: &str = "FORKYARD_HELLO";

/// Why nothing is known of a run without a timeline.
pub(crate) const OFF: &str = "this run is not recorded; a run with a timeline is";

/// How long after a chunk the next may be sent, in nanoseconds.
const CHUNK_NS: u64 = 80_000_000;

/// How long after a chunk the next is sent even though nothing has happened but time, in nanoseconds.
const QUIET_NS: u64 = 500_000_000;

/// How many bytes of what was read may wait to be given a meaning: some ten million events. When there are more, all of them are lost, and the
/// timeline says so: what the program does now is worth more than what it did a while ago.
const BACKLOG: usize = 64 << 20;

/// So far the picture may be behind before more is done about it than a program should notice, in nanoseconds.
const BEHIND_NS: u64 = 400_000_000;

/// So many events are given a meaning at once: some 0.1 ms. Then it is looked whether somebody else wants the core.
const STEP: usize = 1024;

/// So long at once, in nanoseconds: the program's words and deaths wait meanwhile.
const STINT_NS: u64 = 2_000_000;

/// How soon merging goes on while a core seems to be idle, in nanoseconds: whoever we have pushed off a core is back by then, if there was
/// somebody.
const PAUSE_NS: u64 = 8_000_000;

/// So many segments and messages, or some more, are told at once, however soon after the last ones: who draws them takes them in one
/// chunk at a time, and should not stop for long.
const ROWS: usize = 1 << 13;

/// How long what is left when the run is over may be given a meaning, in nanoseconds. The rest is lost, and the timeline says so.
const REST_NS: u64 = 2_000_000_000;

/// The same for a run that somebody has stopped: who stopped it does not want to wait.
const STOPPED_NS: u64 = 60_000_000;

/// So full a ring may become between two looks: one part in so many.
const FILL: u64 = 4;

/// Nanoseconds for each event of the shortest ring after which the rings are read, whatever was in them the last time: a program that begins
/// to do all it can writes one event in 200.
const LOOK_NS: u64 = 150;

/// How many births are taken at once; a program can send as many as it likes.
const GREETINGS: usize = 256;

/// What is recorded of a run.
pub(crate) struct Recording {
    main: u32,
    /// What the processes are called, as far as it has been told.
    names: HashMap<u32, String>,
    /// The lanes of processes so far.
    processes: HashSet<u32>,
    on: Option<On>,
}

/// The parts before the program's start is known.
pub(crate) struct Prepared {
    reader: Reader,
    hello: OwnedFd,
    program_hello: OwnedFd,
    cores: Option<Box<dyn OnCpu>>,
    /// Why that is not exact.
    detail: Option<String>,
}

struct On {
    reader: Reader,
    merge: Merge,
    hello: OwnedFd,
    cores: Option<Box<dyn OnCpu>>,
    pace: Pace,
    /// When merging is to go on, if there is more to be merged.
    stint_ns: Option<u64>,
    /// When the last chunk was sent.
    sent_ns: u64,
    /// When the rings were read last.
    read_ns: u64,
    /// When they are to be read again.
    look_ns: u64,
}

impl Prepared {
    /// Makes the memory and the socket.
    pub(crate) fn new() -> Result<Self, RecordingError> {
        let memory = TraceMemory::create().map_err(|error| RecordingError::Memory(error.to_string()))?;
        let (hello, program_hello) = socketpair(AddressFamily::Unix, SockType::Datagram, None, SockFlag::SOCK_CLOEXEC)?;
        setsockopt(&hello, sockopt::PassCred, &true)?;
        Ok(Prepared { reader: Reader::new(memory), hello, program_hello, cores: None, detail: None })
    }

    /// Watches the cores of the process, which is held, and of all that it will start. The kernel may wait here until every core
    /// has passed a quiet point, about 10 ms.
    pub(crate) fn watch(mut self, main: u32) -> Self {
        (self.cores, self.detail) = watch_cores(main);
        self
    }

    /// How on-core time is measured.
    pub(crate) fn on_core(&self) -> OnCore {
        self.cores.as_ref().map_or(OnCore::Off, |cores| cores.mode())
    }

    /// Why that is not exact, and what would change it.
    pub(crate) fn on_core_detail(&self) -> Option<String> {
        self.detail.clone()
    }

    /// What the program gets.
    pub(crate) fn extra(&self) -> [(&'static str, BorrowedFd<'_>); 2] {
        [(TRACE, self.reader.memory().fd()), (HELLO, self.program_hello.as_fd())]
    }
}

impl Recording {
    /// Of the program whose first process is `main`; `zero_ns` is the run's zero.
    pub(crate) fn start(prepared: Option<Prepared>, main: u32, zero_ns: u64) -> Self {
        let on = prepared.map(|prepared| {
            let mut merge = Merge::new(zero_ns);
            merge.hello(main, zero_ns);
            On {
                reader: prepared.reader,
                merge,
                hello: prepared.hello,
                cores: prepared.cores,
                pace: Pace::new(zero_ns),
                stint_ns: None,
                sent_ns: zero_ns,
                read_ns: zero_ns,
                look_ns: zero_ns,
            }
        });
        Recording { main, names: HashMap::new(), processes: HashSet::new(), on }
    }

    /// Readable when the cores should be looked at before the next tick.
    pub(crate) fn core_descriptors(&self) -> Vec<BorrowedFd<'_>> {
        self.cores().map(OnCpu::descriptors).unwrap_or_default()
    }

    /// How often the cores want to be looked at, in nanoseconds.
    pub(crate) fn core_period_ns(&self) -> Option<u64> {
        self.cores().map(|cores| cores.period().as_nanos() as u64)
    }

    /// Looks at the cores.
    pub(crate) fn look_at_cores(&mut self) {
        if let Some(on) = &mut self.on {
            on.look_at_cores();
        }
    }

    fn cores(&self) -> Option<&dyn OnCpu> {
        self.on.as_ref()?.cores.as_deref()
    }

    /// The descriptor that becomes readable when a process tells of its birth.
    pub(crate) fn hello(&self) -> Option<BorrowedFd<'_>> {
        self.on.as_ref().map(|on| on.hello.as_fd())
    }

    /// The processes that have told of their birth.
    pub(crate) fn greet(&mut self, now_ns: u64) -> Vec<u32> {
        let Some(on) = &mut self.on else { return Vec::new() };
        let pids = greetings(on.hello.as_fd());
        for pid in &pids {
            on.merge.hello(*pid, now_ns);
            on.cores.iter_mut().for_each(|cores| cores.born(*pid));
        }
        pids
    }

    /// The processes that the trace memory knows.
    pub(crate) fn recorded(&self) -> Vec<u32> {
        self.on.as_ref().map(|on| on.reader.owners()).unwrap_or_default()
    }

    /// Reads what the processes have written about themselves; before their output is told, so that it is told by their names.
    pub(crate) fn collect(&mut self) {
        if let Some(on) = &mut self.on {
            on.collect();
        }
    }

    /// When the rings should be read again.
    pub(crate) fn next_look_ns(&self) -> Option<u64> {
        self.on.as_ref().map(|on| on.look_ns)
    }

    /// When merging should go on.
    pub(crate) fn next_stint_ns(&self) -> Option<u64> {
        self.on.as_ref()?.stint_ns
    }

    /// To be said as a turn begins.
    pub(crate) fn look_at_load(&mut self) {
        if let Some(on) = &mut self.on {
            on.pace.look();
        }
    }

    /// Something printed; answers the lane and the name of who printed it.
    pub(crate) fn output(&mut self, text: &Text) -> (u32, String) {
        let Some(on) = &mut self.on else { return (0, self.name(text.pid)) };
        let (lane, name) = on.merge.output(text.pid, text.t_ns, text.stream, &text.text);
        self.names.insert(text.pid, name.clone());
        (lane, name)
    }

    /// What a process is called.
    pub(crate) fn name(&self, pid: u32) -> String {
        let told = self.names.get(&pid).cloned();
        told.unwrap_or_else(|| if pid == self.main { "MainProcess".to_owned() } else { format!("process {pid}") })
    }

    /// A process has ended, and nobody has waited for it: the kernel can still be asked what it charged.
    pub(crate) fn charge(&mut self, pid: u32) {
        if let Some(on) = &mut self.on
            && let Some(nanos) = charged::nanos(pid)
        {
            on.merge.charged(pid, nanos);
        }
    }

    /// A process ended.
    pub(crate) fn death(&mut self, pid: u32, t_ns: u64, end: End) {
        let Some(on) = &mut self.on else { return };
        on.reader.died(pid);
        on.collect();
        let ending = match end {
            End::Exited(code) => Ending::Exited(code),
            End::Signaled(signal) => Ending::Signalled(signal),
            End::Unknown => Ending::Unknown,
        };
        on.merge.death(pid, t_ns, ending);
    }

    /// Gives a meaning to what was read, as far as the program bears it.
    pub(crate) fn merge(&mut self, now_ns: u64) {
        if let Some(on) = &mut self.on {
            on.merge_for(now_ns);
        }
    }

    /// What became known since the last chunk, when it is time for one. What has not been read is too new to be told.
    pub(crate) fn chunk(&mut self, now_ns: u64) -> Option<Chunk> {
        let on = self.on.as_mut()?;
        if now_ns < on.sent_ns + CHUNK_NS && on.merge.untold() < ROWS {
            return None;
        }
        on.look_at_cores();
        on.merge_for(now_ns);
        on.merge.unseen(on.reader.memory().refused());
        let mut chunk = on.merge.known(now_ns);
        chunk.deadlocks.retain(|deadlock| !deadlock.waits.iter().any(|wait| signals::may_interrupt(on.merge.pid_of(wait.lane))));
        let chunk = on.with_lost(chunk);
        let due = has_news(&chunk) || now_ns >= on.sent_ns + QUIET_NS;
        if due {
            on.sent_ns = now_ns;
        }
        self.note_processes(&chunk);
        due.then_some(chunk)
    }

    /// So long was spent on telling what became known, in nanoseconds.
    pub(crate) fn spent(&mut self, took_ns: u64) {
        if let Some(on) = &mut self.on {
            on.pace.spend(Terms::Paid, took_ns);
        }
    }

    /// The run is over: what is to be told then comes by [`Recording::rest`].
    pub(crate) fn over(&mut self) {
        if let Some(on) = &mut self.on {
            on.collect();
            on.look_at_cores();
            on.merge.unseen(on.reader.memory().refused());
            on.merge.over();
        }
    }

    /// A further part of what is to be told of a run that was over at `over_ns`, as long as there is time for it; `None` when there is
    /// none but the last.
    pub(crate) fn rest(&mut self, over_ns: u64, haste: Haste) -> Option<Chunk> {
        let on = self.on.as_mut()?;
        let until = over_ns + if haste == Haste::Stopped { STOPPED_NS } else { REST_NS };
        while on.merge.untold() < ROWS {
            if now_ns() >= until {
                on.merge.abandon();
                return None;
            }
            if on.merge.advance(over_ns, STEP) == Progress::Done {
                return None;
            }
        }
        let chunk = on.merge.known(over_ns);
        let chunk = on.with_lost(chunk);
        self.note_processes(&chunk);
        Some(chunk)
    }

    /// The last chunk.
    pub(crate) fn finish(&mut self, over_ns: u64) -> Option<Chunk> {
        let on = self.on.as_mut()?;
        let chunk = on.merge.finish(over_ns);
        let chunk = on.with_lost(chunk);
        self.note_processes(&chunk);
        Some(chunk)
    }

    /// How many processes of the program the timeline shows; `None` without a timeline. Python's own helpers, the resource tracker
    /// among them, have no lane and are not counted.
    pub(crate) fn processes(&self) -> Option<u32> {
        self.on.as_ref().map(|_| self.processes.len() as u32)
    }

    fn note_processes(&mut self, chunk: &Chunk) {
        for lane in chunk.lanes.iter().filter(|lane| lane.kind == LaneKind::Process) {
            self.processes.insert(lane.id);
            self.names.insert(lane.pid, lane.name.clone());
        }
    }
}

impl On {
    fn collect(&mut self) {
        if self.merge.backlog_bytes() > BACKLOG {
            self.merge.abandon();
        }
        let merge = &mut self.merge;
        match self.reader.read(|part| merge.feed(part)) {
            Ok(times) => {
                let now = now_ns();
                // As long as the fastest would take to fill its ring so far, if it went on as it did.
                let fills = now.saturating_sub(self.read_ns).saturating_mul(times) / FILL;
                let longest = LOOK_NS * self.reader.shortest_ring() as u64;
                self.look_ns = now + fills.min(longest);
                self.read_ns = now;
            }
            Err(error) => eprintln!("forkyard-runner: {error}"),
        }
    }

    /// Merges as much as the program bears, and not for longer than [`STINT_NS`].
    fn merge_for(&mut self, began_ns: u64) {
        let hurry = if self.merge.behind_ns(began_ns) > BEHIND_NS { Hurry::Some } else { Hurry::None };
        self.pace.pass(began_ns, hurry);
        if let Some(wait) = self.pace.wait_ns() {
            self.stint_ns = Some(began_ns + wait);
            return;
        }
        let mut now = began_ns;
        while now < began_ns + STINT_NS
            && let Some(terms) = self.pace.terms()
        {
            let progress = self.merge.advance(began_ns, STEP);
            let after = now_ns();
            self.pace.spend(terms, after.saturating_sub(now));
            now = after;
            if progress == Progress::Done {
                self.stint_ns = None;
                return;
            }
        }
        self.stint_ns = Some(now + self.pace.wait_ns().unwrap_or(PAUSE_NS));
    }

    fn look_at_cores(&mut self) {
        if let Some(cores) = &mut self.cores {
            self.merge.on_core(&cores.drain());
        }
    }

    /// What the cores lost is lost to the reader as well.
    fn with_lost(&self, mut chunk: Chunk) -> Chunk {
        chunk.lost += self.cores.as_ref().map_or(0, |cores| cores.lost());
        chunk
    }
}

/// The best watcher that can be had for the process, which is held; and why it is not exact.
fn watch_cores(main: u32) -> (Option<Box<dyn OnCpu>>, Option<String>) {
    let Some(mut best) = forkyard_oncpu::open() else { return (None, forkyard_oncpu::probe().reason) };
    match best.attach(main) {
        Ok(()) if best.mode() == OnCore::Exact => (Some(best), None),
        Ok(()) => (Some(best), forkyard_oncpu::probe().reason),
        Err(error) => {
            let mut sampled: Box<dyn OnCpu> = Box::new(Sampled::new());
            let why = Some(format!("{error}; `forkyard doctor` tells what this machine allows"));
            (sampled.attach(main).ok().map(|()| sampled), why)
        }
    }
}

/// Whether a chunk holds rows that stay. One that does not may be left out: the next replaces its open rows.
fn has_news(chunk: &Chunk) -> bool {
    !(chunk.lanes.is_empty()
        && chunk.objects.is_empty()
        && chunk.strings.is_empty()
        && chunk.segments.is_empty()
        && chunk.arrows.is_empty()
        && chunk.levels.is_empty()
        && chunk.deadlocks.is_empty()
        && chunk.gaps.is_empty()
        && chunk.marks.is_empty())
}

/// The writers of the messages that wait, as the kernel vouches for them; what they say themselves is not needed.
fn greetings(socket: BorrowedFd<'_>) -> Vec<u32> {
    use std::os::fd::AsRawFd;
    let mut pids = Vec::new();
    let mut message = [0; 64];
    let mut control = nix::cmsg_space!(UnixCredentials);
    while pids.len() < GREETINGS {
        let mut parts = [std::io::IoSliceMut::new(&mut message)];
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_CMSG_CLOEXEC;
        let Ok(message) = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut control), flags) else {
            break;
        };
        let credentials = message.cmsgs().into_iter().flatten().find_map(|control| match control {
            ControlMessageOwned::ScmCredentials(credentials) => Some(credentials.pid() as u32),
            _ => None,
        });
        pids.push(credentials.unwrap_or(0));
    }
    pids.retain(|pid| *pid != 0);
    pids
}

/// Whether somebody waits for the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Haste {
    /// It ended by itself, or by a limit.
    None,
    /// Somebody has stopped it.
    Stopped,
}

/// Why nothing can be recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordingError {
    /// The memory.
    #[error("{0}")]
    Memory(String),
    /// The socket.
    #[error("the socket for births: {0}")]
    Socket(#[from] nix::errno::Errno),
}
