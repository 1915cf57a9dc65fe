//! Segments: stretches of time, and their form on the wire.

use serde::{Deserialize, Serialize};

use super::SegmentKind;
use super::digits::{fold, read, unfold, write};
use super::rows::{Row, Rows};
use super::shapes::{Shapes, believed};

/// One row of [`Segments`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Whose it is.
    pub lane: u32,
    /// What it is.
    pub kind: SegmentKind,
    /// Nanoseconds since the run's zero.
    pub start: u64,
    /// Nanoseconds since the run's zero, at least `start`.
    pub end: u64,
    /// The object waited for or held, the pool of a task.
    pub object: u32,
    /// The line of the program, 0 when unknown.
    pub line: u32,
    /// Wait: the lane that held the object when the wait began, of a join who is joined. On core: the thread's lane.
    pub holder: u32,
    /// Wait: the lane whose act ended it.
    pub released_by: u32,
    /// Task: the function's name, in the table of strings. Holding the interpreter's lock: 1 when it was given up because another
    /// thread asked for it.
    pub detail: u32,
    /// Task: its index within its call, from 0.
    pub index: u32,
}

/// Segments; on the wire a [`SegmentColumns`].
pub type Segments = Rows<Segment>;

impl Row for Segment {
    type Columns = SegmentColumns;
}

impl Segments {
    /// Puts the rows of each lane together, in the order of their starts: then one begins where the last one ended, or soon after.
    pub fn sort(&mut self) {
        self.0.sort_by_key(|segment| (segment.lane, segment.start));
    }
}

/// Segments as they are written: PROTOCOL.md says how to read a column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SegmentColumns {
    /// How many rows.
    pub rows: usize,
    /// Seven numbers each: lane, kind, object, line, holder, released_by, detail.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shapes: String,
    /// The number of the row's shape, from 0.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shape: String,
    /// How long after the end of the row before it begins, as the folded difference to the last row's of this shape.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub start: String,
    /// Length in nanoseconds, as the folded difference to the last row's of this shape.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub duration: String,
    /// Of tasks alone: the index, as the folded difference to the task before.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub index: String,
}

impl From<Segments> for SegmentColumns {
    fn from(Rows(rows): Segments) -> Self {
        let mut shapes = Shapes::default();
        let shape: Vec<u64> = rows.iter().map(|row| shapes.id(shape_of(row))).collect();
        let mut times = Times::of(shapes.len());
        let told = rows.iter().zip(&shape).map(|(row, shape)| times.tell(*shape as usize, row));
        let (start, duration): (Vec<u64>, Vec<u64>) = told.unzip();
        let tasks = rows.iter().filter(|row| row.kind == SegmentKind::Task);
        SegmentColumns {
            rows: rows.len(),
            shapes: shapes.write(),
            shape: write(shape),
            start: write(start),
            duration: write(duration),
            index: write(differences(tasks.map(|row| u64::from(row.index)))),
        }
    }
}

impl From<SegmentColumns> for Segments {
    /// Rows of an unknown kind are left out, and those that a column is too short for.
    fn from(columns: SegmentColumns) -> Self {
        let shapes = Shapes::<7>::read(&columns.shapes);
        let rows = read(&columns.shape).zip(read(&columns.start)).zip(read(&columns.duration));
        let mut indices = read(&columns.index);
        let mut times = Times::of(shapes.len());
        let mut last_index = 0_u64;
        let rows = rows.take(believed(columns.rows));
        rows.filter_map(|((shape, start), duration)| {
            let shape = usize::try_from(shape).ok()?;
            let [lane, kind, object, line, holder, released_by, detail] = *shapes.get(shape)?;
            let (start, end) = times.read(shape, (start, duration));
            let kind = SegmentKind::from_number(u8::try_from(kind).ok()?)?;
            if kind == SegmentKind::Task {
                last_index = unfold(last_index, indices.next()?);
            }
            let index = if kind == SegmentKind::Task { last_index as u32 } else { 0 };
            Some(Segment { lane, kind, start, end, object, line, holder, released_by, detail, index })
        })
        .collect()
    }
}

/// What the times of a row are told by: where the row before ended, and what the last row of each shape was like.
///
/// What a program does again and again takes about as long each time, and comes about as long after what it did before.
struct Times {
    end: u64,
    /// For each shape how long after the row before its last one began, and how long that was.
    last: Vec<(u64, u64)>,
}

impl Times {
    fn of(shapes: usize) -> Self {
        Times { end: 0, last: vec![(0, 0); shapes] }
    }

    /// A row's start and duration as they are written.
    fn tell(&mut self, shape: usize, row: &Segment) -> (u64, u64) {
        let (gap, duration) = (row.start.wrapping_sub(self.end), row.end.saturating_sub(row.start));
        let last = std::mem::replace(&mut self.last[shape], (gap, duration));
        self.end = row.start.wrapping_add(duration);
        (fold(last.0, gap), fold(last.1, duration))
    }

    /// When a row begins and ends of which this is written.
    fn read(&mut self, shape: usize, told: (u64, u64)) -> (u64, u64) {
        let last = &mut self.last[shape];
        *last = (unfold(last.0, told.0), unfold(last.1, told.1));
        let start = self.end.wrapping_add(last.0);
        self.end = start.saturating_add(last.1);
        (start, self.end)
    }
}

fn shape_of(row: &Segment) -> [u32; 7] {
    [row.lane, row.kind as u32, row.object, row.line, row.holder, row.released_by, row.detail]
}

/// Each number as the folded difference to the one before, the first to 0.
pub(super) fn differences(numbers: impl Iterator<Item = u64>) -> impl Iterator<Item = u64> {
    numbers.scan(0, |last, number| Some(fold(std::mem::replace(last, number), number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(start: u64, end: u64) -> Segment {
        Segment {
            lane: 1,
            kind: SegmentKind::QueueGet,
            start,
            end,
            object: 2,
            line: 3,
            holder: 4,
            released_by: 5,
            detail: 6,
            index: 0,
        }
    }

    #[test]
    fn rows_survive_the_wire_in_any_order_of_time() {
        let task = |index| Segment { kind: SegmentKind::Task, index, ..row(9, 9) };
        let rows = vec![row(10, 20), task(7), row(5, 30), task(3), row(u64::MAX - 1, u64::MAX)];
        let segments: Segments = rows.iter().copied().collect();
        let text = serde_json::to_string(&segments).unwrap();
        let back: Segments = serde_json::from_str(&text).unwrap();
        assert_eq!(back.iter().collect::<Vec<_>>(), rows);
    }

    #[test]
    fn a_row_of_a_loop_takes_few_bytes() {
        let segments: Segments = (0..1000).map(|at| row(at * 2000 + at % 7, at * 2000 + 600)).collect();
        let text = serde_json::to_string(&segments).unwrap();
        assert!(text.len() < 5 * 1000, "{}", text.len());
    }

    #[test]
    fn a_short_column_loses_rows_and_does_not_panic() {
        let read = |text| serde_json::from_str::<Segments>(text).unwrap().len();
        assert_eq!(read(r#"{"rows":2,"shapes":"BGAAAAA","shape":"AAA","start":"A","duration":"AAA"}"#), 0);
        assert_eq!(read(r#"{"rows":9999999999,"shapes":"BGAAHAAA","shape":"A","start":"A","duration":"A"}"#), 1);
        assert_eq!(read("{}"), 0);
    }
}
