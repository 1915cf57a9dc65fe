//! The pipe between processes.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod watchdog;

use std::time::Duration;

use forkyard_engine::channel::{Direction, End, RecvError, SendError, pipe};
use forkyard_engine::sync::Wait;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use watchdog::{Dice, child, code, watch};

fn readable(end: &End) -> bool {
    let mut fds = [PollFd::new(end.fd(), PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::ZERO).unwrap() == 1
}

#[test]
fn messages_of_any_size_come_back_in_order() {
    watch();
    let (ours, theirs) = pipe(Direction::Duplex).unwrap();
    let echo = child(|| {
        while let Ok(message) = theirs.recv(Wait::Forever) {
            if message.is_empty() {
                return 0;
            }
            theirs.send(&message, Wait::Forever).unwrap();
        }
        1
    });
    let mut dice = Dice(11);
    for number in 1..=3_000_u32 {
        let len = if number.is_multiple_of(300) { 1 << 20 } else { 1 + dice.below(2_000) as usize };
        let bytes = vec![number as u8; len];
        assert_eq!(ours.send(&bytes, Wait::Forever).unwrap(), number);
        assert!(*ours.recv(Wait::Forever).unwrap() == bytes[..]);
    }
    ours.send(b"", Wait::Forever).unwrap();
    assert_eq!(code(&echo), 0);
}

#[test]
fn the_end_of_file_comes_after_everything_that_a_killed_sender_sent() {
    watch();
    for seed in 1..=40 {
        let (ours, theirs) = pipe(Direction::Simplex).unwrap();
        let sender = child(|| {
            for number in 1..=u64::MAX {
                theirs.send(&number.to_ne_bytes(), Wait::Forever).unwrap();
            }
            0
        });
        drop(theirs);
        Dice(seed * 32_452_843).moment(Duration::from_millis(1));
        sender.kill().unwrap();
        let mut next = 1_u64;
        let end = loop {
            match ours.recv(Wait::Forever) {
                Ok(message) => assert_eq!(*message, next.to_ne_bytes()),
                Err(error) => break error,
            }
            next += 1;
        };
        assert_eq!(end, RecvError::EndOfFile);
        assert!(ours.poll(Wait::Never).unwrap(), "the end of file can be received, so it polls as ready");
        assert_eq!(code(&sender), -9);
    }
}

#[test]
fn an_end_stays_open_as_long_as_any_process_has_it() {
    watch();
    let (ours, theirs) = pipe(Direction::Duplex).unwrap();
    let keeper = child(|| {
        // The child's copy of `theirs` is the last one.
        let asked = theirs.recv(Wait::Forever).unwrap();
        i32::from(&*asked != b"still there?")
    });
    drop(theirs);
    ours.send(b"still there?", Wait::Forever).unwrap();
    // The keeper ends with both of its copies.
    assert_eq!(ours.recv(Wait::Forever).unwrap_err(), RecvError::EndOfFile);
    assert!(matches!(ours.send(b"x", Wait::Forever), Err(SendError::BrokenPipe)));
    assert_eq!(code(&keeper), 0);
}

#[test]
fn a_closed_end_breaks_the_pipe_at_once() {
    watch();
    let (ours, theirs) = pipe(Direction::Duplex).unwrap();
    ours.send(b"first", Wait::Never).unwrap();
    drop(theirs);
    assert!(matches!(ours.send(b"second", Wait::Never), Err(SendError::BrokenPipe)));
    assert_eq!(ours.recv(Wait::Never).unwrap_err(), RecvError::EndOfFile);
}

#[test]
fn a_one_way_pipe_goes_one_way() {
    watch();
    let (reader, writer) = pipe(Direction::Simplex).unwrap();
    assert!(matches!(reader.send(b"x", Wait::Never), Err(SendError::ReadOnly)));
    assert_eq!(writer.recv(Wait::Never).unwrap_err(), RecvError::WriteOnly);
    assert_eq!(reader.recv(Wait::Never).unwrap_err(), RecvError::TimedOut);
    assert_eq!(reader.recv(Wait::at_most(Duration::from_millis(20))).unwrap_err(), RecvError::TimedOut);
    assert!(!reader.poll(Wait::Never).unwrap());
    writer.send_parts(&[b"two ", b"parts"], Wait::Never).unwrap();
    assert!(reader.poll(Wait::Forever).unwrap());
    assert_eq!(&*reader.recv(Wait::Never).unwrap(), b"two parts");
}

#[test]
fn the_descriptor_of_an_armed_end_tells_the_truth() {
    watch();
    let (ours, theirs) = pipe(Direction::Duplex).unwrap();
    theirs.send(b"before", Wait::Never).unwrap();
    assert!(ours.arm() && readable(&ours));
    theirs.send(b"after", Wait::Never).unwrap();
    ours.recv(Wait::Never).unwrap();
    assert!(readable(&ours));
    ours.recv(Wait::Never).unwrap();
    assert!(!readable(&ours));
    let sender = child(|| theirs.send(b"wakes", Wait::Forever).map_or(1, |_| 0));
    let mut fds = [PollFd::new(ours.fd(), PollFlags::POLLIN)];
    assert_eq!(poll(&mut fds, PollTimeout::NONE).unwrap(), 1);
    assert_eq!(&*ours.recv(Wait::Never).unwrap(), b"wakes");
    assert_eq!(code(&sender), 0);
    drop(theirs);
    assert!(readable(&ours));
}

#[test]
fn a_sender_far_ahead_waits_until_something_was_received() {
    watch();
    let (reader, writer) = pipe(Direction::Simplex).unwrap();
    let block = vec![0; 16 << 20];
    for _ in 0..4 {
        writer.send(&block, Wait::Never).unwrap();
    }
    assert!(matches!(writer.send(&block, Wait::Never), Err(SendError::TimedOut)));
    let sender = child(|| writer.send(&block, Wait::Forever).map_or(1, |_| 0));
    for _ in 0..5 {
        assert_eq!(reader.recv(Wait::Forever).unwrap().len(), block.len());
    }
    assert_eq!(code(&sender), 0);
}
