//! The model of the timeline: columns, level of detail, layout, selection, sentences; no DOM.
#![forbid(unsafe_code)]

mod band;
mod pieces;
mod skyline;
mod sorted;
mod state;
mod trace;

pub use band::BandKind;
pub use pieces::{Piece, Pieces, Shares, Totals};
pub use state::{CLASSES, Class, Cores, Hue, STATES, State};
pub use trace::{ArrowId, SegmentId, Trace};
