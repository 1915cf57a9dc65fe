//! What the merge found beside the rows: levels of objects, deadlocks, lost updates; and what it did not see.

use forkyard_wire::timeline::{Chunk, Deadlock, Gap, GilWatch, LeftOut, Level, LostUpdates, Measure};

use crate::level::Levels;

/// What is known of a run beside its rows.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// How many wait for each object, or lie in it: a list for each object and measure, in order of time. There are few.
    levels: Vec<((u32, Measure), Levels)>,
    /// The deadlocks, in the order in which they closed.
    pub deadlocks: Vec<Deadlock>,
    /// Lost updates of shared values; those of the same lanes and lines may come several times, and add up.
    pub lost_updates: Vec<LostUpdates>,
    /// Stretches of processes whose events were lost.
    pub gaps: Vec<Gap>,
    /// What is not in the timeline.
    pub left_out: LeftOut,
    /// Whether the interpreter's lock is watched; `None` before that is known.
    pub gil: Option<GilWatch>,
}

impl Findings {
    /// Adds what a chunk brings.
    pub(crate) fn apply(&mut self, chunk: &Chunk) {
        for level in chunk.levels.iter() {
            let key = (level.object, level.measure);
            let place = self.levels.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                self.levels.push((key, Levels::default()));
                self.levels.len() - 1
            });
            self.levels[place].1.push(level);
        }
        self.deadlocks.extend(chunk.deadlocks.iter().cloned());
        self.lost_updates.extend(chunk.lost_updates.iter().cloned());
        self.gaps.extend(chunk.gaps.iter().cloned());
        self.left_out = chunk.left_out;
        self.gil = chunk.gil.clone().or_else(|| self.gil.take());
    }

    /// The levels of an object, in order of time; none where there was never anything to count.
    pub fn levels(&self, object: u32, measure: Measure) -> Option<&Levels> {
        self.levels.iter().find(|(known, _)| *known == (object, measure)).map(|(_, levels)| levels)
    }

    /// The levels of every object.
    pub fn all_levels(&self) -> impl Iterator<Item = &Level> {
        self.levels.iter().flat_map(|(_, levels)| levels.rows())
    }

    /// What a playback tells between two moments: all whose moment is new.
    pub(crate) fn tell(&self, chunk: &mut Chunk, is_new: impl Fn(u64) -> bool) {
        chunk.levels = self.all_levels().filter(|level| is_new(level.at)).copied().collect();
        chunk.deadlocks = self.deadlocks.iter().filter(|deadlock| is_new(deadlock.at_ns)).cloned().collect();
        chunk.lost_updates = self.lost_updates.iter().filter(|lost| is_new(lost.at_ns)).cloned().collect();
        chunk.gaps = self.gaps.iter().filter(|gap| is_new(gap.to_ns)).cloned().collect();
        chunk.left_out = self.left_out;
        chunk.gil = self.gil.clone();
    }
}
