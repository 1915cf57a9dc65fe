//! The parts of the page: props in, callbacks out. None of them fetches; the session and the server's context do.

pub mod compare;
pub mod console;
pub mod copy;
pub mod divider;
pub mod example_card;
pub mod exercise;
pub mod figures;
pub mod footer;
pub mod header;
pub mod in_code;
pub mod input_box;
pub mod opener;
pub mod prose;
pub mod question;
pub mod recorded;
pub mod run_bar;
pub mod run_timeline;
pub mod segmented;
pub mod server;
pub mod sheet;
pub mod status;
pub mod workbench;
