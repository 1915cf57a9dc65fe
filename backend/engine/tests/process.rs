//! Processes: how they start, how they end, and that nothing is left.

mod watchdog;

use std::ffi::OsString;
use std::os::fd::AsRawFd;
use std::time::Duration;

use forkyard_engine::channel::{Direction, Queue, RecvError, pipe};
use forkyard_engine::process::{Command, ExitStatus, Process, ProcessError, end_with_parent, inherited};
use forkyard_engine::shm::{Arena, Block, Handle, HandleError};
use forkyard_engine::sync::{Lock, LockKind, Wait};
use watchdog::{child, code, watch};

#[test]
fn a_child_ends_with_its_code_or_its_signal() {
    watch();
    for expected in [0, 1, 77, 255] {
        assert_eq!(child(|| expected).wait(Wait::Forever).unwrap(), Some(ExitStatus::Exited(expected)));
    }
    for signal in [9, 15] {
        let victim = child(|| {
            loop {
                std::thread::park();
            }
        });
        assert_eq!(victim.wait(Wait::Never).unwrap(), None);
        assert_eq!(victim.wait(Wait::at_most(Duration::from_millis(10))).unwrap(), None);
        victim.signal(signal).unwrap();
        assert_eq!(victim.wait(Wait::Forever).unwrap(), Some(ExitStatus::Signaled(signal)));
        assert_eq!(victim.wait(Wait::Forever).unwrap().unwrap().code(), -signal, "asking again gives the same");
        victim.kill().unwrap();
    }
}

#[test]
fn a_child_reaped_elsewhere_is_said_to_be_unknown() {
    watch();
    let child = child(|| 0);
    nix::sys::wait::waitpid(nix::unistd::Pid::from_raw(child.pid() as i32), None).unwrap();
    assert!(matches!(child.wait(Wait::Forever), Err(ProcessError::NotAChild(pid)) if pid == child.pid()));
}

#[test]
fn a_program_that_does_not_exist_is_an_error_of_the_parent() {
    watch();
    let error = Command::new("/no/such/program").spawn().unwrap_err();
    assert!(matches!(&error, ProcessError::Program { program, source }
        if program == "/no/such/program" && source.kind() == std::io::ErrorKind::NotFound));
}

#[test]
fn children_end_with_their_parent() {
    watch();
    let (ours, theirs) = pipe(Direction::Simplex).unwrap();
    let parent = child(|| {
        let parent = std::process::id();
        let _grandchild = child(|| {
            end_with_parent(parent).unwrap();
            theirs.send(b"asleep", Wait::Forever).unwrap();
            loop {
                std::thread::park();
            }
        });
        loop {
            std::thread::park();
        }
    });
    drop(theirs);
    assert_eq!(&*ours.recv(Wait::Forever).unwrap(), b"asleep");
    parent.kill().unwrap();
    // Both had the other end open: its end of file says that both are gone.
    assert_eq!(ours.recv(Wait::Forever).unwrap_err(), RecvError::EndOfFile);
    assert_eq!(code(&parent), -9);
}

fn to_text(handle: Handle) -> String {
    handle.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[expect(clippy::unwrap_used, reason = "only tests use it")]
fn from_text(text: &str) -> Handle {
    let bytes: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap()).collect();
    Handle::from_bytes(bytes.try_into().unwrap())
}

#[test]
fn a_spawned_program_opens_what_its_parent_made() {
    watch();
    let (queue, lock) = (Queue::new(Default::default()).unwrap(), Lock::new(LockKind::Plain).unwrap());
    lock.acquire(Wait::Never).unwrap();
    let arena = Arena::current().unwrap().fd();
    let variables = [
        ("FORKYARD_TEST_ARENA", arena.as_raw_fd().to_string()),
        ("FORKYARD_TEST_QUEUE", to_text(queue.handle())),
        ("FORKYARD_TEST_LOCK", to_text(lock.handle())),
    ];
    let spawned = Command::new(std::env::current_exe().unwrap())
        .arg("the_spawned_program")
        .arg("--exact")
        .arg("--ignored")
        .arg("--quiet")
        .environment(variables.map(|(name, value)| (OsString::from(name), OsString::from(value))))
        .inherit(arena)
        .spawn()
        .unwrap();
    assert_eq!(&*queue.get(Wait::Forever).unwrap(), b"from the spawned program");
    assert_eq!(code(&spawned), 0);
    assert_eq!(lock.holder(), None, "the spawned program released it");
}

#[test]
#[ignore = "runs in the child of the test above"]
fn the_spawned_program() {
    watch();
    let Ok(fd) = std::env::var("FORKYARD_TEST_ARENA") else { return };
    Arena::attach(inherited(fd.parse().unwrap()).unwrap()).unwrap();
    let queue = Queue::open(from_text(&std::env::var("FORKYARD_TEST_QUEUE").unwrap())).unwrap();
    let lock = Lock::open(from_text(&std::env::var("FORKYARD_TEST_LOCK").unwrap())).unwrap();
    assert_eq!(Lock::open(queue.handle()).unwrap_err(), HandleError::OtherType("lock"));
    lock.release().unwrap();
    queue.put(b"from the spawned program", Wait::Forever).unwrap();
}

#[test]
fn a_handle_to_what_is_gone_is_stale_and_not_somebody_elses() {
    watch();
    let block = Block::new(100, 64).unwrap();
    let handle = block.handle();
    assert_eq!(Block::open(handle).unwrap().as_ptr(), block.as_ptr());
    drop(block);
    assert_eq!(Block::open(handle).unwrap_err(), HandleError::Stale);
    let next = Block::new(100, 64).unwrap();
    assert_ne!(next.handle(), handle, "even at the same place the generation differs");
    let mut other = next.handle().to_bytes();
    other[0] ^= 1;
    assert_eq!(Block::open(Handle::from_bytes(other)).unwrap_err(), HandleError::OtherArena);
    let mut beside = next.handle().to_bytes();
    beside[8] ^= 64;
    assert_eq!(Block::open(Handle::from_bytes(beside)).unwrap_err(), HandleError::Stale);
}

#[test]
fn blocks_are_aligned_and_zeroed_and_live_as_long_as_any_process_has_them() {
    watch();
    let block = Block::new(5000, 4096).unwrap();
    assert!((block.as_ptr() as usize).is_multiple_of(4096));
    let (handle, holder) = (block.handle(), {
        let block = &block;
        child(move || {
            let mut bytes = [1; 5000];
            block.read(0, &mut bytes);
            assert_eq!(bytes, [0; 5000]);
            let message = block.clone();
            message.write(0, b"child");
            std::thread::sleep(Duration::from_millis(20));
            0
        })
    });
    drop(block);
    assert!(Block::open(handle).is_ok(), "the child has it still");
    assert_eq!(code(&holder), 0);
    assert_eq!(Block::open(handle).unwrap_err(), HandleError::Stale, "and it gave it back at its end");
}

#[test]
fn a_sentinel_is_readable_after_the_end() {
    watch();
    let child: Process = child(|| 0);
    let mut fds = [nix::poll::PollFd::new(child.sentinel(), nix::poll::PollFlags::POLLIN)];
    assert_eq!(nix::poll::poll(&mut fds, nix::poll::PollTimeout::NONE).unwrap(), 1);
    assert_eq!(code(&child), 0);
}
