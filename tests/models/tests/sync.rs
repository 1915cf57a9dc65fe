//! Waiting in all orders.

#[test]
fn every_permit_wakes_somebody() {
    forkyard_models::every_permit_wakes_somebody();
}

#[test]
fn setting_an_event_ends_every_wait() {
    forkyard_models::setting_an_event_ends_every_wait();
}

#[test]
fn every_release_of_a_lock_wakes_somebody() {
    forkyard_models::every_release_of_a_lock_wakes_somebody();
}

#[test]
fn one_at_a_time_holds_a_lock() {
    forkyard_models::one_at_a_time_holds_a_lock();
}
