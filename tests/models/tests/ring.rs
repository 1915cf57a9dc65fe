//! The ring of events in all orders.

#[test]
fn a_reader_beside_a_writer_that_overwrites_sees_whole_events() {
    forkyard_models::reader_sees_whole_events();
}

#[test]
fn two_writers_in_one_cell_lose_nothing() {
    forkyard_models::writers_lose_nothing();
}
