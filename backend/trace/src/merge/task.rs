//! Tasks of pools, as they run in their workers.

use std::collections::BTreeMap;

use forkyard_wire::timeline::{Segment, SegmentKind};

/// Tasks within tasks that a thread may be in; more are not believed.
const DEPTH: usize = 64;

/// A task that has begun.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task {
    pub(crate) pool: u32,
    pub(crate) start: u64,
    /// The function's name, in the run's table of strings.
    pub(crate) function: u32,
    /// Its index within its call.
    pub(crate) index: u32,
    /// The line where the function is defined.
    pub(crate) line: u32,
}

/// The tasks that run.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    open: BTreeMap<u32, Vec<Task>>,
}

impl Tasks {
    /// A task begins.
    pub(crate) fn begin(&mut self, lane: u32, task: Task) {
        let stack = self.open.entry(lane).or_default();
        if stack.len() < DEPTH {
            stack.push(task);
        }
    }

    /// The innermost task of this pool ends; those within it whose end was lost are forgotten.
    pub(crate) fn end(&mut self, lane: u32, pool: u32, t: u64) -> Option<Segment> {
        let stack = self.open.get_mut(&lane)?;
        let place = stack.iter().rposition(|task| task.pool == pool)?;
        let task = stack.drain(place..).next()?;
        if stack.is_empty() {
            self.open.remove(&lane);
        }
        Some(segment(lane, task, t))
    }

    /// The lanes that are at a task of a pool.
    pub(crate) fn lanes_in(&self, pool: u32) -> Vec<u32> {
        let at_it = |stack: &Vec<Task>| stack.iter().any(|task| task.pool == pool);
        self.open.iter().filter(|(_, stack)| at_it(stack)).map(|(&lane, _)| lane).collect()
    }

    /// Everything that runs in a lane ends.
    pub(crate) fn take(&mut self, lane: u32, t: u64) -> Vec<Segment> {
        let stack = self.open.remove(&lane).unwrap_or_default();
        stack.into_iter().map(|task| segment(lane, task, t)).collect()
    }

    /// All tasks that have not ended, as if they did at `t`.
    pub(crate) fn open(&self, t: u64) -> impl Iterator<Item = Segment> + '_ {
        let tasks = self.open.iter().flat_map(|(&lane, stack)| stack.iter().map(move |&task| (lane, task)));
        tasks.map(move |(lane, task)| segment(lane, task, t))
    }
}

fn segment(lane: u32, task: Task, end: u64) -> Segment {
    let Task { pool, start, function, index, line } = task;
    Segment { object: pool, detail: function, index, line, ..super::segment(lane, SegmentKind::Task, start, end) }
}
