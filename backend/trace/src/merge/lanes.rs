//! The rows of the picture: processes, their threads, cores; and who stands in which.

use std::collections::{BTreeSet, HashSet};

use forkyard_wire::timeline::{Lane, LaneKind};
use nix::sys::signal::Signal;

use super::Ending;
use super::table::Table;

/// Rows that are kept, at most; what more there is is counted.
const KEPT: usize = 8192;

/// A process that the run had, by its place in the order in which the merge met them. Unlike a pid it never comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ProcessId(usize);

/// What is known of a process beside its lane.
#[derive(Debug)]
struct Process {
    pid: u32,
    lane: u32,
    /// Lanes of its threads other than the main one, by tid. Emptied at its death.
    threads: Table<u32, u32>,
    /// Names of threads that have no lane yet, by tid.
    names: Table<u32, String>,
    /// Whether its end is known, so that the pid may come back.
    reported: bool,
    /// Whether its birth has been handled.
    born: bool,
    /// Whether its lane is told. A helper that never says it was born, as multiprocessing's fork server, has no row.
    shown: bool,
    /// When it did what was seen of it last.
    seen: u64,
}

/// All rows.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    rows: Vec<Lane>,
    processes: Vec<Process>,
    pids: Table<u32, ProcessId>,
    cores: Table<u32, u32>,
    changed: BTreeSet<u32>,
    /// Pids and tids that have no row for want of room.
    left_out: HashSet<(u32, u32)>,
}

impl Lanes {
    /// The process that has this pid now; made at `t` when there is none, or when the one that had it has ended. `None` when there
    /// is no room for it.
    pub(crate) fn meet(&mut self, pid: u32, t: u64) -> Option<ProcessId> {
        if let Some(&id) = self.pids.get(&pid)
            && !self.processes[id.0].reported
        {
            return Some(id);
        }
        if self.rows.len() >= KEPT {
            self.leave_out((pid, pid));
            return None;
        }
        let parent = self.main().filter(|&main| self.is_shown(main)).map_or(0, |main| self.lane_of(main));
        let name = if self.processes.is_empty() { "MainProcess".to_owned() } else { format!("pid {pid}") };
        let lane = self.add(Lane { kind: LaneKind::Process, name, parent, pid, tid: pid, start_ns: t, ..blank() });
        let id = ProcessId(self.processes.len());
        self.processes.push(Process {
            pid,
            lane,
            threads: Table::default(),
            names: Table::default(),
            reported: false,
            born: false,
            shown: false,
            seen: t,
        });
        self.pids.insert(pid, id);
        Some(id)
    }

    /// How many processes and threads have no row.
    pub(crate) fn left_out(&self) -> u32 {
        self.left_out.len() as u32
    }

    fn leave_out(&mut self, who: (u32, u32)) {
        if self.left_out.len() < KEPT {
            self.left_out.insert(who);
        }
    }

    /// Notes that a process did something at `t`; answers when it had done something before.
    pub(crate) fn saw(&mut self, id: ProcessId, t: u64) -> u64 {
        let seen = &mut self.processes[id.0].seen;
        std::mem::replace(seen, t.max(*seen))
    }

    /// The lanes of processes and threads that live and are told.
    pub(crate) fn living(&self) -> Vec<u32> {
        let shown = self.processes.iter().filter(|process| process.shown);
        let lanes = shown.flat_map(|process| std::iter::once(process.lane).chain(process.threads.values().copied()));
        lanes.filter(|&lane| self.ended(lane).is_none()).collect()
    }

    /// Those of processes alone.
    pub(crate) fn living_processes(&self) -> impl Iterator<Item = u32> + '_ {
        let shown = self.processes.iter().filter(|process| process.shown).map(|process| process.lane);
        shown.filter(|&lane| self.ended(lane).is_none())
    }

    /// A lane's name, a thread's with its process's.
    pub(crate) fn full_name_of(&self, lane: u32) -> String {
        match self.row(lane) {
            Some(row) if row.kind == LaneKind::Thread => format!("{} of {}", row.name, self.name_of(row.parent)),
            Some(row) => row.name.clone(),
            None => "nobody".to_owned(),
        }
    }

    /// The last process that had this pid, if any had.
    pub(crate) fn find(&self, pid: u32) -> Option<ProcessId> {
        self.pids.get(&pid).copied()
    }

    /// The same, if its lane is told.
    pub(crate) fn find_shown(&self, pid: u32) -> Option<ProcessId> {
        self.find(pid).filter(|&id| self.is_shown(id))
    }

    /// From now on a process's lane is told.
    pub(crate) fn show(&mut self, id: ProcessId) {
        let process = &mut self.processes[id.0];
        if !std::mem::replace(&mut process.shown, true) {
            self.changed.insert(process.lane);
        }
    }

    /// Whether a process's lane is told.
    pub(crate) fn is_shown(&self, id: ProcessId) -> bool {
        self.processes[id.0].shown
    }

    /// The first process of the run.
    pub(crate) fn main(&self) -> Option<ProcessId> {
        (!self.processes.is_empty()).then_some(ProcessId(0))
    }

    /// Every process.
    pub(crate) fn processes(&self) -> impl Iterator<Item = ProcessId> + use<> {
        (0..self.processes.len()).map(ProcessId)
    }

    /// A process's pid.
    pub(crate) fn pid_of(&self, id: ProcessId) -> u32 {
        self.processes[id.0].pid
    }

    /// A process's own lane.
    pub(crate) fn lane_of(&self, id: ProcessId) -> u32 {
        self.processes[id.0].lane
    }

    /// The lane of a thread, made at `t` when it has none. The flag tells whether it was made.
    pub(crate) fn thread(&mut self, id: ProcessId, tid: u32, t: u64) -> (u32, Known) {
        let process = &self.processes[id.0];
        let ended = self.rows[process.lane as usize - 1].end_ns.is_some();
        if let Some(lane) = self.known_thread(id, tid) {
            return (lane, Known::Already);
        }
        if ended {
            return (process.lane, Known::Already);
        }
        if self.rows.len() >= KEPT {
            let (lane, pid) = (process.lane, process.pid);
            self.leave_out((pid, tid));
            return (lane, Known::Already);
        }
        let (parent, pid) = (process.lane, process.pid);
        let name = self.processes[id.0].names.remove(&tid).unwrap_or_else(|| format!("Thread {tid}"));
        let lane = self.add(Lane { kind: LaneKind::Thread, name, parent, pid, tid, start_ns: t, ..blank() });
        self.processes[id.0].threads.insert(tid, lane);
        (lane, Known::New)
    }

    /// The lane of a thread that has one.
    pub(crate) fn known_thread(&self, id: ProcessId, tid: u32) -> Option<u32> {
        let process = &self.processes[id.0];
        if tid == process.pid { Some(process.lane) } else { process.threads.get(&tid).copied() }
    }

    /// The lane of a core.
    pub(crate) fn core(&mut self, core: u32) -> u32 {
        if let Some(&lane) = self.cores.get(&core) {
            return lane;
        }
        let lane = self.add(Lane { kind: LaneKind::Core, name: format!("Core {core}"), pid: core, ..blank() });
        self.cores.insert(core, lane);
        lane
    }

    /// A process's name was told.
    pub(crate) fn name_process(&mut self, id: ProcessId, name: &str) {
        self.name(self.lane_of(id), name);
    }

    /// A thread's name was told. The main thread's is its process's.
    pub(crate) fn name_thread(&mut self, id: ProcessId, tid: u32, name: &str) {
        match self.known_thread(id, tid) {
            Some(lane) if lane == self.lane_of(id) => {}
            Some(lane) => self.name(lane, name),
            None => {
                self.processes[id.0].names.insert(tid, name.to_owned());
            }
        }
    }

    fn name(&mut self, lane: u32, name: &str) {
        self.change(lane, |row| name.clone_into(&mut row.name));
    }

    /// A lane's name; empty when there is no such lane.
    pub(crate) fn name_of(&self, lane: u32) -> &str {
        self.row(lane).map_or("", |row| &row.name)
    }

    /// Notes that a process's birth is handled; `false` when it was before.
    pub(crate) fn bear(&mut self, id: ProcessId) -> Known {
        match std::mem::replace(&mut self.processes[id.0].born, true) {
            true => Known::Already,
            false => Known::New,
        }
    }

    /// Says who started a process, and when.
    pub(crate) fn started(&mut self, id: ProcessId, parent: u32, t: u64) {
        let lane = self.lane_of(id);
        let parent = if parent == lane { 0 } else { parent };
        self.change(lane, |row| (row.parent, row.start_ns) = (parent, t));
    }

    /// Notes that a process's end has been reported: the next one with its pid is another.
    pub(crate) fn report(&mut self, id: ProcessId) {
        self.processes[id.0].reported = true;
    }

    /// Ends a lane at `t`, unless it has ended.
    pub(crate) fn end(&mut self, lane: u32, t: u64) {
        self.change(lane, |row| row.end_ns = Some(row.end_ns.unwrap_or(t.max(row.start_ns))));
    }

    /// When a lane ended.
    pub(crate) fn ended(&self, lane: u32) -> Option<u64> {
        self.row(lane)?.end_ns
    }

    /// Notes how a process ended, unless that is known.
    pub(crate) fn ending(&mut self, id: ProcessId, ending: Ending) {
        self.change(self.lane_of(id), |row| {
            if row.exit_code.is_none() && row.signal.is_none() {
                match ending {
                    Ending::Exited(code) => row.exit_code = Some(code),
                    Ending::Signalled(signal) => row.signal = Some(signal_name(signal)),
                    Ending::Unknown => {}
                }
            }
        });
    }

    /// Notes what the kernel charged a process, 0 when that is not known.
    pub(crate) fn charge(&mut self, id: ProcessId, nanos: u64) {
        let lane = self.lane_of(id);
        if nanos > self.row(lane).and_then(|row| row.cpu_ns).unwrap_or(0) {
            self.change(lane, |row| row.cpu_ns = Some(nanos));
        }
    }

    /// The signal that ended a process, if one did.
    pub(crate) fn signal_of(&self, id: ProcessId) -> Option<String> {
        self.row(self.lane_of(id))?.signal.clone()
    }

    /// Forgets which threads a process has: it is dead.
    pub(crate) fn forget_threads(&mut self, id: ProcessId) {
        self.processes[id.0].threads.clear();
        self.processes[id.0].names.clear();
    }

    /// Forgets a thread that has ended: its tid came back.
    pub(crate) fn forget_ended_thread(&mut self, id: ProcessId, tid: u32) {
        let lane = self.processes[id.0].threads.get(&tid).copied();
        if lane.is_some_and(|lane| self.ended(lane).is_some()) {
            self.processes[id.0].threads.remove(&tid);
        }
    }

    /// Lanes of a process and of its threads.
    pub(crate) fn lanes_of(&self, id: ProcessId) -> Vec<u32> {
        let process = &self.processes[id.0];
        std::iter::once(process.lane).chain(process.threads.values().copied()).collect()
    }

    /// The lane that started a process.
    pub(crate) fn parent_of(&self, id: ProcessId) -> u32 {
        self.row(self.lane_of(id)).map_or(0, |row| row.parent)
    }

    /// The lanes of processes that this lane's process started.
    pub(crate) fn children_of(&self, lane: u32) -> Vec<u32> {
        let children = self.rows.iter().filter(|row| row.kind == LaneKind::Process && row.parent == lane);
        children.map(|row| row.id).collect()
    }

    /// The lanes that are new or changed since the last call.
    pub(crate) fn take_changed(&mut self) -> Vec<Lane> {
        let hidden: Vec<u32> = self.processes.iter().filter(|process| !process.shown).map(|process| process.lane).collect();
        let shown = std::mem::take(&mut self.changed).into_iter().filter(|lane| !hidden.contains(lane));
        shown.filter_map(|id| self.row(id).cloned()).collect()
    }

    pub(super) fn row(&self, lane: u32) -> Option<&Lane> {
        self.rows.get((lane as usize).checked_sub(1)?)
    }

    fn add(&mut self, row: Lane) -> u32 {
        let id = self.rows.len() as u32 + 1;
        self.rows.push(Lane { id, ..row });
        self.changed.insert(id);
        id
    }

    fn change(&mut self, lane: u32, how: impl FnOnce(&mut Lane)) {
        if let Some(row) = (lane as usize).checked_sub(1).and_then(|index| self.rows.get_mut(index)) {
            how(row);
            self.changed.insert(lane);
        }
    }
}

/// Whether something was known before it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Already,
    New,
}

fn blank() -> Lane {
    Lane {
        id: 0,
        kind: LaneKind::Process,
        name: String::new(),
        parent: 0,
        pid: 0,
        tid: 0,
        start_ns: 0,
        end_ns: None,
        exit_code: None,
        signal: None,
        cpu_ns: None,
    }
}

fn signal_name(number: i32) -> String {
    Signal::try_from(number).map_or_else(|_| format!("signal {number}"), |signal| signal.as_str().to_owned())
}
