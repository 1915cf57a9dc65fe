//! The starter's end of a zygote, whose other end says what a zygote and its copies could say.

#![expect(clippy::unwrap_used, reason = "where the machine fails, so does the test")]

mod watchdog;

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use forkyard_engine::process::Process;
use forkyard_engine::process::zygote::{Zygote, ZygoteError};
use forkyard_engine::sync::Wait;
use nix::errno::Errno;
use nix::unistd::{read, write};
use watchdog::{child, watch};

/// A process that waits to be killed.
fn waiting() -> Process {
    child(|| {
        loop {
            std::thread::park();
        }
    })
}

fn say(theirs: &OwnedFd, answer: i32) {
    write(theirs, &answer.to_ne_bytes()).unwrap();
}

/// The pid that the next request bears.
fn asked(theirs: &OwnedFd) -> u32 {
    let mut request = [0; 64];
    assert!(read(theirs, &mut request).unwrap() >= 8);
    u32::from_ne_bytes(request[..4].try_into().unwrap())
}

fn copy(zygote: &Zygote) -> Result<u32, ZygoteError> {
    zygote.copy(Some(Instant::now() + Duration::from_secs(30)))
}

#[test]
fn a_copy_that_could_not_be_made_is_tried_again_and_refused_once() {
    watch();
    let (zygote, theirs) = Zygote::new().unwrap();
    say(&theirs, -(Errno::EAGAIN as i32));
    say(&theirs, -(Errno::EAGAIN as i32));
    assert!(matches!(copy(&zygote), Err(ZygoteError::Refused(error)) if error.raw_os_error() == Some(Errno::EAGAIN as i32)));
    assert_eq!([asked(&theirs), asked(&theirs)], [0, 0]);

    let process = waiting();
    say(&theirs, process.pid() as i32);
    assert_eq!(copy(&zygote).unwrap(), process.pid());
    process.kill().unwrap();
}

#[test]
fn one_that_waits_is_told_until_it_is_asked() {
    watch();
    let (zygote, theirs) = Zygote::new().unwrap();
    let process = waiting();
    say(&theirs, process.pid() as i32);
    assert_eq!(copy(&zygote).unwrap(), process.pid());
    assert!(matches!(zygote.ask(&[-1], b""), Err(ZygoteError::Refused(_))), "no such descriptor");
    assert_eq!(copy(&zygote).unwrap(), process.pid());
    zygote.ask(&[], b"work").unwrap();
    assert_eq!(asked(&theirs), process.pid());
    process.kill().unwrap();
}

#[test]
fn one_that_has_died_is_passed_over_and_reaped() {
    watch();
    let (zygote, theirs) = Zygote::new().unwrap();
    let (dead, alive) = (waiting(), waiting());
    dead.kill().unwrap();
    say(&theirs, dead.pid() as i32);
    say(&theirs, alive.pid() as i32);
    // Its end may still be on its way.
    while copy(&zygote).unwrap() == dead.pid() {}
    assert_eq!(copy(&zygote).unwrap(), alive.pid());
    assert!(dead.wait(Wait::Never).is_err(), "nobody else can reap it");
    alive.kill().unwrap();
}

#[test]
fn its_end_ends_what_waits() {
    watch();
    let (zygote, theirs) = Zygote::new().unwrap();
    let (itself, copy) = (waiting(), waiting());
    say(&theirs, itself.pid() as i32);
    assert_eq!(zygote.born(None).unwrap(), itself.pid());
    say(&theirs, copy.pid() as i32);
    zygote.end(itself.pid());
    assert_eq!(itself.wait(Wait::Never).unwrap().unwrap().code(), -9);
    assert!(copy.wait(Wait::Never).is_err(), "it has been reaped");
}
