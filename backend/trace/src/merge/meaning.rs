//! What each thing that happened means: which tables it changes, and what has become final by it.

use std::sync::Arc;

use forkyard_wire::cores::CoreInterval;
use forkyard_wire::timeline::{Category, Gap, Mark, MarkKind, Measure, Segment, SegmentKind};

use super::lanes::{Known, ProcessId};
use super::life::Start;
use super::message::{End, Seen};
use super::objects::Act;
use super::pending::Item;
use super::task::Task;
use super::wait::Wait;
use super::{Ending, Merge};
use crate::event::{BOUNDED, Event, Kind, unpack};

/// The start method of a process whose interpreter was started for it.
const SPAWN: u32 = 1;
/// The start method of the main process.
const MAIN: u32 = 3;
/// The start method of a process that was to be started as by [`SPAWN`], and was copied from an interpreter that had booted before.
const COPIED: u32 = 4;

/// Who did something, and when.
#[derive(Debug, Clone, Copy)]
struct Actor {
    process: ProcessId,
    lane: u32,
    t: u64,
}

impl Merge {
    /// Handles one thing; `t` is relative to the run's zero.
    pub(super) fn handle(&mut self, t: u64, item: Item) {
        match item {
            Item::Event { process, event } => {
                if let Some(kind) = Kind::unpack(event.kind) {
                    let text = self.text_of(process, &event, kind);
                    self.event(t, process, event, kind, text);
                }
            }
            Item::Gap { process, events } => self.gap(t, process, events),
            Item::OnCore(interval) => self.on_core_ended(interval),
            Item::Death { process, ending } => {
                self.ending(process, ending, t);
                self.death_of(process, t);
            }
        }
    }

    /// A stretch on a core ended.
    pub(super) fn on_core_ended(&mut self, interval: CoreInterval) {
        let segments = self.cores.ended(interval, self.zero_ns, &mut self.lanes);
        self.next.segments.extend(segments);
    }

    /// Ends everything of a process that has not ended; it is not in any phase then, unless it had ended before.
    pub(super) fn end_process(&mut self, process: ProcessId, t: u64) {
        let own = self.lanes.lane_of(process);
        if self.lanes.ended(own).is_some() {
            return;
        }
        let lanes = self.lanes.lanes_of(process);
        for &lane in &lanes {
            self.end_lane(lane, t);
        }
        let holds = self.holds.take(&lanes, t);
        self.next.segments.extend(holds);
        let gil = self.gils.forget(process, None, t);
        self.next.segments.extend(gil);
        self.cores.forget_process(self.lanes.pid_of(process));
        self.lanes.forget_threads(process);
        self.lanes.end(own, t);
        // Nobody joins its own dead children now: whoever is left in charge has them buried at once.
        for child in self.lanes.children_of(own) {
            if self.lanes.ended(child).is_some() {
                let zombie = self.phases.leave(child, t);
                self.next.segments.extend(zombie);
            }
        }
    }

    fn event(&mut self, t: u64, process: ProcessId, event: Event, kind: Kind, text: Option<Arc<str>>) {
        if kind == Kind::ThreadBorn {
            self.lanes.forget_ended_thread(process, event.tid);
        }
        let of_gil = matches!(kind, Kind::WaitBegin(SegmentKind::Gil) | Kind::WaitEnd(SegmentKind::Gil));
        if of_gil && self.lanes.known_thread(process, event.tid).is_none() {
            return;
        }
        self.lanes.saw(process, t);
        match kind {
            Kind::GilTaken | Kind::GilDropped | Kind::GilWatch => return self.gil_event(t, process, event, kind, text),
            Kind::Phase(_) if !self.lanes.is_shown(process) => return,
            _ => self.lanes.show(process),
        }
        let lane = self.lane_of_thread(process, event.tid, t);
        let actor = Actor { process, lane, t };
        let (high, low) = unpack(event.argument);
        let object = event.object;
        match kind {
            Kind::Phase(phase) if phase.category() == Category::Lifecycle => self.phase(actor, phase),
            Kind::Phase(_) => {}
            Kind::WaitBegin(kind) => self.wait_begin(actor, kind, object, (high, low)),
            Kind::WaitEnd(kind) => self.wait_end(actor, kind, event.argument == 1),
            Kind::HoldBegin => {
                self.objects.used(object);
                self.holds.begin(object, lane, t, low);
            }
            Kind::HoldEnd => {
                let holder = self.holds.holder(object, 0);
                let stranger = holder != 0 && !self.holds.is_held_by(object, lane);
                self.act(object, |acts| {
                    acts.released = Act { lane, at: t };
                    acts.released_by_others |= stranger;
                });
                let hold = self.holds.end(object, lane, t);
                self.next.segments.extend(hold);
            }
            Kind::Wake => self.act(object, |acts| acts.woken = Act { lane, at: t }),
            Kind::Sent => self.sent(actor, (object, high), low),
            Kind::Received => self.received(actor, (object, high), low),
            Kind::TasksPut => {
                self.objects.used(object);
                self.counts.add(object, Measure::Tasks, t, i64::from(low));
            }
            Kind::Pickled => self.messages.pickled((object, high), low),
            Kind::Unpickled => {
                let arrow = self.messages.unpickled(lane, (object, high), low);
                self.next.arrows.extend(arrow);
            }
            Kind::CellRead => {
                self.objects.used(object);
                self.cells.read(lane, (object, high), low, t);
            }
            Kind::CellWrite => {
                self.objects.used(object);
                self.cells.written(lane, (object, high), low, t);
            }
            Kind::TaskBegin => {
                self.objects.used(object);
                self.counts.add(object, Measure::Tasks, t, -1);
                let (function, line) = text.as_deref().map_or((0, 0), |text| {
                    let (name, line) = text.split_once('\0').unwrap_or((text, ""));
                    (self.strings.id(name), line.parse().unwrap_or(0))
                });
                self.tasks.begin(lane, Task { pool: object, start: t, function, index: high, line });
            }
            Kind::TaskEnd => {
                self.objects.task_finished(object, Act { lane, at: t });
                let task = self.tasks.end(lane, object, t);
                self.next.segments.extend(task);
            }
            Kind::StartBegin => {
                let parent = self.lanes.lane_of(process);
                self.starts.begin(lane, Start { parent, at: t, line: low, method: high });
            }
            Kind::StartEnd => self.started(lane, high, low, t),
            Kind::Born => self.born(actor, high, low),
            Kind::Reaped => self.reaped(high, low as i32, object, t),
            Kind::ThreadBorn => self.thread_born(actor, low),
            Kind::ThreadDied => self.thread_died(actor),
            Kind::Printed => {
                let kind = if high == 2 { MarkKind::Stderr } else { MarkKind::Stdout };
                self.mark(lane, t, kind, text.as_deref());
            }
            Kind::Raised => self.mark(lane, t, MarkKind::Exception, text.as_deref()),
            Kind::GilTaken | Kind::GilDropped | Kind::GilWatch => {}
        }
    }

    /// The lane of a thread; a thread that is new runs from now on.
    fn lane_of_thread(&mut self, process: ProcessId, tid: u32, t: u64) -> u32 {
        let (lane, known) = self.lanes.thread(process, tid, t);
        if known == Known::New {
            self.phases.enter(lane, SegmentKind::Run, t);
        }
        lane
    }

    fn phase(&mut self, actor: Actor, phase: SegmentKind) {
        let lane = self.lanes.lane_of(actor.process);
        if self.lanes.ended(lane).is_none() {
            let ended = self.phases.enter(lane, phase, actor.t);
            self.next.segments.extend(ended);
        }
    }

    fn born(&mut self, actor: Actor, parent_pid: u32, method: u32) {
        let Actor { process, t, .. } = actor;
        let lane = self.lanes.lane_of(process);
        if self.lanes.ended(lane).is_some() || self.lanes.bear(process) == Known::Already {
            return;
        }
        if method == MAIN {
            self.lanes.started(process, 0, 0);
            self.phases.enter(lane, SegmentKind::Boot, 0);
            return;
        }
        let parent = self.lanes.find_shown(parent_pid).map_or(0, |parent| self.lanes.lane_of(parent));
        let start = self.starts.claim(parent, if method == COPIED { SPAWN } else { method });
        self.begin_life(process, Start { method, ..start.unwrap_or(Start { parent, at: t, line: 0, method }) });
    }

    /// A process has been started. It may not have told of its birth yet, and may be killed before it does.
    fn started(&mut self, starter: u32, pid: u32, how: u32, t: u64) {
        let Some(mut start) = self.starts.end(starter).filter(|_| pid != 0) else { return };
        if how == COPIED {
            start.method = COPIED;
        }
        // Its death may have been said already, and even have happened; only a death before the start was another's.
        let lived = |id: &ProcessId| self.lanes.ended(self.lanes.lane_of(*id)).is_none_or(|end| end >= start.at);
        let Some(process) = self.lanes.find(pid).filter(lived).or_else(|| self.lanes.meet(pid, t)) else { return };
        let lane = self.lanes.lane_of(process);
        if self.lanes.ended(lane).is_some() || self.lanes.bear(process) == Known::Already {
            return;
        }
        self.lanes.show(process);
        self.begin_life(process, start);
        // Starting returns once the kernel has loaded the interpreter; from then on that starts.
        if start.method == SPAWN {
            let exec = self.phases.enter_from_line(lane, SegmentKind::Boot, t, start.line);
            self.next.segments.extend(exec);
        }
    }

    fn begin_life(&mut self, process: ProcessId, start: Start) {
        let lane = self.lanes.lane_of(process);
        self.lanes.started(process, start.parent, start.at);
        if !self.phases.is_in(lane) {
            let first = if start.method == SPAWN { SegmentKind::Exec } else { SegmentKind::Fork };
            self.phases.enter_from_line(lane, first, start.at, start.line);
        }
    }

    fn thread_born(&mut self, actor: Actor, line: u32) {
        let Actor { process, lane, t, .. } = actor;
        if lane != self.lanes.lane_of(process) && self.lanes.ended(lane).is_none() {
            let before = self.phases.leave(lane, t);
            self.next.segments.extend(before);
            self.phases.enter_from_line(lane, SegmentKind::Run, t, line);
        }
    }

    fn thread_died(&mut self, actor: Actor) {
        let Actor { process, lane, t } = actor;
        if lane != self.lanes.lane_of(process) {
            self.end_lane(lane, t);
            let holds = self.holds.take(&[lane], t);
            let gil = self.gils.forget(process, Some(lane), t);
            self.next.segments.extend(holds.into_iter().chain(gil));
        }
    }

    fn death_of(&mut self, process: ProcessId, t: u64) {
        let lane = self.lanes.lane_of(process);
        if self.lanes.ended(lane).is_some() {
            return; // Its parent has joined it already.
        }
        self.end_process(process, t);
        if !self.lanes.is_shown(process) {
            return;
        }
        let parent = self.lanes.parent_of(process);
        if parent != 0 && self.lanes.ended(parent).is_none() {
            self.phases.enter(lane, SegmentKind::Zombie, t);
        }
    }

    fn reaped(&mut self, pid: u32, code: i32, charged_us: u32, t: u64) {
        let Some(process) = self.lanes.find(pid) else { return };
        self.lanes.charge(process, u64::from(charged_us) * 1000);
        let ending = if code < 0 { Ending::Signalled(code.wrapping_neg()) } else { Ending::Exited(code) };
        let lane = self.lanes.lane_of(process);
        self.end_process(process, t);
        self.ending(process, ending, t);
        let zombie = self.phases.leave(lane, t);
        self.next.segments.extend(zombie);
    }

    /// Notes how a process ended; by a signal is worth a mark.
    fn ending(&mut self, process: ProcessId, ending: Ending, t: u64) {
        let known = self.lanes.signal_of(process);
        self.lanes.ending(process, ending);
        let signal = self.lanes.signal_of(process);
        if signal != known && self.lanes.is_shown(process) {
            let lane = self.lanes.lane_of(process);
            let at = self.lanes.ended(lane).unwrap_or(t);
            self.mark(lane, at, MarkKind::Signal, signal.as_deref());
        }
    }

    fn wait_begin(&mut self, actor: Actor, kind: SegmentKind, object: u32, (what, line): (u32, u32)) {
        let Actor { process, lane, t, .. } = actor;
        if kind.category() != Category::Wait || self.lanes.ended(lane).is_some() {
            return;
        }
        self.objects.used(object);
        let (bounded, what) = (what & BOUNDED != 0, what & !BOUNDED);
        let target = match kind {
            SegmentKind::ProcessJoin => self.lanes.find_shown(what).map(|target| self.lanes.lane_of(target)),
            SegmentKind::ThreadJoin => self.lanes.known_thread(process, what),
            _ => None,
        };
        let holder = match kind {
            SegmentKind::Gil => self.gils.holder(process, lane),
            SegmentKind::ProcessJoin | SegmentKind::ThreadJoin => target.unwrap_or(0),
            _ => self.holds.holder(object, lane),
        };
        let wait = Wait { kind, start: t, object, line, holder, target: target.unwrap_or(0), bounded };
        if wait.is_for_message() {
            let unsigned = self.waits.take_unsigned(lane);
            self.next.segments.extend(unsigned);
        }
        self.waits.begin(lane, wait);
        self.count_waiters(object, t);
        if kind == SegmentKind::BarrierWait {
            self.act(object, |acts| acts.arrived = Act { lane, at: t });
        }
    }

    fn wait_end(&mut self, actor: Actor, kind: SegmentKind, got: bool) {
        let Actor { process, lane, t } = actor;
        if kind == SegmentKind::BarrierWait && got {
            let object = self.waits.object_of(lane, kind);
            self.waits.barrier_opened(object, self.objects.acts(object).arrived.lane);
        }
        let Some(wait) = self.waits.end(lane, kind) else { return };
        self.count_waiters(wait.object, t);
        // Whoever waited for a lock had it before it came to say that the wait was over.
        let t = if got { self.holds.taken_since(wait.object, lane, wait.start).unwrap_or(t) } else { t };
        let released_by = match got {
            false => 0,
            true if wait.is_for_message() => match self.messages.sender_since(lane, wait.start) {
                Some(sender) => sender,
                None => {
                    let before = self.waits.keep_unsigned(lane, wait.segment(lane, t, 0));
                    self.next.segments.extend(before);
                    return;
                }
            },
            true if kind == SegmentKind::Gil => self.gils.ended_by(process, (lane, wait.start), wait.holder),
            // The last party of a barrier waits for nobody.
            true => Some(wait.released_by(self.objects.acts(wait.object))).filter(|&by| by != lane).unwrap_or(0),
        };
        self.next.segments.push(wait.segment(lane, t, released_by));
    }

    fn sent(&mut self, actor: Actor, number: (u32, u32), bytes: u32) {
        self.objects.used(number.0);
        let arrow = self.messages.sent(number, End { lane: actor.lane, at: actor.t, bytes, pickling: 0 });
        self.next.arrows.extend(arrow);
        self.count_messages(number.0, actor.t);
    }

    fn received(&mut self, actor: Actor, number: (u32, u32), bytes: u32) {
        let Actor { lane, t, .. } = actor;
        self.act(number.0, |acts| acts.received = Act { lane, at: t });
        let arrow = self.messages.received(number, End { lane, at: t, bytes, pickling: 0 });
        self.count_messages(number.0, t);
        let wait = self.waits.sign(lane, number.0, arrow.map_or(0, |arrow| arrow.from));
        self.next.segments.extend(wait);
        let told = match arrow {
            // Whoever took long to pickle it will be said to take long to unpickle it.
            Some(arrow) if arrow.pickling > 0 => self.messages.keep(number, arrow),
            arrow => arrow,
        };
        self.next.arrows.extend(told);
    }

    /// Events of a process were lost: what had begun in it may have ended unseen, and is not told.
    fn gap(&mut self, t: u64, process: ProcessId, events: u64) {
        let from_ns = self.lanes.saw(process, t).min(t);
        let lanes = self.lanes.lanes_of(process);
        for &lane in &lanes {
            for wait in self.waits.take(lane) {
                self.count_waiters(wait.object, t);
            }
            self.tasks.take(lane, 0);
            self.cells.forget_lane(lane);
        }
        self.holds.take(&lanes, 0);
        self.gils.forget(process, None, t);
        self.lanes.show(process);
        self.next.gaps.push(Gap { lane: self.lanes.lane_of(process), from_ns, to_ns: t, events });
    }

    fn count_messages(&mut self, object: u32, t: u64) {
        let seen = if self.lost == 0 { Seen::All } else { Seen::Some };
        self.counts.set(object, Measure::Depth, t, self.messages.depth(object, seen));
    }

    fn count_waiters(&mut self, object: u32, t: u64) {
        self.counts.set(object, Measure::Waiters, t, self.waits.count(object));
    }

    fn gil_event(&mut self, t: u64, process: ProcessId, event: Event, kind: Kind, text: Option<Arc<str>>) {
        let shown = self.lanes.is_shown(process);
        let lane = |tid: u32| self.lanes.known_thread(process, tid).filter(|_| shown).unwrap_or(0);
        let ended = match kind {
            Kind::GilTaken => self.gils.taken(process, lane(event.argument as u32), t),
            Kind::GilDropped => {
                let (tid, why) = unpack(event.argument);
                self.gils.dropped(process, lane(tid), t, u32::from(why == 1))
            }
            _ => {
                let (watched, _) = unpack(event.argument);
                let said = self.gils.watch(watched == 1, text.as_deref().unwrap_or_default());
                self.next.gil = said.or(self.next.gil.take());
                None
            }
        };
        self.next.segments.extend(ended);
    }

    fn end_lane(&mut self, lane: u32, t: u64) {
        let unsigned = self.waits.take_unsigned(lane);
        let waits = self.waits.take(lane);
        waits.iter().for_each(|wait| self.count_waiters(wait.object, t));
        let waits: Vec<Segment> = waits.iter().map(|wait| wait.segment(lane, t, 0)).collect();
        let tasks = self.tasks.take(lane, t);
        let phase = self.phases.leave(lane, t);
        self.next.segments.extend(unsigned.into_iter().chain(waits).chain(tasks).chain(phase));
        let arrow = self.messages.forget_lane(lane);
        self.next.arrows.extend(arrow);
        self.cells.forget_lane(lane);
        self.lanes.end(lane, t);
    }

    fn act(&mut self, object: u32, how: impl FnOnce(&mut super::objects::Acts)) {
        self.objects.used(object);
        if let Some(acts) = self.objects.acts_mut(object) {
            how(acts);
        }
    }

    /// The text that an event refers to.
    fn text_of(&self, process: ProcessId, event: &Event, kind: Kind) -> Option<Arc<str>> {
        let has_text = matches!(kind, Kind::TaskBegin | Kind::Printed | Kind::Raised | Kind::GilWatch);
        has_text.then(|| self.pending.text(process, unpack(event.argument).1)).flatten()
    }

    fn mark(&mut self, lane: u32, at_ns: u64, kind: MarkKind, text: Option<&str>) {
        if let Some(text) = text {
            self.next.marks.push(Mark { lane, at_ns, kind, text: text.to_owned() });
        }
    }
}
