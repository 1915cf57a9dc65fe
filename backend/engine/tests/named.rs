//! Named segments: what a tree leaves is removed, however it ended.
#![expect(clippy::unwrap_used, reason = "only tests use it")]

mod watchdog;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{ChildStderr, Stdio};

use forkyard_engine::process::{Command, inherited};
use forkyard_engine::shm::{guard, named};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, pause};
use watchdog::{child, watch};

/// A program that makes segments, and what it said: their names, and its processes.
struct Tree {
    program: std::process::Child,
    said: BufReader<ChildStderr>,
    names: Vec<String>,
    pids: Vec<i32>,
}

impl Tree {
    /// `end`: `waits` to be killed or `returns`.
    fn start(end: &str) -> Self {
        let mut program = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["the_tree", "--exact", "--ignored", "--nocapture"])
            .env("FORKYARD_TEST_END", end)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(program.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let words = || line.split_whitespace().map(str::to_owned);
        let names = words().filter(|word| word.starts_with('/')).collect();
        let pids = words().filter_map(|word| word.parse().ok()).collect();
        Self { program, said, names, pids }
    }

    fn kill(&self) {
        self.pids.iter().for_each(|&pid| kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap());
    }

    /// Waits until everybody is gone who could write there, the guard too.
    fn end(mut self) -> Vec<String> {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        self.program.wait().unwrap();
        self.names
    }
}

fn exists(name: &str) -> bool {
    Path::new("/dev/shm").join(name.trim_start_matches('/')).exists()
}

#[test]
fn a_tree_that_is_killed_leaves_nothing() {
    watch();
    let tree = Tree::start("waits");
    assert_eq!((tree.names.len(), tree.pids.len()), (3, 2));
    assert!(tree.names.iter().all(|name| exists(name)));
    tree.kill();
    assert!(!tree.end().iter().any(|name| exists(name)));
}

#[test]
fn a_tree_that_ends_leaves_nothing() {
    watch();
    let tree = Tree::start("returns");
    assert_eq!(tree.names.len(), 3);
    assert!(!tree.end().iter().any(|name| exists(name)));
}

#[test]
#[ignore = "runs in the child of the tests above"]
fn the_tree() {
    watch();
    let Ok(end) = std::env::var("FORKYARD_TEST_END") else { return };
    let first = std::process::id();
    let name = |number: i32| format!("/forkyard-test-{first}-{number}");
    let program = || Command::new(std::env::current_exe().unwrap()).arg("--exact").arg("--ignored").arg("the_guard");
    assert!(!guard::is_there().unwrap());
    guard::start(program()).unwrap();
    assert!(guard::is_there().unwrap());
    guard::start(program()).unwrap(); // which does nothing
    named::create(name(1), 10, 0o600).unwrap();
    let waits = end == "waits";
    let other = child(|| {
        named::create(name(2), 10, 0o600).unwrap();
        named::create(name(3), 10, 0o600).unwrap();
        named::unlink(name(3)).unwrap();
        nix::sys::mman::shm_open(Path::new(&name(4)), nix::fcntl::OFlag::O_CREAT, nix::sys::stat::Mode::S_IRWXU).unwrap();
        named::remember(name(4)).unwrap();
        eprintln!("{} {} {} {first} {}", name(1), name(2), name(4), std::process::id());
        if waits {
            pause();
        }
        0
    });
    other.wait(forkyard_engine::sync::Wait::Forever).unwrap();
}

#[test]
#[ignore = "is the guard of the tree above"]
fn the_guard() {
    let Some(Ok(arena)) = std::env::args().next_back().map(|number| number.parse()) else { return };
    let left = guard::watch(inherited(arena).unwrap()).unwrap();
    assert_eq!(left.len(), 3);
    assert!(left.iter().all(|each| each.refusal.is_none()));
}
