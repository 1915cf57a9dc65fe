//! The objects of a run: what they are called, and who did something to them last.

use std::collections::{BTreeSet, HashMap};

use super::table::Table;
use forkyard_wire::timeline::Object;

/// A lane did something at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Act {
    pub(crate) lane: u32,
    pub(crate) at: u64,
}

impl Act {
    /// Who did it, if it was at or after `start`; else 0.
    pub(crate) fn since(self, start: u64) -> u32 {
        if self.at >= start { self.lane } else { 0 }
    }
}

/// What was done to an object last.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Acts {
    /// A lock was released.
    pub(crate) released: Act,
    /// Waiters were woken.
    pub(crate) woken: Act,
    /// A party came to a barrier.
    pub(crate) arrived: Act,
    /// A message was taken out.
    pub(crate) received: Act,
    /// A task of it ended.
    pub(crate) finished: Act,
    /// It was released by another than held it.
    pub(crate) released_by_others: bool,
}

/// All objects.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    named: Table<u32, Object>,
    acts: Table<u32, Acts>,
    /// How many objects of a type have no name of their own.
    nameless: HashMap<String, u32>,
    changed: BTreeSet<u32>,
    /// The last task that ended, whosever it was.
    finished: Act,
}

impl Objects {
    /// An object was made. Without a name it gets its type's, and a number from the second on.
    pub(crate) fn made(&mut self, id: u32, kind: &str, name: &str, line: u32) {
        if id == 0 || self.named.get(&id).is_some_and(|object| object.kind == kind && object.line == line) {
            return;
        }
        let name = if name.is_empty() { self.fallback(kind) } else { name.to_owned() };
        self.named.insert(id, Object { id, kind: kind.to_owned(), name, line });
        self.changed.insert(id);
    }

    /// Something is about this object: from now on it is known, even if its name was lost.
    pub(crate) fn used(&mut self, id: u32) {
        if id != 0 && !self.named.contains_key(&id) {
            self.made(id, "Object", "", 0);
        }
    }

    /// What was done to an object last, to be changed; nothing is kept for 0.
    pub(crate) fn acts_mut(&mut self, id: u32) -> Option<&mut Acts> {
        (id != 0).then(|| self.acts.entry(id).or_default())
    }

    /// A task ended: of a pool or an executor, or, with 0, of an executor that brings queues of its own.
    pub(crate) fn task_finished(&mut self, pool: u32, act: Act) {
        self.finished = act;
        if let Some(acts) = self.acts_mut(pool) {
            acts.finished = act;
        }
    }

    /// What was done to an object last; of 0, what may have been done to things that are no objects.
    pub(crate) fn acts(&self, id: u32) -> Acts {
        let nameless = Acts { finished: self.finished, ..Acts::default() };
        if id == 0 { nameless } else { self.acts.get(&id).copied().unwrap_or_default() }
    }

    /// Whether somebody released this lock who did not hold it.
    pub(crate) fn is_released_by_others(&self, id: u32) -> bool {
        self.acts.get(&id).is_some_and(|acts| acts.released_by_others)
    }

    /// The name of an object's type; empty when nothing is known of it.
    pub(crate) fn type_of(&self, id: u32) -> &str {
        self.named.get(&id).map_or("", |object| &object.kind)
    }

    /// What an object is called.
    pub(crate) fn name_of(&self, id: u32) -> &str {
        self.named.get(&id).map_or("something", |object| &object.name)
    }

    /// The objects that are new or changed since the last call.
    pub(crate) fn take_changed(&mut self) -> Vec<Object> {
        std::mem::take(&mut self.changed).into_iter().filter_map(|id| self.named.get(&id).cloned()).collect()
    }

    fn fallback(&mut self, kind: &str) -> String {
        let count = self.nameless.entry(kind.to_owned()).or_default();
        *count += 1;
        if *count == 1 { kind.to_owned() } else { format!("{kind} {count}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_without_a_name_are_numbered_by_type() {
        let mut objects = Objects::default();
        objects.made(1, "Lock", "", 3);
        objects.made(2, "Lock", "counter_lock", 4);
        objects.made(3, "Lock", "", 5);
        objects.made(4, "Queue", "", 6);
        objects.used(9);
        let names: Vec<String> = objects.take_changed().into_iter().map(|object| object.name).collect();
        assert_eq!(names, ["Lock", "counter_lock", "Lock 2", "Queue", "Object"]);
        assert_eq!(objects.take_changed(), []);
    }
}
