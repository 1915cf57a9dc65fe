//! The arena under a limit. One test alone in its program: the limit is the process's.

mod watchdog;

use forkyard_engine::shm::{Arena, Block, BlockError};
use nix::sys::resource::{Resource, setrlimit};
use watchdog::watch;

#[test]
fn a_small_limit_makes_a_small_arena_that_says_when_it_is_full() {
    watch();
    let limit = 8 << 20;
    setrlimit(Resource::RLIMIT_FSIZE, limit, limit).unwrap();
    assert_eq!(Arena::current().unwrap().capacity(), limit);
    let mut blocks = Vec::new();
    let refusal = loop {
        match Block::new(1 << 20, 8) {
            Ok(block) => blocks.push(block),
            Err(error) => break error,
        }
    };
    assert_eq!(blocks.len(), 7, "the arena's header and the blocks' take a part of the eighth");
    assert!(matches!(refusal, BlockError::Full { bytes } if bytes == 1 << 20));
    blocks.pop();
    assert!(Block::new(1 << 20, 8).is_ok(), "what was given back can be had again");
}
