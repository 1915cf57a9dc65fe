//! What is known of a run: pure, told by actions, drawn by others.

pub mod console;
pub mod figures;
pub mod state;
pub mod terminal;
pub mod traceback;

pub use console::Console;
pub use state::{Action, Phase, Run};
