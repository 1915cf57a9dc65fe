//! A program of the user's own: the terminal's streams, no jail, and nothing left behind all the same.

#![allow(clippy::unwrap_used, reason = "where the machine fails, so does the test")]

mod runs;

use std::fs;
use std::path::PathBuf;

use forkyard_wire::run::{Isolation, Outcome};
use nix::sys::signal::Signal;
use runs::Trial;

/// A script on disk, and where the terminal's output goes.
struct Room {
    directory: PathBuf,
}

impl Room {
    fn new(name: &str, source: &str) -> Self {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("terminal-{name}-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("script.py"), source).unwrap();
        fs::write(directory.join("in"), "typed\n").unwrap();
        Room { directory }
    }

    fn trial(&self) -> Trial {
        Trial::at_terminal(&self.directory.join("script.py"), &self.directory)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.directory.join(name)).unwrap()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

#[test]
fn it_has_the_terminals_streams_and_its_own_exit_code() {
    let room =
        Room::new("streams", "import os, sys\nprint(input(), sys.argv[0][-9:])\nprint('oops', file=sys.stderr)\nsys.exit(4)");
    let ended = room.trial().run();
    assert_eq!((room.read("out").as_str(), room.read("err").as_str()), ("typed script.py\n", "oops\n"));
    assert_eq!((ended.finished.outcome, ended.finished.exit_code), (Outcome::Completed, Some(4)));
    assert_eq!(ended.started.isolation, Isolation::None);
    assert!(ended.outputs.is_empty());
    assert!(ended.finished.peak_memory_bytes > 0 && ended.finished.cpu_ns > 0);
}

#[test]
fn no_limit_holds() {
    let source = "print('x' * 10_000, flush=True)\nimport time\ntime.sleep(0.5)";
    let room = Room::new("limits", source);
    let ended = room.trial().limits(|limits| (limits.wall_ms, limits.output_bytes, limits.memory_bytes) = (1, 1, 1)).run();
    assert_eq!((ended.finished.outcome, ended.finished.exit_code), (Outcome::Completed, Some(0)));
    assert_eq!(room.read("out").len(), 10_001);
}

#[test]
fn what_it_leaves_behind_is_ended() {
    let source = "import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: time.sleep(1000)
    os._exit(0)
os.wait()";
    let room = Room::new("daemon", source);
    let ended = room.trial().run();
    assert_eq!(ended.finished.outcome, Outcome::Completed);
    // The one between them may have come and gone unseen.
    assert!(ended.finished.processes >= 2, "{}", ended.finished.processes);
    ended.left_nothing();
}

/// A program with a guard: what that does when the program has ended.
fn guarded(then: &str) -> String {
    format!(
        "import os, sys
program = os.pidfd_open(os.getpid())
os.set_inheritable(program, True)
executed, executes = os.pipe()
if os.fork() == 0:
    os.setsid()
    code = f'import os, select, time; select.select([{{program}}], [], []); {then} # from _forkyard.guard import main'
    os.execv(sys.executable, [sys.executable, '-c', code])
os.close(executes)
os.read(executed, 1)"
    )
}

#[test]
fn who_removes_what_it_leaves_behind_may_do_so() {
    let room = Room::new("guard", &guarded("open(\"cleaned\", \"w\").write(\"up\")"));
    let ended = room.trial().run();
    assert_eq!(room.read("cleaned"), "up");
    ended.left_nothing();
}

#[test]
fn who_only_says_so_is_ended() {
    let room = Room::new("pretender", &guarded("time.sleep(1000)"));
    room.trial().run().left_nothing();
}

#[test]
fn a_signal_to_the_runner_ends_it() {
    let room = Room::new("signal", "import os, time\nos.fork()\nopen('out', 'a').write('x')\ntime.sleep(1000)");
    let mut running = room.trial().start();
    running.until_started();
    while room.read("out").len() < 2 {
        std::thread::yield_now();
    }
    running.signal(Signal::SIGTERM);
    let ended = running.end();
    assert_eq!(ended.finished.outcome, Outcome::Stopped);
    ended.left_nothing();
}

#[test]
fn its_surroundings_are_the_users() {
    let room = Room::new("surroundings", "import os\nprint(os.environ['MARK'], os.getcwd(), 'FORKYARD_MAIN' in os.environ)");
    room.trial().run();
    assert_eq!(room.read("out"), format!("here {} True\n", room.directory.display()));
}
