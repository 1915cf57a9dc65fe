//! A run ends as its program does, as a limit says, or as somebody wishes; and nothing of it is left.

#![allow(clippy::unwrap_used, reason = "where the machine fails, so does the test")]

mod runs;

use forkyard_wire::job::Command;
use forkyard_wire::run::{Isolation, Outcome};
use nix::sys::signal::Signal;
use runs::{Trial, groups_of, left_nothing};

/// Four processes that never end by themselves, one of them in a session of its own.
const BUSY: &str = "import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for i in range(3):
    if os.fork() == 0:
        if i == 0: os.setsid()
        break
os.write(1, b'busy\\n')
while True: pass";

#[test]
fn the_exit_code_is_the_programs() {
    for (source, code) in
        [("import sys; sys.exit(3)", 3), ("import os; os._exit(7)", 7), ("1 / 0", 1), ("raise SystemExit('x')", 1)]
    {
        let ended = Trial::new(source).run();
        assert_eq!((ended.finished.outcome, ended.finished.exit_code), (Outcome::Completed, Some(code)), "{source}");
    }
}

#[test]
fn a_signal_is_named() {
    for (number, name) in [(9, "SIGKILL"), (15, "SIGTERM"), (11, "SIGSEGV")] {
        let ended = Trial::new(&format!("import os; os.kill(os.getpid(), {number})")).run();
        assert_eq!((ended.finished.exit_code, ended.finished.signal.as_deref()), (None, Some(name)));
        assert_eq!(ended.finished.outcome, Outcome::Completed);
    }
}

#[test]
fn a_child_may_end_the_main_process() {
    let ended = Trial::new("import os, time\nif os.fork() == 0: os.kill(os.getppid(), 9)\ntime.sleep(1000)").run();
    assert_eq!(ended.finished.signal.as_deref(), Some("SIGKILL"));
    ended.left_nothing();
}

#[test]
fn a_stop_ends_busy_processes() {
    let mut running = Trial::new(BUSY).start();
    running.until("busy\nbusy\nbusy\nbusy");
    running.send(&Command::Stop);
    let ended = running.end();
    assert_eq!(ended.finished.outcome, Outcome::Stopped);
    assert_eq!(ended.finished.processes, 4);
    ended.left_nothing();
}

#[test]
fn hanging_up_ends_the_run() {
    let mut running = Trial::new(BUSY).start();
    running.until("busy");
    running.hang_up();
    let ended = running.end();
    assert_eq!(ended.finished.outcome, Outcome::Stopped);
    ended.left_nothing();
}

#[test]
fn a_signal_to_the_runner_ends_the_run_cleanly() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut running = Trial::new(BUSY).start();
        running.until("busy");
        running.signal(signal);
        let ended = running.end();
        assert_eq!(ended.finished.outcome, Outcome::Stopped);
        ended.left_nothing();
    }
}

#[test]
fn killing_the_runner_leaves_no_process_and_the_next_run_sweeps_its_group() {
    let mut running = Trial::new(BUSY).start();
    running.until("busy\nbusy\nbusy\nbusy");
    running.signal(Signal::SIGKILL);
    running.gone();
    wait_until_no_process_of(&running.mark);
    // A group cannot be removed before the machine's first process has asked for the dead runner, so a later run may have to.
    for _ in 0..100 {
        Trial::new("pass").run();
        if groups_of(&running.mark).is_empty() {
            break;
        }
    }
    left_nothing(&running.mark);
}

#[test]
fn killing_the_inner_process_is_told() {
    let mut running = Trial::new(BUSY).start();
    running.until("busy");
    let inner = running.inner();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(inner as i32), Signal::SIGKILL).unwrap();
    let ended = running.end();
    assert_eq!(ended.finished.outcome, Outcome::InternalError);
    assert!(ended.message().contains("ended from outside"), "{}", ended.message());
    ended.left_nothing();
}

#[test]
fn the_clock_strikes() {
    let ended =
        Trial::new("print('before', flush=True)\nimport time\ntime.sleep(1000)").limits(|limits| limits.wall_ms = 700).run();
    assert_eq!(ended.finished.outcome, Outcome::TimedOut);
    assert_eq!(ended.text(), "before\n");
    assert!(ended.finished.wall_ns >= 700_000_000);
    assert!(ended.message().contains("700 ms"), "{}", ended.message());
    ended.left_nothing();
}

#[test]
fn too_much_output_keeps_the_first_part() {
    let source = "import os\nfor i in range(3): os.fork()\nwhile True: os.write(1, b'y' * 999 + b'\\n')";
    let ended = Trial::new(source).limits(|limits| limits.output_bytes = 100_000).run();
    assert_eq!(ended.finished.outcome, Outcome::TooMuchOutput);
    assert_eq!(ended.text().len(), 100_000);
    assert!(ended.finished.output_truncated);
    assert!(ended.message().contains("97 KiB"), "{}", ended.message());
    ended.left_nothing();
}

#[test]
fn too_much_memory_names_the_process() {
    let source = "print('before', flush=True)\nhoard = []\nwhile True: hoard.append(bytearray(b'x' * 1_000_000))";
    let ended = Trial::new(source).limits(|limits| limits.memory_bytes = 96 << 20).run();
    if ended.started.isolation == Isolation::Full {
        assert_eq!(ended.finished.outcome, Outcome::OutOfMemory);
        assert!(ended.message().contains("96 MiB") && ended.message().contains("MainProcess"), "{}", ended.message());
        assert!(ended.finished.peak_memory_bytes <= 96 << 20);
    } else {
        assert!(ended.finished.outcome == Outcome::OutOfMemory || ended.text().contains("MemoryError"), "{}", ended.text());
    }
    assert!(ended.text().starts_with("before\n"));
    ended.left_nothing();
}

#[test]
fn limits_hold_for_an_ordinary_users_run_too() {
    let hoard = "hoard = []\nwhile True: hoard.append(bytearray(b'x' * 1_000_000))";
    let Some(trial) = Trial::new(hoard).by_nobody() else { return };
    let ended = trial.limits(|limits| limits.memory_bytes = 96 << 20).run();
    assert_eq!(ended.finished.outcome, Outcome::OutOfMemory, "{}", ended.text());
    ended.left_nothing();
    let forks = "import os, time\nfor i in range(100):\n    if os.fork() == 0: time.sleep(1000)";
    let Some(trial) = Trial::new(forks).by_nobody() else { return };
    let ended = trial.limits(|limits| limits.processes = 20).run();
    assert_eq!(ended.finished.outcome, Outcome::TooManyProcesses, "{}", ended.text());
    ended.left_nothing();
}

#[test]
fn memory_of_a_child_ends_the_run_too() {
    let source = "import os, time
if os.fork() == 0:
    hoard = []
    while True: hoard.append(bytearray(b'x' * 1_000_000))
time.sleep(1000)";
    let ended = Trial::new(source).limits(|limits| (limits.memory_bytes, limits.wall_ms) = (96 << 20, 10_000)).run();
    if ended.started.isolation == Isolation::Full {
        assert_eq!(ended.finished.outcome, Outcome::OutOfMemory, "{}", ended.text());
        assert!(!ended.message().contains("MainProcess"), "{}", ended.message());
    }
    ended.left_nothing();
}

#[test]
fn shared_memory_beyond_the_files_is_explained() {
    let source = "from multiprocessing import shared_memory
memory = shared_memory.SharedMemory(create=True, size=32 << 20)
for i in range(0, 32 << 20, 4096): memory.buf[i] = 1";
    let ended = Trial::new(source).limits(|limits| limits.files_bytes = 8 << 20).run();
    if ended.started.isolation != Isolation::Rlimits {
        assert_eq!(ended.finished.signal.as_deref(), Some("SIGBUS"), "{}", ended.text());
        assert!(ended.message().contains("8 MiB"), "{}", ended.message());
    }
    ended.left_nothing();
}

#[test]
fn a_reader_that_takes_nothing_does_not_stop_the_clock() {
    let running = Trial::new("import os\nwhile True: os.write(1, b'y' * 10_000)")
        .limits(|limits| (limits.wall_ms, limits.output_bytes) = (1_000, 1 << 30))
        .start_unread();
    // The runner ends the run by itself; what it has to say waits in the pipe.
    let begin = std::time::Instant::now();
    while !runs::processes_of(&running.mark).is_empty() || begin.elapsed().as_millis() < 1_000 {
        assert!(begin.elapsed().as_secs() < 300, "the run goes on");
        std::thread::yield_now();
    }
    let ended = running.end();
    assert_eq!(ended.finished.outcome, Outcome::TimedOut);
    ended.left_nothing();
}

#[test]
fn too_many_processes_are_refused_and_named_when_that_ended_the_program() {
    let source = "import os, time\nfor i in range(100):\n    if os.fork() == 0: time.sleep(1000)";
    let ended = Trial::new(source).limits(|limits| limits.processes = 20).run();
    assert_eq!(ended.finished.outcome, Outcome::TooManyProcesses, "{}", ended.text());
    assert!(ended.message().contains("20 processes"), "{}", ended.message());
    assert!((2..=20).contains(&ended.finished.processes), "{}", ended.finished.processes);
    ended.left_nothing();
}

#[test]
fn a_refusal_that_the_program_survives_is_its_own_business() {
    let source = "import os, time
try:
    while True:
        if os.fork() == 0: time.sleep(1000)
except BlockingIOError as error: print('refused', error.errno)";
    let ended = Trial::new(source).limits(|limits| limits.processes = 20).run();
    assert_eq!((ended.finished.outcome, ended.text().as_str()), (Outcome::Completed, "refused 11\n"));
    ended.left_nothing();
}

#[test]
fn a_fork_bomb_ends() {
    let source = "import os
while True:
    try: os.fork()
    except OSError: pass";
    let ended = Trial::new(source).limits(|limits| limits.wall_ms = 1_500).run();
    assert_eq!(ended.finished.outcome, Outcome::TimedOut);
    ended.left_nothing();
}

#[test]
fn daemons_and_stopped_children_go_with_the_run() {
    let source = "import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        time.sleep(1000)
    os._exit(0)
os.wait()
pid = os.fork()
if pid == 0: time.sleep(1000)
os.kill(pid, signal.SIGSTOP)
print('main is done')";
    let ended = Trial::new(source).run();
    assert_eq!((ended.finished.outcome, ended.finished.exit_code), (Outcome::Completed, Some(0)));
    ended.left_nothing();
}

/// Without its runner a run is ended by the kernel, which takes its time.
fn wait_until_no_process_of(mark: &str) {
    let begin = std::time::Instant::now();
    while !runs::processes_of(mark).is_empty() {
        assert!(begin.elapsed().as_secs() < 300, "{:?}", runs::processes_of(mark));
        std::thread::yield_now();
    }
}
