//! Arrows: messages that were sent and received, and their form on the wire.

use serde::{Deserialize, Serialize};

use super::digits::{fold, read, unfold, write};
use super::rows::{Row, Rows};
use super::segments::differences;
use super::shapes::{Shapes, believed};

/// One row of [`Arrows`]: a message that was sent and received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrow {
    /// The queue or connection.
    pub object: u32,
    /// Size of the pickle.
    pub bytes: u32,
    /// The sender's lane.
    pub from: u32,
    /// When it was sent: it is in the queue from here.
    pub sent: u64,
    /// The receiver's lane.
    pub to: u32,
    /// When it was received, at least `sent`: it is in the queue until here.
    pub received: u64,
    /// How long its sender pickled it, up to `sent`, in nanoseconds; 0 when that was not recorded.
    pub pickling: u32,
    /// How long its receiver unpickled it, from `received` on, in nanoseconds; 0 when that was not recorded.
    pub unpickling: u32,
}

/// Arrows; on the wire an [`ArrowColumns`].
pub type Arrows = Rows<Arrow>;

impl Row for Arrow {
    type Columns = ArrowColumns;
}

/// Arrows as they are written: PROTOCOL.md says how to read a column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ArrowColumns {
    /// How many rows.
    pub rows: usize,
    /// Three numbers each: object, sender's lane, receiver's lane.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shapes: String,
    /// The number of the row's shape, from 0.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shape: String,
    /// Bytes, as the folded difference to the row before.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub bytes: String,
    /// When it was sent: how long after the row before, as the folded difference to how long that was after the one before it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sent: String,
    /// When it was received, told as `sent` is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub received: String,
    /// Nanoseconds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pickling: String,
    /// Nanoseconds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unpickling: String,
}

impl From<Arrows> for ArrowColumns {
    fn from(Rows(rows): Arrows) -> Self {
        let mut shapes = Shapes::default();
        let shape: Vec<u64> = rows.iter().map(|row| shapes.id([row.object, row.from, row.to])).collect();
        ArrowColumns {
            rows: rows.len(),
            shapes: shapes.write(),
            shape: write(shape),
            bytes: write(differences(rows.iter().map(|row| u64::from(row.bytes)))),
            sent: write(paces(rows.iter().map(|row| row.sent))),
            received: write(paces(rows.iter().map(|row| row.received))),
            pickling: write(rows.iter().map(|row| u64::from(row.pickling))),
            unpickling: write(rows.iter().map(|row| u64::from(row.unpickling))),
        }
    }
}

impl From<ArrowColumns> for Arrows {
    /// Rows that a column is too short for are left out.
    fn from(columns: ArrowColumns) -> Self {
        let shapes = Shapes::<3>::read(&columns.shapes);
        let times = read(&columns.sent).zip(read(&columns.received));
        let parts = read(&columns.pickling).zip(read(&columns.unpickling));
        let rows = read(&columns.shape).zip(read(&columns.bytes)).zip(times).zip(parts);
        let (mut bytes, mut sent, mut received) = (0, Pace::default(), Pace::default());
        let rows = rows.take(believed(columns.rows));
        rows.filter_map(|(((shape, more), times), parts)| {
            bytes = unfold(bytes, more);
            let (sent, received) = (sent.read(times.0), received.read(times.1));
            let [object, from, to] = *shapes.get(usize::try_from(shape).ok()?)?;
            let (pickling, unpickling) = (parts.0 as u32, parts.1 as u32);
            Some(Arrow { object, bytes: bytes as u32, from, sent, to, received: received.max(sent), pickling, unpickling })
        })
        .collect()
    }
}

/// Moments that follow one another at about the same distance: the last one, and its distance from the one before.
#[derive(Default)]
struct Pace {
    at: u64,
    distance: u64,
}

impl Pace {
    fn tell(&mut self, at: u64) -> u64 {
        let distance = at.wrapping_sub(std::mem::replace(&mut self.at, at));
        fold(std::mem::replace(&mut self.distance, distance), distance)
    }

    fn read(&mut self, told: u64) -> u64 {
        self.distance = unfold(self.distance, told);
        self.at = self.at.wrapping_add(self.distance);
        self.at
    }
}

/// Each moment's distance from the one before as the folded difference to that one's, the first to 0.
fn paces(moments: impl Iterator<Item = u64>) -> impl Iterator<Item = u64> {
    moments.scan(Pace::default(), |pace, at| Some(pace.tell(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(sent: u64, received: u64) -> Arrow {
        Arrow { object: 1, bytes: 5, from: 2, sent, to: 3, received, pickling: 0, unpickling: 0 }
    }

    #[test]
    fn rows_survive_the_wire() {
        let rows =
            vec![row(10, 20), Arrow { bytes: u32::MAX, pickling: 9, unpickling: u32::MAX, ..row(5, 30) }, row(0, u64::MAX)];
        let arrows: Arrows = rows.iter().copied().collect();
        let text = serde_json::to_string(&arrows).unwrap();
        assert_eq!(serde_json::from_str::<Arrows>(&text).unwrap().iter().collect::<Vec<_>>(), rows);
    }

    #[test]
    fn a_message_of_a_loop_takes_few_bytes() {
        let arrows: Arrows = (0..1000).map(|at| row(at * 2000 + at % 7, at * 2100 + at % 11 + 9000)).collect();
        let text = serde_json::to_string(&arrows).unwrap();
        assert!(text.len() < 5 * 1000, "{}", text.len());
    }

    #[test]
    fn a_short_column_loses_rows_and_does_not_panic() {
        let arrows: Arrows = serde_json::from_str(r#"{"rows":2,"shapes":"BC","shape":"AA"}"#).unwrap();
        assert!(arrows.is_empty());
    }
}
