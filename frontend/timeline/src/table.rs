//! The same rows as the picture, as a table: for who cannot see the picture, and for who wants the figures.

use std::cmp::Ordering;

use forkyard_wire::timeline::{Arrow, Category, Mark, MarkKind, Measure};

use crate::finding::Finding;
use crate::rows::Rows;
use crate::sentence::{first_line, parts, who};
use crate::trace::{ArrowId, MarkId, SegmentId, Trace};
use crate::units::bytes;

/// What a row of the table stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A segment.
    Segment(SegmentId),
    /// A message.
    Arrow(ArrowId),
    /// A print, an exception, a signal.
    Mark(MarkId),
    /// A level of an object, a gap, lost updates.
    Finding(Finding),
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// What it stands for.
    pub subject: Subject,
    /// The lane, to give the row its hue.
    pub lane: u32,
    /// The process or thread; the sender of a message.
    pub who: String,
    /// `Lock.acquire`, `run`, `message`.
    pub what: &'static str,
    /// The object's name, the function of a task, what was printed; empty where there is none.
    pub object: String,
    /// Line of the program, 0 when unknown.
    pub line: u32,
    /// Nanoseconds since the run's zero.
    pub start_ns: u64,
    /// Nanoseconds.
    pub duration_ns: u64,
    /// Whether it still goes on.
    pub open: bool,
    /// Wait: whose act ended it, else who held the object. Message: the receiver. On a core: the thread. Empty else.
    pub by_whom: String,
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// [`TableRow::who`], in order of birth.
    Who,
    /// [`TableRow::what`].
    What,
    /// [`TableRow::object`].
    Object,
    /// [`TableRow::line`].
    Line,
    /// [`TableRow::start_ns`].
    Start,
    /// [`TableRow::duration_ns`].
    Duration,
    /// [`TableRow::by_whom`].
    ByWhom,
}

/// Which way to sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Smallest, earliest, first of the alphabet first.
    Ascending,
    /// The other way.
    Descending,
}

/// What a finding is called.
fn finding_name(finding: Finding) -> &'static str {
    match finding {
        Finding::Level { measure: Measure::Waiters, .. } => "waiting",
        Finding::Level { measure: Measure::Depth, .. } => "inside",
        Finding::Level { measure: Measure::Tasks, .. } => "to do",
        Finding::Cores { .. } => "cores used",
        Finding::Gap(_) => "not known",
        Finding::LostUpdates(_) => "update lost",
    }
}

/// What a moment is called.
fn mark_name(mark: &Mark) -> &'static str {
    match mark.kind {
        MarkKind::Stdout => "print",
        MarkKind::Stderr => "stderr",
        MarkKind::Exception => "exception",
        MarkKind::Signal => "signal",
    }
}

/// A question to the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Query {
    /// Which rows.
    pub rows: Rows,
    /// Only what touches this stretch of time.
    pub range: Option<(u64, u64)>,
    /// Sorted by.
    pub column: Column,
    /// Which way.
    pub order: Order,
    /// Only what comes after this row.
    pub after: Option<Subject>,
    /// At most so many rows are made.
    pub limit: usize,
}

impl Default for Query {
    fn default() -> Self {
        Self { rows: Rows::Events, range: None, column: Column::Start, order: Order::Ascending, after: None, limit: 500 }
    }
}

/// The answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The first rows after the one that was named.
    pub rows: Vec<TableRow>,
    /// How many there are without a limit, before it and after it.
    pub total: usize,
}

/// The rows of a run that a question asks for.
pub fn table(trace: &Trace, query: &Query) -> Table {
    let touches = |start: u64, end: u64| query.range.is_none_or(|(from, to)| start <= to && end >= from);
    let segments = trace.segments().filter(|(_, row)| query.rows.has(row) && touches(row.start, row.end));
    let mut subjects: Vec<Subject> = segments.map(|(id, _)| Subject::Segment(id)).collect();
    if query.rows.has_messages() {
        let arrows = trace.arrows().iter().enumerate().filter(|(_, arrow)| touches(arrow.sent, arrow.received));
        subjects.extend(arrows.map(|(row, _)| Subject::Arrow(ArrowId(row as u32))));
    }
    if query.rows.has_prints() {
        let marks = trace.marks().iter().enumerate().filter(|(_, mark)| touches(mark.at_ns, mark.at_ns));
        subjects.extend(marks.map(|(row, _)| Subject::Mark(MarkId(row as u32))));
    }
    let findings = query.rows.findings(trace, query.range).into_iter();
    let findings = findings.filter(|finding| finding.extent(trace).is_some_and(|(from, to)| touches(from, to)));
    subjects.extend(findings.map(Subject::Finding));
    let total = subjects.len();
    if query.order == Order::Descending {
        // Rows come about in the order of time: so those that are wanted are met soon whichever way.
        subjects.reverse();
    }
    let rows = first(trace, query, subjects);
    Table { rows: rows.into_iter().filter_map(|(_, subject)| row(trace, subject)).collect(), total }
}

/// The first of many, in order, each put where it belongs: the library's selection and sort would be some kilobytes of the page.
fn first<'t>(trace: &'t Trace, query: &Query, subjects: Vec<Subject>) -> Vec<(Place<'t>, Subject)> {
    let limit = if query.limit == 0 { usize::MAX } else { query.limit };
    let after = query.after.map(|after| Place::of(trace, query.column, after));
    let mut first: Vec<(Place, Subject)> = Vec::new();
    for subject in subjects {
        let place = Place::of(trace, query.column, subject);
        let before = |other: &Place| other.compare(&place, query.order).is_lt();
        // Of many hardly any comes before the last that is kept so far.
        let full = first.len() == limit && first.last().is_some_and(|(last, _)| before(last));
        if full || after.as_ref().is_some_and(|after| !before(after)) {
            continue;
        }
        first.insert(first.partition_point(|(other, _)| before(other)), (place, subject));
        first.truncate(limit);
    }
    first
}

/// One row of the table.
pub fn row(trace: &Trace, subject: Subject) -> Option<TableRow> {
    match subject {
        Subject::Segment(id) => {
            let segment = trace.segment(id)?;
            Some(TableRow {
                subject,
                lane: if segment.kind.category() == Category::Core && segment.holder != 0 {
                    segment.holder
                } else {
                    segment.lane
                },
                who: who(trace, segment.lane),
                what: segment.kind.name(),
                object: object(trace, subject).to_owned(),
                line: segment.line,
                start_ns: segment.start,
                duration_ns: segment.end - segment.start,
                open: trace.is_open(id),
                by_whom: by(trace, subject).map_or_else(String::new, |lane| who(trace, lane)),
            })
        }
        Subject::Arrow(id) => {
            let arrow = trace.arrow(id)?;
            Some(TableRow {
                subject,
                lane: arrow.from,
                who: who(trace, arrow.from),
                what: "message",
                object: message(trace, arrow),
                line: 0,
                start_ns: arrow.sent,
                duration_ns: arrow.received - arrow.sent,
                open: false,
                by_whom: who(trace, arrow.to),
            })
        }
        Subject::Mark(id) => {
            let mark = trace.mark_at(id)?;
            Some(TableRow {
                subject,
                lane: mark.lane,
                who: who(trace, mark.lane),
                what: mark_name(mark),
                object: first_line(&mark.text),
                line: 0,
                start_ns: mark.at_ns,
                duration_ns: 0,
                open: false,
                by_whom: String::new(),
            })
        }
        Subject::Finding(finding) => {
            let (start, end) = finding.extent(trace)?;
            Some(TableRow {
                subject,
                lane: lane(trace, subject),
                who: finding.lane(trace).map_or_else(|| object(trace, subject).to_owned(), |lane| who(trace, lane)),
                what: finding_name(finding),
                object: finding.sentence(trace),
                line: finding.line(trace),
                start_ns: start,
                duration_ns: end - start,
                open: false,
                by_whom: by(trace, subject).map_or_else(String::new, |lane| who(trace, lane)),
            })
        }
    }
}

/// What a message went through, its size, and how long it was pickled where that was recorded: `results, 4.1 MB, pickled in 2 ms`.
fn message(trace: &Trace, arrow: &Arrow) -> String {
    let through = trace.object(arrow.object).map_or("pipe", |object| &object.name);
    let parts = parts(arrow);
    let comma = if parts.is_empty() { "" } else { ", " };
    format!("{through}, {}{comma}{parts}", bytes(arrow.bytes.into()))
}

/// Where a row belongs: by the column, then by start, then by the row itself, so that the same question always gets the same answer.
struct Place<'t> {
    column: (&'t str, u64),
    start: u64,
    number: (u8, u32, u32),
}

impl<'t> Place<'t> {
    fn of(trace: &'t Trace, column: Column, subject: Subject) -> Self {
        let (start, end) = times(trace, subject);
        let column = match column {
            Column::Who => ("", lane(trace, subject).into()),
            Column::What => (what(trace, subject), 0),
            Column::Object => (object(trace, subject), 0),
            Column::Line => ("", line(trace, subject).into()),
            Column::Start => ("", start),
            Column::Duration => ("", end - start),
            Column::ByWhom => ("", by(trace, subject).unwrap_or(0).into()),
        };
        Place { column, start, number: number(subject) }
    }

    fn compare(&self, other: &Self, order: Order) -> Ordering {
        let directed = match order {
            Order::Ascending => self.column.cmp(&other.column),
            Order::Descending => other.column.cmp(&self.column),
        };
        directed.then_with(|| (self.start, self.number).cmp(&(other.start, other.number)))
    }
}

fn number(subject: Subject) -> (u8, u32, u32) {
    match subject {
        Subject::Segment(id) => (0, id.0, 0),
        Subject::Arrow(id) => (1, id.0, 0),
        Subject::Mark(id) => (2, id.0, 0),
        Subject::Finding(Finding::Level { object, measure, .. }) => (3, object, measure as u32),
        Subject::Finding(Finding::Gap(index)) => (4, index, 0),
        Subject::Finding(Finding::LostUpdates(index)) => (5, index, 0),
        Subject::Finding(Finding::Cores { .. }) => (6, 0, 0),
    }
}

fn times(trace: &Trace, subject: Subject) -> (u64, u64) {
    match subject {
        Subject::Segment(id) => trace.segment(id).map_or((0, 0), |row| (row.start, row.end)),
        Subject::Arrow(id) => trace.arrow(id).map_or((0, 0), |arrow| (arrow.sent, arrow.received)),
        Subject::Mark(id) => trace.mark_at(id).map_or((0, 0), |mark| (mark.at_ns, mark.at_ns)),
        Subject::Finding(finding) => finding.extent(trace).unwrap_or((0, 0)),
    }
}

fn lane(trace: &Trace, subject: Subject) -> u32 {
    match subject {
        Subject::Segment(id) => trace.segment(id).map_or(0, |row| row.lane),
        Subject::Arrow(id) => trace.arrow(id).map_or(0, |arrow| arrow.from),
        Subject::Mark(id) => trace.mark_at(id).map_or(0, |mark| mark.lane),
        Subject::Finding(finding) => finding.lane(trace).unwrap_or(0),
    }
}

fn line(trace: &Trace, subject: Subject) -> u32 {
    match subject {
        Subject::Segment(id) => trace.segment(id).map_or(0, |row| row.line),
        Subject::Arrow(_) | Subject::Mark(_) => 0,
        Subject::Finding(finding) => finding.line(trace),
    }
}

fn what(trace: &Trace, subject: Subject) -> &'static str {
    match subject {
        Subject::Segment(id) => trace.segment(id).map_or("", |row| row.kind.name()),
        Subject::Arrow(_) => "message",
        Subject::Mark(id) => trace.mark_at(id).map_or("", mark_name),
        Subject::Finding(finding) => finding_name(finding),
    }
}

fn object(trace: &Trace, subject: Subject) -> &str {
    let (id, detail) = match subject {
        Subject::Segment(id) => trace.segment(id).map_or((0, 0), |row| (row.object, row.detail)),
        Subject::Arrow(id) => trace.arrow(id).map_or((0, 0), |arrow| (arrow.object, 0)),
        Subject::Mark(id) => return trace.mark_at(id).map_or("", |mark| &mark.text),
        Subject::Finding(Finding::Level { object, .. }) => (object, 0),
        Subject::Finding(Finding::LostUpdates(index)) => {
            (trace.findings().lost_updates.get(index as usize).map_or(0, |lost| lost.object), 0)
        }
        Subject::Finding(Finding::Cores { .. }) => return "cores",
        Subject::Finding(Finding::Gap(_)) => (0, 0),
    };
    trace.string(detail).or_else(|| trace.object(id).map(|object| object.name.as_str())).unwrap_or("")
}

fn by(trace: &Trace, subject: Subject) -> Option<u32> {
    match subject {
        Subject::Segment(id) => {
            let row = trace.segment(id)?;
            match row.kind.category() {
                Category::Wait => [row.released_by, row.holder].into_iter().find(|lane| *lane != 0),
                Category::Core => (row.holder != 0).then_some(row.holder),
                _ => None,
            }
        }
        Subject::Arrow(id) => trace.arrow(id).map(|arrow| arrow.to),
        Subject::Finding(Finding::LostUpdates(index)) => {
            trace.findings().lost_updates.get(index as usize).map(|lost| lost.other_lane)
        }
        Subject::Mark(_) | Subject::Finding(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::timeline::{Chunk, Gap, Level};

    use super::*;
    use crate::sample::*;

    #[test]
    fn the_table_has_a_row_for_each_segment_and_each_message() {
        let trace = trace();
        let of = |rows| table(&trace, &Query { rows, ..Query::default() }).total;
        assert_eq!(of(Rows::Events) + of(Rows::Cores), trace.segments().count() + trace.arrows().len());
        assert_eq!(of(Rows::Waits), 2);
        assert_eq!(of(Rows::Messages), 1);
    }

    #[test]
    fn a_row_says_who_what_object_line_and_by_whom() {
        let trace = trace();
        let waits = table(&trace, &Query { rows: Rows::Waits, column: Column::Who, ..Query::default() });
        let row = &waits.rows[1];
        assert_eq!((row.who.as_str(), row.what, row.object.as_str()), ("Process-2", "Lock.acquire", "counter_lock"));
        assert_eq!((row.line, row.start_ns, row.duration_ns, row.by_whom.as_str()), (14, 40 * MS, 10 * MS, "Process-1"));
    }

    #[test]
    fn the_first_rows_of_a_limit_are_the_first_of_all() {
        let trace = trace();
        for column in [Column::Who, Column::What, Column::Object, Column::Line, Column::Start, Column::Duration, Column::ByWhom] {
            for order in [Order::Ascending, Order::Descending] {
                let query = Query { column, order, ..Query::default() };
                let all = table(&trace, &query);
                let few = table(&trace, &Query { limit: 3, ..query });
                assert_eq!(few.rows, all.rows[..3]);
                assert_eq!(few.total, all.total);
                let more = table(&trace, &Query { limit: 3, after: Some(few.rows[2].subject), ..query });
                assert_eq!(more.rows, all.rows[3..6]);
                assert_eq!(more.total, all.total);
            }
        }
    }

    #[test]
    fn what_was_found_beside_the_rows_has_rows_too() {
        let mut trace = trace();
        let level = |at: u64, value| Level { object: QUEUE, measure: Measure::Depth, at: at * MS, value };
        let gap = Gap { lane: FIRST, from_ns: 10 * MS, to_ns: 15 * MS, events: 1200 };
        let levels = [level(10, 3), level(30, 0)].into_iter().collect();
        trace.apply(&Chunk { levels, gaps: vec![gap], ..Chunk::default() });
        let of = |rows| table(&trace, &Query { rows, ..Query::default() });
        let objects: Vec<_> = of(Rows::Objects).rows.iter().map(|row| (row.what, row.object.clone())).collect();
        assert!(objects.contains(&("inside", "3 messages lay in `results`, for 20 ms.".to_owned())), "{objects:?}");
        assert!(objects.contains(&("hold", "counter_lock".to_owned())), "{objects:?}");
        assert!(of(Rows::Events).rows.iter().any(|row| (row.what, row.who.as_str()) == ("not known", "Process-1")));
    }

    #[test]
    fn the_cores_in_use_have_a_row_for_each_change_and_only_those_of_a_range() {
        let trace = trace();
        let of = |range| table(&trace, &Query { rows: Rows::Used, range, ..Query::default() });
        let rows: Vec<_> = of(None).rows.iter().map(|row| (row.what, row.who.clone(), row.object.clone())).collect();
        assert_eq!(rows.len(), 6, "{rows:?}");
        let second = "Of 2 cores 2, by Process-2 and Process-1, for 30 ms.".to_owned();
        assert_eq!(rows[1], ("cores used", "cores".to_owned(), second));
        assert_eq!(of(Some((12 * MS, 15 * MS))).rows.len(), 1);
    }

    #[test]
    fn a_message_has_its_size_and_its_parts() {
        let mut trace = trace();
        let heavy = Arrow { bytes: 4_100_000, pickling: 2_000_000, unpickling: 1_000_000, ..trace.arrows()[0] };
        trace.apply(&Chunk { arrows: [heavy].into_iter().collect(), ..Chunk::default() });
        let rows = table(&trace, &Query { rows: Rows::Messages, ..Query::default() }).rows;
        let said: Vec<_> = rows.iter().map(|row| row.object.as_str()).collect();
        assert_eq!(said, ["results, 512 B", "results, 4.1 MB, pickled in 2 ms, unpickled in 1 ms"]);
    }

    #[test]
    fn a_range_keeps_what_touches_it() {
        let trace = trace();
        let rows = table(&trace, &Query { rows: Rows::Work, range: Some((52 * MS, 54 * MS)), ..Query::default() });
        let what: Vec<_> = rows.rows.iter().map(|row| (row.what, row.who.as_str())).collect();
        assert_eq!(what, [("task", "Process-1"), ("hold", "Process-2")]);
    }
}
