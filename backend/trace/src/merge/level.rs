//! How many wait for an object, or lie in it, over time: enough rows to draw it, however fast it changes.

use std::collections::{BTreeMap, BTreeSet};

use forkyard_wire::timeline::{Level, Measure};

/// Of changes that follow one another within this time, in nanoseconds, the last is told.
const STEP_NS: u64 = 200_000;

/// One level.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    value: u32,
    told_at: Option<u64>,
    /// Since when it is what it is, when that is not told.
    since: Option<u64>,
}

/// All levels.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    all: BTreeMap<(u32, Measure), State>,
    /// Those with a value that is not told.
    waiting: BTreeSet<(u32, Measure)>,
    told: Vec<Level>,
}

impl Counts {
    /// From `t` on it is `value`. Nothing is kept for the object 0.
    pub(crate) fn set(&mut self, object: u32, measure: Measure, t: u64, value: u32) {
        if object == 0 {
            return;
        }
        let key = (object, measure);
        let state = self.all.entry(key).or_default();
        if state.value == value {
            return;
        }
        let due = |state: &State| state.told_at.is_none_or(|told| t >= told.saturating_add(STEP_NS));
        if let Some(since) = state.since.filter(|_| due(state)) {
            self.told.push(Level { object, measure, at: since, value: state.value });
            state.told_at = Some(since);
        }
        state.value = value;
        if due(state) {
            self.told.push(Level { object, measure, at: t, value });
            (state.told_at, state.since) = (Some(t), None);
            self.waiting.remove(&key);
        } else {
            state.since = Some(t);
            self.waiting.insert(key);
        }
    }

    /// From `t` on it is so many more, or fewer; never fewer than none.
    pub(crate) fn add(&mut self, object: u32, measure: Measure, t: u64, more: i64) {
        let value = self.value(object, measure);
        let value = i64::from(value).saturating_add(more).clamp(0, i64::from(u32::MAX)) as u32;
        self.set(object, measure, t, value);
    }

    /// What it is now.
    pub(crate) fn value(&self, object: u32, measure: Measure) -> u32 {
        self.all.get(&(object, measure)).map_or(0, |state| state.value)
    }

    /// The rows that are certain at `t`, in order of time.
    pub(crate) fn take(&mut self, t: u64) -> Vec<Level> {
        let (all, told) = (&mut self.all, &mut self.told);
        self.waiting.retain(|&(object, measure)| {
            let Some(state) = all.get_mut(&(object, measure)) else { return false };
            let Some(since) = state.since.filter(|since| since.saturating_add(STEP_NS) <= t) else { return true };
            told.push(Level { object, measure, at: since, value: state.value });
            (state.told_at, state.since) = (Some(since), None);
            false
        });
        told.sort_by_key(|level| level.at);
        std::mem::take(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(changes: &[(u64, u32)]) -> Vec<(u64, u32)> {
        let mut counts = Counts::default();
        changes.iter().for_each(|&(t, value)| counts.set(1, Measure::Depth, t, value));
        counts.take(u64::MAX).iter().map(|level| (level.at, level.value)).collect()
    }

    #[test]
    fn slow_changes_are_all_told_and_of_fast_ones_the_last() {
        assert_eq!(rows(&[(0, 1), (STEP_NS, 2), (2 * STEP_NS, 1)]), [(0, 1), (STEP_NS, 2), (2 * STEP_NS, 1)]);
        assert_eq!(rows(&[(0, 1), (5, 2), (6, 3), (7, 2), (8, 9)]), [(0, 1), (8, 9)]);
        assert_eq!(rows(&[(0, 1), (5, 2), (3 * STEP_NS, 3)]), [(0, 1), (5, 2), (3 * STEP_NS, 3)], "a plateau has its beginning");
    }

    #[test]
    fn a_million_changes_make_few_rows() {
        let changes: Vec<_> = (0..1_000_000).map(|step| (step * 1000, step as u32 % 2)).collect();
        assert!(rows(&changes).len() < 11_000);
    }
}
