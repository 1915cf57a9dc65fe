//! Rows as columns: one array for each field, which compresses far better than objects do, and is read without copying names.
//!
//! A column that is too short loses its rows' end; no reader fails on it.

use serde::{Deserialize, Serialize};

use super::SegmentKind;

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
    /// Wait: the lane that held the object when the wait began. On core: the thread's lane.
    pub holder: u32,
    /// Wait: the lane whose act ended it.
    pub released_by: u32,
    /// Task: the function's name, in the table of strings.
    pub detail: u32,
    /// Task: its index within its call, from 0.
    pub index: u32,
}

/// Segments in columns; all columns have the same length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Segments {
    /// Lane ids.
    pub lane: Vec<u32>,
    /// [`SegmentKind`] numbers.
    pub kind: Vec<u8>,
    /// Start, as the difference to the row before.
    pub start: Vec<i64>,
    /// Length in nanoseconds.
    pub duration: Vec<u64>,
    /// Object ids.
    pub object: Vec<u32>,
    /// Lines.
    pub line: Vec<u32>,
    /// See [`Segment::holder`].
    pub holder: Vec<u32>,
    /// See [`Segment::released_by`].
    pub released_by: Vec<u32>,
    /// See [`Segment::detail`].
    pub detail: Vec<u32>,
    /// See [`Segment::index`].
    pub index: Vec<u32>,
    /// The last row's start, so that a push need not add up the differences.
    #[serde(skip)]
    last: u64,
}

impl Segments {
    /// Adds a row.
    pub fn push(&mut self, segment: Segment) {
        self.lane.push(segment.lane);
        self.kind.push(segment.kind as u8);
        self.start.push(segment.start.wrapping_sub(self.last) as i64);
        self.last = segment.start;
        self.duration.push(segment.end.saturating_sub(segment.start));
        self.object.push(segment.object);
        self.line.push(segment.line);
        self.holder.push(segment.holder);
        self.released_by.push(segment.released_by);
        self.detail.push(segment.detail);
        self.index.push(segment.index);
    }

    /// The rows in order. A row of an unknown kind, or one that a column is too short for, is left out.
    pub fn iter(&self) -> impl Iterator<Item = Segment> + '_ {
        let mut last = 0_u64;
        (0..self.lane.len()).filter_map(move |row| {
            last = last.wrapping_add_signed(*self.start.get(row)?);
            Some(Segment {
                lane: self.lane[row],
                kind: SegmentKind::from_number(*self.kind.get(row)?)?,
                start: last,
                end: last.saturating_add(*self.duration.get(row)?),
                object: *self.object.get(row)?,
                line: *self.line.get(row)?,
                holder: *self.holder.get(row)?,
                released_by: *self.released_by.get(row)?,
                detail: *self.detail.get(row)?,
                index: *self.index.get(row)?,
            })
        })
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.lane.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lane.is_empty()
    }
}

impl FromIterator<Segment> for Segments {
    fn from_iter<I: IntoIterator<Item = Segment>>(rows: I) -> Self {
        let mut segments = Segments::default();
        segments.extend(rows);
        segments
    }
}

impl Extend<Segment> for Segments {
    fn extend<I: IntoIterator<Item = Segment>>(&mut self, rows: I) {
        rows.into_iter().for_each(|row| self.push(row));
    }
}

/// One row of [`Arrows`]: a message that was sent and received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrow {
    /// The queue or connection.
    pub object: u32,
    /// Size of the pickle.
    pub bytes: u32,
    /// The sender's lane.
    pub from: u32,
    /// When it was sent.
    pub sent: u64,
    /// The receiver's lane.
    pub to: u32,
    /// When it was received, at least `sent`.
    pub received: u64,
}

/// Arrows in columns; all columns have the same length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Arrows {
    /// Object ids.
    pub object: Vec<u32>,
    /// Bytes.
    pub bytes: Vec<u32>,
    /// Senders' lanes.
    pub from: Vec<u32>,
    /// Sent, as the difference to the row before.
    pub sent: Vec<i64>,
    /// Receivers' lanes.
    pub to: Vec<u32>,
    /// From sent to received, in nanoseconds.
    pub duration: Vec<u64>,
    #[serde(skip)]
    last: u64,
}

impl Arrows {
    /// Adds a row.
    pub fn push(&mut self, arrow: Arrow) {
        self.object.push(arrow.object);
        self.bytes.push(arrow.bytes);
        self.from.push(arrow.from);
        self.sent.push(arrow.sent.wrapping_sub(self.last) as i64);
        self.last = arrow.sent;
        self.to.push(arrow.to);
        self.duration.push(arrow.received.saturating_sub(arrow.sent));
    }

    /// The rows in order; a row that a column is too short for is left out.
    pub fn iter(&self) -> impl Iterator<Item = Arrow> + '_ {
        let mut last = 0_u64;
        (0..self.object.len()).filter_map(move |row| {
            last = last.wrapping_add_signed(*self.sent.get(row)?);
            Some(Arrow {
                object: self.object[row],
                bytes: *self.bytes.get(row)?,
                from: *self.from.get(row)?,
                sent: last,
                to: *self.to.get(row)?,
                received: last.saturating_add(*self.duration.get(row)?),
            })
        })
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.object.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.object.is_empty()
    }
}

impl Extend<Arrow> for Arrows {
    fn extend<I: IntoIterator<Item = Arrow>>(&mut self, rows: I) {
        rows.into_iter().for_each(|row| self.push(row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_survive_the_wire_in_any_order_of_time() {
        let row = |start, end| Segment {
            lane: 1,
            kind: SegmentKind::QueueGet,
            start,
            end,
            object: 2,
            line: 3,
            holder: 4,
            released_by: 5,
            detail: 6,
            index: 7,
        };
        let rows = vec![row(10, 20), row(5, 30), row(u64::MAX - 1, u64::MAX)];
        let segments: Segments = rows.iter().copied().collect();
        let text = serde_json::to_string(&segments).unwrap();
        let back: Segments = serde_json::from_str(&text).unwrap();
        assert_eq!(back.iter().collect::<Vec<_>>(), rows);
    }

    #[test]
    fn a_short_column_loses_rows_and_does_not_panic() {
        let segments: Segments = serde_json::from_str(r#"{"lane":[1,2],"kind":[6],"start":[0]}"#).unwrap();
        assert_eq!(segments.iter().count(), 0);
    }
}
