//! Levels: how many wait for an object, or lie in it, over time; and their form on the wire.

use serde::{Deserialize, Serialize};

use super::digits::{read, unfold, write};
use super::rows::{Row, Rows};
use super::segments::differences;
use super::shapes::{Shapes, believed};

/// What a level counts. Numbers are the wire's; never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Measure {
    /// Threads that wait for the object.
    Waiters = 1,
    /// Messages in a queue, or on their way through a pipe.
    Depth = 2,
    /// Tasks of a pool that no worker has begun.
    Tasks = 3,
}

impl Measure {
    /// The measure with this number.
    pub fn from_number(number: u32) -> Option<Self> {
        [Measure::Waiters, Measure::Depth, Measure::Tasks].into_iter().find(|measure| *measure as u32 == number)
    }
}

/// One row of [`Levels`]: from `at` on, until the next row of the same object and measure, it is `value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The object.
    pub object: u32,
    /// What is counted.
    pub measure: Measure,
    /// Nanoseconds since the run's zero.
    pub at: u64,
    /// How many.
    pub value: u32,
}

/// Levels; on the wire a [`LevelColumns`].
pub type Levels = Rows<Level>;

impl Row for Level {
    type Columns = LevelColumns;
}

/// Levels as they are written: PROTOCOL.md says how to read a column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct LevelColumns {
    /// How many rows.
    pub rows: usize,
    /// Two numbers each: object, measure.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shapes: String,
    /// The number of the row's shape, from 0.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shape: String,
    /// Time, as the folded difference to the row before.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// How many.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
}

impl From<Levels> for LevelColumns {
    fn from(Rows(rows): Levels) -> Self {
        let mut shapes = Shapes::default();
        let shape: Vec<u64> = rows.iter().map(|row| shapes.id([row.object, row.measure as u32])).collect();
        LevelColumns {
            rows: rows.len(),
            shapes: shapes.write(),
            shape: write(shape),
            at: write(differences(rows.iter().map(|row| row.at))),
            value: write(rows.iter().map(|row| u64::from(row.value))),
        }
    }
}

impl From<LevelColumns> for Levels {
    /// Rows of an unknown measure are left out, and those that a column is too short for.
    fn from(columns: LevelColumns) -> Self {
        let shapes = Shapes::<2>::read(&columns.shapes);
        let rows = read(&columns.shape).zip(read(&columns.at)).zip(read(&columns.value));
        let mut at = 0;
        let rows = rows.take(believed(columns.rows));
        rows.filter_map(|((shape, later), value)| {
            at = unfold(at, later);
            let [object, measure] = *shapes.get(usize::try_from(shape).ok()?)?;
            Some(Level { object, measure: Measure::from_number(measure)?, at, value: value as u32 })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_survive_the_wire() {
        let level = |object, measure, at, value| Level { object, measure, at, value };
        let rows = vec![level(1, Measure::Depth, 10, 3), level(2, Measure::Waiters, 5, u32::MAX), level(1, Measure::Tasks, 5, 0)];
        let levels: Levels = rows.iter().copied().collect();
        let text = serde_json::to_string(&levels).unwrap();
        assert_eq!(serde_json::from_str::<Levels>(&text).unwrap().iter().collect::<Vec<_>>(), rows);
    }
}
