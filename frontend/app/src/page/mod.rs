//! The browser around the page: storage, theme, frames, the width of the window. No fetch, no drawing.

pub mod arrival;
pub mod breath;
pub mod frame;
pub mod height;
pub mod idle;
pub mod in_sight;
pub mod kept_focus;
pub mod keys;
pub mod storage;
pub mod theme;
pub mod width;
