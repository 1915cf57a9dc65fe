//! What a row of the timeline looks like: the states it is painted in, how much of each lies in each pixel, and the pixels themselves.
//!
//! [`Pieces`] holds a row with sums that make any window cheap to ask for, [`RowImage`] makes pixels of what they answer where hardly two
//! are [alike](changes), [`Levels`] is a row of heights instead. It knows no lanes, no run and no DOM.
//!
//! These are the loops that run for each pixel of each row in each frame. So this crate alone is compiled for speed in the page, and all
//! else for size (`profile.page` in the workspace's `Cargo.toml`). What a frame calls is kept from being inlined, for there it would be
//! compiled for size like what it is called from.
#![forbid(unsafe_code)]

mod alike;
mod image;
pub mod level;
mod pieces;
pub mod state;

pub use alike::{NEARLY_ALL, changes, filled};
pub use image::{Ink, Pattern, RowImage, Size};
pub use level::Levels;
pub use pieces::{Piece, Pieces, Shares, Totals};
pub use state::{CLASSES, Class, Cores, Hue, STATES, State};
