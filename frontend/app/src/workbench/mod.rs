//! A program that is edited and run, and what is known of its runs. No drawing: see `components::workbench`.

pub mod mailbox;
pub mod session;
pub mod settings;
pub mod start;

pub use session::{Printed, Seen, Session, Which, use_session};
pub use settings::Settings;
