//! What Perfetto makes of an exported trace, as far as that can be told without it: how it puts slices into each other, and which
//! slices it draws the arrows of messages between. As its importer does it (`slice_tracker.cc`, `flow_tracker.cc`), version 56.

use std::collections::BTreeMap;

use serde_json::Value;

/// A slice of a row that has not been found to be over.
struct Open<'a> {
    start: u64,
    end: u64,
    name: &'a str,
}

/// What is lost or drawn elsewhere than it is meant: slices that begin within another of their row and outlast it are dropped, and
/// an end of a message is taken to the slice that began last in its row, even if that is over.
pub(crate) fn misread(trace: &Value) -> Vec<String> {
    let mut events: Vec<&Value> = trace["traceEvents"].as_array().expect("a list").iter().collect();
    events.retain(|event| ["X", "i", "s", "f"].contains(&phase(event)));
    // Of slices that begin together the longest is first; all else keeps the file's order.
    events.sort_by_key(|event| (start(event), if phase(event) == "X" { u64::MAX - length(event) } else { u64::MAX }));
    let mut rows: BTreeMap<(u64, u64), Vec<Open<'_>>> = BTreeMap::new();
    let mut found = Vec::new();
    for event in events {
        let (start, length) = (start(event), length(event));
        let row = (event["pid"].as_u64().expect("a pid"), event["tid"].as_u64().expect("a tid"));
        let open = rows.entry(row).or_default();
        if ["s", "f"].contains(&phase(event)) {
            let end = if phase(event) == "s" { "sent" } else { "received" };
            if open.last().is_none_or(|last| (last.start, last.name) != (start, end)) {
                found.push(event.to_string());
            }
            continue;
        }
        // Moments do not end moments.
        open.retain(|last| last.end > start || last.end == start && last.start == last.end && length == 0);
        let end = start + length;
        if open.iter().any(|last| start < last.end && end > last.end) {
            found.push(event.to_string());
        } else {
            open.push(Open { start, end, name: event["name"].as_str().unwrap_or_default() });
        }
    }
    found
}

fn phase(event: &Value) -> &str {
    event["ph"].as_str().expect("a phase")
}

fn start(event: &Value) -> u64 {
    nanos(&event["ts"])
}

fn length(event: &Value) -> u64 {
    event.get("dur").map_or(0, nanos)
}

fn nanos(micros: &Value) -> u64 {
    (micros.as_f64().expect("a number") * 1000.0).round() as u64
}
