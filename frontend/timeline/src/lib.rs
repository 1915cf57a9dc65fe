//! The model of the timeline: columns, level of detail, layout, selection, sentences; no DOM.
//!
//! A [`Trace`] takes in the chunks of a run. [`Layout`] says where its rows lie, [`Viewport`] which part of the axis is in
//! sight, [`Pieces::shares`] and [`bars()`] what each pixel of a row looks like, [`Scene`] what lies under the pointer,
//! [`Spot`] how to step from segment to segment, [`search`] what has a name, [`sentence`], [`story`] and [`summary`] how to say it, [`table`] the same in rows.
//! [`Playback`] plays a recorded run again, [`import`] takes one out of an exported trace.
//!
//! It draws nothing, and it never works out again what an event meant: the merge did that. What only the whole of it can
//! show, a frame from chunk to rectangles, is timed by `cargo run --release -p forkyard-timeline --example frame`.
#![forbid(unsafe_code)]

mod axis;
mod band;
mod bands;
mod bars;
mod blocks;
pub mod critical;
pub mod deadlock;
mod finding;
mod findings;
mod hit;
pub mod import;
mod lanes;
mod layout;
mod lines;
pub mod notes;
mod open;
mod opening;
mod order;
mod playback;
mod rows;
mod search;
pub mod sentence;
mod skyline;
mod sorted;
mod spot;
pub mod story;
pub mod summary;
mod sums;
mod table;
mod tag;
mod tally;
pub mod totals;
mod trace;
pub mod units;
mod viewport;

#[cfg(test)]
mod sample;

// What rows look like is a crate of its own, and still the model's.
use forkyard_pixels::{level, state};

pub use axis::{Tick, ticks};
pub use band::BandKind;
pub use bars::{Bar, bars};
pub use finding::Finding;
pub use findings::Findings;
pub use forkyard_pixels::{
    CLASSES, Class, Cores, Hue, Ink, Levels, Pattern, Piece, Pieces, RowImage, STATES, Shares, Size, State, Totals, changes,
    filled,
};
pub use hit::{ArrowLine, Scene, way};
pub use layout::{Heading, Layout, Objects, Row, Track, TrackKind};
pub use opening::opening;
pub use playback::Playback;
pub use rows::{ROWS, Rows};
pub use search::search;
pub use spot::{Part, Selection, Side, Spot, Way};
pub use table::{Column, Order, Query, Subject, Table, TableRow, row, table};
pub use tag::{Tag, letter, tag};
pub use trace::{ArrowId, MarkId, SegmentId, Trace};
pub use viewport::{Follow, Viewport};
