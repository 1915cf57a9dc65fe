//! The example in PROTOCOL.md is a chunk, and means what it says.

use forkyard_wire::timeline::{Chunk, SegmentKind};

#[test]
fn the_example_is_a_chunk() {
    let text = include_str!("../PROTOCOL.md");
    let (_, rest) = text.split_once("```json\n").expect("there is an example");
    let (example, _) = rest.split_once("```").expect("it ends");
    let chunk: Chunk = serde_json::from_str(example).unwrap();
    let rows: Vec<_> = chunk.segments.iter().map(|row| (row.kind, row.start, row.end)).collect();
    assert_eq!(rows, [(SegmentKind::Hold, 900, 3_900), (SegmentKind::Boot, 1_000, 1_020)]);
    let open: Vec<_> = chunk.open.iter().map(|row| (row.kind, row.start, row.end)).collect();
    assert_eq!(open, [(SegmentKind::Run, 1_020, chunk.to_ns)]);
}
