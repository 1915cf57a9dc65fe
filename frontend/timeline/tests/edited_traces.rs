//! A trace file that somebody has edited, or cut, is refused or shown, and never stumbled over.

use forkyard_timeline::critical::critical_path;
use forkyard_timeline::import::{File, import};
use forkyard_timeline::sentence::segment;
use forkyard_timeline::story::story;
use forkyard_timeline::{Column, Order, Query, ROWS, Trace, critical, opening, summary, table};
use proptest::prelude::*;
use serde_json::{Value, json};

const SAVED: &str = include_str!("../../../backend/trace/tests/golden/trace.json");

/// All that the page says of a file, if it takes it.
fn said(text: &str) -> Option<String> {
    let file: File = serde_json::from_str(text).ok()?;
    let chunk = import(&file).ok()?;
    let mut trace = Trace::new();
    trace.apply(&chunk);
    let query = |rows| Query { rows, range: None, column: Column::Start, order: Order::Ascending, after: None, limit: 100 };
    let rows: usize = ROWS.into_iter().map(|rows| table(&trace, &query(rows)).rows.len()).sum();
    let segments: String = trace.segments().map(|(id, _)| segment(&trace, id)).collect();
    let path = critical::sentence(&trace, &critical_path(&trace));
    let opening = opening(&trace);
    Some(format!("{} {segments} {path} {opening:?} {rows}", summary::paragraph(&trace, story(&trace).as_deref())))
}

/// Puts `value` in place of one that is `place`th of all numbers, texts and nulls; answers whether there was one.
fn put(tree: &mut Value, place: &mut usize, value: &Value) -> bool {
    match tree {
        Value::Object(fields) => fields.values_mut().any(|each| put(each, place, value)),
        Value::Array(items) => items.iter_mut().any(|each| put(each, place, value)),
        _ if *place == 0 => {
            *tree = value.clone();
            true
        }
        _ => {
            *place -= 1;
            false
        }
    }
}

fn strange() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<f64>().prop_map(|number| json!(number)),
        (-1e4..1e4).prop_map(|number: f64| json!(number)),
        any::<u32>().prop_map(|number| json!(number)),
        Just(json!(1_000_000_000_u32)),
        Just(json!(u32::MAX)),
        Just(json!(u64::MAX)),
        Just(json!(-1)),
        Just(json!("Process-1")),
        Just(json!("sleep")),
        Just(json!("X")),
        Just(json!("core")),
        Just(json!("")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_was_edited_is_refused_or_shown(edits in prop::collection::vec((0..2_000_usize, strange()), 1..6)) {
        let mut tree: Value = serde_json::from_str(SAVED).unwrap();
        for (place, value) in &edits {
            put(&mut tree, &mut place.clone(), value);
        }
        said(&tree.to_string());
    }

    #[test]
    fn events_may_be_missing_double_and_in_any_order(order in prop::collection::vec(0..200_usize, 0..100)) {
        let mut tree: Value = serde_json::from_str(SAVED).unwrap();
        let events = tree["traceEvents"].as_array().unwrap().clone();
        tree["traceEvents"] = order.iter().map(|place| events[place % events.len()].clone()).collect();
        said(&tree.to_string());
    }
}

#[test]
fn what_was_cut_off_is_refused() {
    assert!(said(SAVED).is_some());
    for end in (0..SAVED.trim_end().len()).step_by(7).filter(|end| SAVED.is_char_boundary(*end)) {
        assert_eq!(said(&SAVED[..end]), None);
    }
}
