//! The engine's own files of the chain that queues and pipes are made of, and the models of it.

#[path = "../../../backend/engine/src/channel/bell.rs"]
mod bell;
#[path = "../../../backend/engine/src/channel/chain.rs"]
mod chain;
#[path = "../../../backend/engine/src/channel/message.rs"]
mod message;
mod model;
#[path = "../../../backend/engine/src/channel/news.rs"]
mod news;
#[path = "../../../backend/engine/src/channel/record.rs"]
mod record;

use message::Message;
pub use model::{
    a_bell_that_is_strict_tells_the_truth, a_large_message_comes_whole, consumers_share_what_there_is,
    every_message_wakes_somebody, messages_of_two_producers_come_once_and_in_order,
};
