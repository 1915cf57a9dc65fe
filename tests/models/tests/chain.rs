//! The chain of a queue in all orders.

#[test]
fn messages_of_two_producers_come_once_and_in_order() {
    forkyard_models::messages_of_two_producers_come_once_and_in_order();
}

#[test]
fn consumers_share_what_there_is() {
    forkyard_models::consumers_share_what_there_is();
}

#[test]
fn every_message_wakes_somebody() {
    forkyard_models::every_message_wakes_somebody();
}

#[test]
fn a_large_message_comes_whole() {
    forkyard_models::a_large_message_comes_whole();
}

#[test]
fn a_bell_that_is_strict_tells_the_truth() {
    forkyard_models::a_bell_that_is_strict_tells_the_truth();
}
