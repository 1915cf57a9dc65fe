//! Time added up for each of some lanes or objects. A sorted list: there are few, and a tree of them would be kilobytes of the page.

use crate::sums::Sum;
use crate::trace::Trace;

/// Nanoseconds, or a number of things, for each id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally(Vec<(u32, u64)>);

impl Tally {
    /// The time of the rows that have an owner, for each owner.
    pub(crate) fn of(trace: &Trace, owner: &dyn Fn(&Sum) -> Option<u32>) -> Self {
        let mut tally = Self::default();
        for sum in trace.sums() {
            if let Some(id) = owner(&sum) {
                tally.add(id, sum.ns);
            }
        }
        tally
    }

    /// Adds to an id's.
    pub(crate) fn add(&mut self, id: u32, ns: u64) {
        match self.0.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(place) => self.0[place].1 += ns,
            Err(place) => self.0.insert(place, (id, ns)),
        }
    }

    /// An id's; 0 for one that is not there.
    pub(crate) fn get(&self, id: u32) -> u64 {
        self.0.iter().find(|(other, _)| *other == id).map_or(0, |(_, ns)| *ns)
    }

    /// Everybody's.
    pub(crate) fn sum(&self) -> u64 {
        self.0.iter().map(|(_, ns)| *ns).sum()
    }

    /// Who has most, and how much.
    pub(crate) fn most(&self) -> Option<(u32, u64)> {
        self.0.iter().max_by_key(|(_, ns)| *ns).copied()
    }

    /// Leaves out all others.
    pub(crate) fn keep(&mut self, which: &dyn Fn(u32, u64) -> bool) {
        self.0.retain(|(id, ns)| which(*id, *ns));
    }

    /// The ids, in order.
    pub(crate) fn ids(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.0.iter().map(|(id, _)| *id)
    }

    /// How many ids.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{FIRST, LOCK, MS, SECOND, trace};

    #[test]
    fn rows_are_added_up_for_their_owner() {
        let tally = Tally::of(&trace(), &|row| (row.object == LOCK).then_some(row.lane));
        assert_eq!(tally.ids().collect::<Vec<_>>(), [FIRST, SECOND]);
        assert_eq!((tally.get(FIRST), tally.get(SECOND), tally.get(99)), (20 * MS, 15 * MS, 0));
        assert_eq!((tally.sum(), tally.most(), tally.len()), (35 * MS, Some((FIRST, 20 * MS)), 2));
    }

    #[test]
    fn what_is_not_kept_is_gone() {
        let mut tally = Tally::of(&trace(), &|row| (row.object == LOCK).then_some(row.lane));
        tally.keep(&|_, ns| ns > 15 * MS);
        assert_eq!(tally.ids().collect::<Vec<_>>(), [FIRST]);
    }
}
