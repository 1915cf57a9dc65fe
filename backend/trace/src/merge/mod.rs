//! The merge: what all processes did, given a meaning once and for all.
//!
//! Pure: it is told what happened and answers with [`Chunk`]s; it asks nobody anything. What it is told may be incomplete
//! (events are lost, processes are killed) or wrong (the program can write into its ring): it leaves out what it cannot
//! place, and never panics. Each file knows one thing:
//!
//! ```text
//! pending   the order of time, packed    objects   names, who did what last     message   arrows
//! lanes     who stands in which row      wait      waits and who ended them     task      tasks of pools
//! life      births, phases, starts       hold      locks held                   cores     time on cores
//! level     how many wait, how full      gil       the interpreter's lock       cell      updates of shared values
//! meaning   which event changes which of them      table     hashes of numbers  deadlock  who waits for ever
//! thinning  what is told of very much
//! ```
//!
//! What has ended is told and forgotten; what is kept grows with what lives: lanes, objects, messages on their way.

mod cell;
mod cores;
mod deadlock;
mod gil;
mod hold;
mod lanes;
mod level;
mod life;
mod meaning;
mod message;
mod objects;
mod packed;
mod pending;
mod strings;
mod table;
mod task;
mod thinning;
mod wait;

use forkyard_wire::cores::{AfterCore, CoreInterval};
use forkyard_wire::run::Stream;
use forkyard_wire::timeline::{Chunk, LeftOut, Mark, MarkKind, Segment, SegmentKind};

use self::cell::Cells;
use self::cores::Cores;
use self::deadlock::Told;
use self::gil::Gils;
use self::hold::Holds;
use self::lanes::{Lanes, ProcessId};
use self::level::Counts;
use self::life::{Phases, Starts};
use self::message::Messages;
use self::objects::Objects;
use self::pending::{HOLD_BACK_NS, Item, Pending};
use self::strings::Strings;
use self::task::Tasks;
use self::thinning::Thinning;
use self::wait::Waits;
use crate::names::Name;
use crate::reader::RawBatch;

/// How long after its end a wait for a message is told without its sender, in nanoseconds.
const UNSIGNED_NS: u64 = 200_000_000;

/// How a process ended, as far as the one who says so knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Only that it ended.
    Unknown,
    /// With this exit code.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
}

/// Whether more can be done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There is more.
    More,
    /// That was all.
    Done,
}

/// The state of one run.
#[derive(Debug)]
pub struct Merge {
    /// CLOCK_MONOTONIC when the run began.
    zero_ns: u64,
    /// Everything before this is handled; relative to `zero_ns`.
    to_ns: u64,
    lost: u64,
    /// Processes that are not recorded at all.
    unseen: u32,
    /// Whether everything has been fed.
    over: bool,
    pending: Pending,
    strings: Strings,
    lanes: Lanes,
    objects: Objects,
    phases: Phases,
    starts: Starts,
    waits: Waits,
    holds: Holds,
    tasks: Tasks,
    messages: Messages,
    cores: Cores,
    counts: Counts,
    gils: Gils,
    cells: Cells,
    deadlocks: Told,
    thinning: Thinning,
    /// What the next chunk tells, as far as it is known.
    next: Chunk,
}

impl Merge {
    /// A run that begins at `zero_ns` (CLOCK_MONOTONIC): the zero of every time in its chunks.
    pub fn new(zero_ns: u64) -> Self {
        Merge {
            zero_ns,
            to_ns: 0,
            lost: 0,
            unseen: 0,
            over: false,
            pending: Pending::default(),
            strings: Strings::default(),
            lanes: Lanes::default(),
            objects: Objects::default(),
            phases: Phases::default(),
            starts: Starts::default(),
            waits: Waits::default(),
            holds: Holds::default(),
            tasks: Tasks::default(),
            messages: Messages::default(),
            cores: Cores::default(),
            counts: Counts::default(),
            gils: Gils::default(),
            cells: Cells::default(),
            deadlocks: Told::default(),
            thinning: Thinning::default(),
            next: Chunk::default(),
        }
    }

    /// A process was heard of at `t_ns`. The first one is the main process. Others have a lane once they say that they were
    /// born, or do something that a helper of the interpreter does not.
    pub fn hello(&mut self, pid: u32, t_ns: u64) {
        let Some(process) = self.lanes.meet(pid, self.relative(t_ns)) else { return };
        if self.lanes.main() == Some(process) {
            self.lanes.show(process);
        }
    }

    /// What the reader has collected of a process, or a part of it. What it refers to by number is known before any of it is given a
    /// meaning: names of all processes are fed meanwhile.
    pub fn feed(&mut self, batch: &RawBatch) {
        let Some(process) = self.process_of(batch) else {
            self.lost = self.lost.saturating_add(batch.lost).saturating_add(batch.events.len() as u64);
            return;
        };
        for name in &batch.names {
            self.learn(process, name);
        }
        if batch.lost > 0 {
            self.lost = self.lost.saturating_add(batch.lost);
            let after = batch.events.first().map_or(u64::MAX, |event| event.t_ns);
            self.pending.push(after, Item::Gap { process, events: batch.lost });
        }
        self.pending.extend(process, &batch.events);
        if batch.last {
            self.pending.over(process);
        }
    }

    /// So many processes are not recorded, because as many as can be are alive.
    pub fn unseen(&mut self, processes: u32) {
        self.unseen = processes;
    }

    /// The process that a lane belongs to; 0 for none.
    pub fn pid_of(&self, lane: u32) -> u32 {
        self.lanes.row(lane).map_or(0, |row| row.pid)
    }

    /// How many events wait to be given a meaning: no more than were fed.
    pub fn backlog(&self) -> usize {
        self.pending.events()
    }

    /// The bytes that what waits takes, roughly.
    pub fn backlog_bytes(&self) -> usize {
        self.pending.bytes()
    }

    /// How far what is known is behind what could be at `now_ns`, in nanoseconds.
    pub fn behind_ns(&mut self, now_ns: u64) -> u64 {
        let reach = self.reach(now_ns);
        self.pending.next_at().map_or(0, |next| reach.saturating_sub(next))
    }

    /// The kernel charged a process that ended with so much, in nanoseconds. To be said before its death.
    pub fn charged(&mut self, pid: u32, nanos: u64) {
        if let Some(process) = self.lanes.find(pid) {
            self.lanes.charge(process, nanos);
        }
    }

    /// A process ended at `t_ns`. To be said after its last batch was fed.
    pub fn death(&mut self, pid: u32, t_ns: u64, ending: Ending) {
        if let Some(process) = self.lanes.find(pid) {
            self.lanes.report(process);
            self.pending.push(t_ns, Item::Death { process, ending });
        }
    }

    /// What the kernel says of the cores. Stretches that last ([`AfterCore::Running`]) stand until the next call.
    pub fn on_core(&mut self, intervals: &[CoreInterval]) {
        let (running, ended): (Vec<_>, Vec<_>) = intervals.iter().partition(|interval| interval.after == AfterCore::Running);
        self.cores.set_running(running);
        // While it was held before its start, nothing of it belongs to the run.
        for interval in ended.into_iter().filter(|interval| interval.end_ns > self.zero_ns) {
            self.pending.push(interval.end_ns, Item::OnCore(interval));
        }
    }

    /// A process printed something. Answers its lane and its name.
    pub fn output(&mut self, pid: u32, t_ns: u64, stream: Stream, text: &str) -> (u32, String) {
        let at_ns = self.relative(t_ns);
        let Some(process) = self.lanes.find(pid).or_else(|| self.lanes.meet(pid, at_ns)) else {
            return (0, format!("pid {pid}"));
        };
        self.lanes.show(process);
        let lane = self.lanes.lane_of(process);
        let kind = match stream {
            Stream::Stdout => MarkKind::Stdout,
            Stream::Stderr => MarkKind::Stderr,
        };
        self.next.marks.push(Mark { lane, at_ns, kind, text: text.to_owned() });
        (lane, self.lanes.name_of(lane).to_owned())
    }

    /// Gives a meaning to at most `most` things. The last few moments before `now_ns` are held back: some process's share of them may
    /// not have been read.
    pub fn advance(&mut self, now_ns: u64, most: usize) -> Progress {
        let until = if self.over { u64::MAX } else { self.reach(now_ns) };
        for _ in 0..most {
            let Some((t_ns, item)) = self.pending.take_until(until) else { return Progress::Done };
            self.handle(self.relative(t_ns.min(now_ns)), item);
        }
        Progress::More
    }

    /// Gives a meaning to all that can have one at `now_ns`, and tells it.
    pub fn chunk(&mut self, now_ns: u64) -> Chunk {
        while self.advance(now_ns, usize::MAX) == Progress::More {}
        self.known(now_ns)
    }

    /// What has become known since the last chunk, as far as [`Merge::advance`] has come.
    pub fn known(&mut self, now_ns: u64) -> Chunk {
        let all = self.reach(now_ns);
        let until = self.pending.next_at().map_or(all, |next| all.min(next));
        self.tell_cores(until);
        self.to_ns = self.to_ns.max(self.relative(until));
        let old = self.to_ns.saturating_sub(UNSIGNED_NS);
        self.next.segments.extend(self.waits.take_unsigned_until(old));
        self.next.arrows.extend(self.messages.take_kept_until(old));
        // Who was on a core until now is known of now alone.
        if until == all {
            self.next.deadlocks = self.closed_deadlocks();
        }
        let to = self.to_ns;
        self.next.levels = self.counts.take(to).into_iter().collect();
        let cores = self.cores.open(to, self.zero_ns, &mut self.lanes);
        let open = self.phases.open(to).chain(self.waits.open(to)).chain(self.holds.open(to)).chain(self.tasks.open(to));
        let open = open.chain(self.gils.open(to));
        self.next.open = open.chain(cores).collect();
        self.take_chunk()
    }

    /// How many segments and messages the next chunk has so far.
    pub fn untold(&self) -> usize {
        self.next.segments.len() + self.next.arrows.len()
    }

    /// Everything has been fed: nothing has to be held back any more.
    pub fn over(&mut self) {
        self.over = true;
    }

    /// All events that still wait are lost.
    pub fn abandon(&mut self) {
        self.lost = self.lost.saturating_add(self.pending.abandon());
    }

    /// The last chunk: the run is over, nothing of it lives, and everything that was fed is told.
    pub fn finish(&mut self, now_ns: u64) -> Chunk {
        self.over();
        while self.advance(now_ns, usize::MAX) == Progress::More {}
        self.tell_cores(u64::MAX);
        self.to_ns = self.to_ns.max(self.relative(now_ns));
        let cores = self.cores.open(self.to_ns, self.zero_ns, &mut self.lanes);
        cores.into_iter().for_each(|segment| self.next.segments.push(segment));
        for process in self.lanes.processes() {
            self.end_process(process, self.to_ns);
            let zombie = self.phases.leave(self.lanes.lane_of(process), self.to_ns);
            self.next.segments.extend(zombie);
        }
        self.next.arrows.extend(self.messages.take_kept_until(u64::MAX));
        self.next.levels = self.counts.take(u64::MAX).into_iter().collect();
        // Not before: an interpreter may take its time to start.
        if !self.gils.is_told() {
            self.next.gil = self.gils.watch(false, "the program has not said that it is watched");
        }
        self.take_chunk()
    }

    /// Up to when things can be handled at `now_ns`.
    fn reach(&self, now_ns: u64) -> u64 {
        if self.over { now_ns } else { now_ns.saturating_sub(HOLD_BACK_NS) }
    }

    fn tell_cores(&mut self, until: u64) {
        for interval in self.cores.take_known(&self.lanes) {
            self.on_core_ended(interval);
        }
        let helpers = self.cores.take_helpers(until, self.zero_ns, &mut self.lanes);
        self.next.segments.extend(helpers);
    }

    fn take_chunk(&mut self) -> Chunk {
        self.thinning.thin(&mut self.next);
        self.next.segments.sort();
        Chunk {
            to_ns: self.to_ns,
            lanes: self.lanes.take_changed(),
            objects: self.objects.take_changed(),
            strings: self.strings.take_new(),
            lost_updates: self.cells.take_lost(),
            lost: self.lost,
            left_out: LeftOut { processes: self.unseen, lanes: self.lanes.left_out(), short: self.thinning.short() },
            ..std::mem::take(&mut self.next)
        }
    }

    /// The process of a batch. The last batch of a process may come after its death was said.
    fn process_of(&mut self, batch: &RawBatch) -> Option<ProcessId> {
        let met = if batch.last { self.lanes.find(batch.pid) } else { None };
        let t = batch.events.first().map_or(self.to_ns, |event| self.relative(event.t_ns));
        met.or_else(|| self.lanes.meet(batch.pid, t))
    }

    fn learn(&mut self, process: ProcessId, name: &Name) {
        match name {
            Name::String { id, text } => self.pending.learn(process, *id, text),
            Name::Object { id, kind, name, line } => self.objects.made(*id, kind, name, *line),
            Name::Process { name } => self.lanes.name_process(process, name),
            Name::Thread { tid, name } => self.lanes.name_thread(process, *tid, name),
        }
    }

    fn relative(&self, t_ns: u64) -> u64 {
        t_ns.saturating_sub(self.zero_ns)
    }
}

/// A segment of which nothing more is known than whose, what and when.
fn segment(lane: u32, kind: SegmentKind, start: u64, end: u64) -> Segment {
    Segment { lane, kind, start, end: end.max(start), object: 0, line: 0, holder: 0, released_by: 0, detail: 0, index: 0 }
}
