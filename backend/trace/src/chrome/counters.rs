//! What is counted over time: how many wait for an object or lie in it, and how many cores the run had.
//!
//! Each is a counter of the format, which Perfetto draws as a row of its own: those of objects under a process named `Objects`,
//! the cores' beside the cores. Rows are told apart by their names, so objects that share one are told apart by their numbers too.

use std::collections::BTreeMap;

use forkyard_wire::timeline::{Level, Measure, Object, Segment, SegmentKind};
use serde::Serialize;

/// The cores that were used are told for so many stretches of the run, or up to twice as many.
const STRETCHES: u64 = 500;

/// A counter's value. The key says what is counted, and stands behind the object in the row's name.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Counted {
    Waiting(u32),
    Messages(u32),
    Tasks(u32),
    /// The mean over a stretch.
    Used(f64),
}

impl Counted {
    /// What a level says.
    pub(super) fn of(level: &Level) -> Self {
        match level.measure {
            Measure::Waiters => Counted::Waiting(level.value),
            Measure::Depth => Counted::Messages(level.value),
            Measure::Tasks => Counted::Tasks(level.value),
        }
    }
}

/// What the counters of each object are called.
pub(super) fn names<'a>(objects: impl Iterator<Item = &'a Object> + Clone) -> BTreeMap<u32, String> {
    let mut count: BTreeMap<&str, u32> = BTreeMap::new();
    for object in objects.clone() {
        *count.entry(&object.name).or_default() += 1;
    }
    let named = |object: &'a Object| match count.get(object.name.as_str()) {
        Some(1) => object.name.clone(),
        _ => format!("{} #{}", object.name, object.id),
    };
    objects.map(|object| (object.id, named(object))).collect()
}

/// How many cores the run had, from each moment on: a mean for each stretch that differs from the one before; none at `end`.
pub(super) fn cores_used(segments: impl Iterator<Item = Segment>, end: u64) -> Vec<(u64, Counted)> {
    let width = (end / STRETCHES).max(1);
    let mut busy = vec![0; (end / width) as usize + 1];
    let mut any = false;
    for segment in segments.filter(|segment| segment.kind == SegmentKind::OnCore) {
        any = true;
        let (mut at, until) = (segment.start, segment.end.min(end));
        while at < until {
            let stretch = at / width;
            let next = stretch.saturating_add(1).saturating_mul(width).min(until);
            busy[stretch as usize] += next - at;
            at = next;
        }
    }
    let mut told = Vec::new();
    if !any {
        return told;
    }
    let thousandths = |busy: u64| (busy as f64 / width as f64 * 1000.0).round() as u64;
    let mut last = None;
    for (stretch, busy) in (0..).zip(busy) {
        let used = thousandths(busy);
        if last.replace(used) != Some(used) && stretch * width < end {
            told.push((stretch * width, Counted::Used(used as f64 / 1000.0)));
        }
    }
    told.push((end, Counted::Used(0.0)));
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_core(start: u64, end: u64) -> Segment {
        let kind = SegmentKind::OnCore;
        Segment { lane: 1, kind, start, end, object: 0, line: 0, holder: 2, released_by: 0, detail: 0, index: 0 }
    }

    #[test]
    fn cores_are_told_by_their_mean_where_it_changes() {
        let rows = [on_core(0, 2_000), on_core(1_000, 1_005), on_core(4_000, 9_000)];
        let told = cores_used(rows.into_iter(), 5_000);
        let expected = [(0, 1.0), (1_000, 1.5), (1_010, 1.0), (2_000, 0.0), (4_000, 1.0), (5_000, 0.0)];
        assert_eq!(told, expected.map(|(at, used)| (at, Counted::Used(used))));
        assert_eq!(cores_used(std::iter::empty(), 5_000), [], "nobody watched the cores");
    }

    #[test]
    fn objects_of_one_name_have_counters_of_their_own() {
        let object = |id, name: &str| Object { id, kind: "Lock".into(), name: name.into(), line: 0 };
        let objects = [object(1, "door"), object(2, "key"), object(3, "key")];
        let names: Vec<String> = names(objects.iter()).into_values().collect();
        assert_eq!(names, ["door", "key #2", "key #3"]);
    }
}
