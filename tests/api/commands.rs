//! The commands of the terminal.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::server::{FORKYARD, needs_runner_and_package};

fn forkyard(arguments: &[&str], input: &str) -> Output {
    needs_runner_and_package();
    let mut child = Command::new("timeout")
        .args(["300", FORKYARD])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it takes input");
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn script(directory: &tempfile::TempDir, source: &str) -> String {
    let path = directory.path().join("program.py");
    std::fs::write(&path, source).expect("it is written");
    path.display().to_string()
}

#[test]
fn run_gives_the_program_its_streams_and_takes_its_exit_code() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = "import sys\nprint(input(), sys.argv[1:])\nprint('oh', file=sys.stderr)\nsys.exit(7)\n";
    let output = forkyard(&["run", &script(&directory, source), "a", "--python", "-x"], "Ada\n");
    assert_eq!(text(&output.stdout), "Ada ['a', '--python', '-x']\n");
    let stderr = text(&output.stderr);
    assert!(stderr.starts_with("oh\n") && stderr.contains("wall") && stderr.contains("1 process"), "{stderr}");
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn run_ends_with_128_and_the_signal() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n";
    let output = forkyard(&["run", &script(&directory, source)], "");
    assert_eq!(output.status.code(), Some(143), "{}", text(&output.stderr));
}

#[test]
fn ctrl_c_is_the_program_s_to_handle() {
    needs_runner_and_package();
    let directory = tempfile::tempdir().expect("a directory");
    let source = "import sys, time\ntry:\n    print('ready', flush=True)\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('caught')\n    sys.exit(5)\n";
    for (source, code, last) in [(source, 5, "caught"), ("import time\nprint('ready', flush=True)\ntime.sleep(60)\n", 130, "")] {
        let mut child = Command::new(FORKYARD)
            .args(["run", &script(&directory, source)])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        assert_eq!(lines.next().expect("a line").expect("text"), "ready");
        // As the terminal sends it: to every process of the group.
        let group = nix::unistd::Pid::from_raw(child.id().cast_signed());
        nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGINT).expect("it is there");
        assert_eq!(lines.map(|line| line.expect("text")).collect::<String>(), last);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains(" wall, "), "{}", text(&output.stderr));
    }
}

#[test]
fn run_writes_a_trace() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = "from multiprocessing import Process\ndef f(): pass\nif __name__ == '__main__':\n    p = Process(target=f, name='Kid')\n    p.start()\n    p.join()\n";
    let trace = directory.path().join("trace.json");
    let path = trace.display().to_string();
    let output = forkyard(&["run", "--start-method", "spawn", "--trace", &path, &script(&directory, source)], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let trace: Value = serde_json::from_slice(&std::fs::read(trace).expect("a file")).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("a list");
    assert!(events.iter().any(|event| event["name"] == "process_name" && event["args"]["name"] == "Kid"), "{events:?}");
}

#[test]
fn a_recorded_run_says_its_deadlock_on_the_terminal_while_it_hangs() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = "from multiprocessing import Lock\nlock = Lock()\nlock.acquire()\nlock.acquire()\n";
    let trace = directory.path().join("trace.json").display().to_string();
    let mut child = Command::new(FORKYARD)
        .args(["run", "--trace", &trace, &script(&directory, source)])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let said = lines.next().expect("a line").expect("text");
    assert!(said.starts_with("forkyard: Deadlock: ") && said.contains("line 4") && said.contains("lock"), "{said}");
    let forkyard = nix::unistd::Pid::from_raw(child.id().cast_signed());
    nix::sys::signal::kill(forkyard, nix::sys::signal::Signal::SIGTERM).expect("it is there");
    assert!(lines.map(|line| line.expect("text")).any(|line| line.contains(" wall, ")));
    child.wait().expect("it ends");
}

#[test]
fn run_says_in_one_sentence_what_is_not_there() {
    for (arguments, words) in [
        (vec!["run", "/nowhere/program.py"], "there is no file"),
        (vec!["run", "--python", "2.7", FORKYARD], "there is no Python 2.7"),
    ] {
        let output = forkyard(&arguments, "");
        let stderr = text(&output.stderr);
        assert!(!output.status.success() && stderr.contains(words) && stderr.lines().count() == 1, "{stderr}");
    }
}

#[test]
fn python_is_the_interpreter_with_its_arguments_untouched() {
    let output = forkyard(&["python", "-c", "import sys; print(sys.argv, sys.stdin.read())", "--help", "-V"], "in");
    assert_eq!(text(&output.stdout), "['-c', '--help', '-V'] in\n", "{}", text(&output.stderr));
    let output = forkyard(&["python", "-c", "import sys; sys.exit(9)"], "");
    assert_eq!(output.status.code(), Some(9));
}

#[test]
fn python_has_the_engine_unless_it_is_turned_off() {
    let question = "import multiprocessing, sys; print('_forkyard._engine' in sys.modules)";
    let with = Command::new(FORKYARD).args(["python", "-c", question]).output().expect("it runs");
    assert_eq!(text(&with.stdout), "True\n", "{}", text(&with.stderr));
    let without =
        Command::new(FORKYARD).args(["python", "-c", question]).env("FORKYARD_ENGINE", "stdlib").output().expect("it runs");
    assert_eq!(text(&without.stdout), "False\n", "{}", text(&without.stderr));
    let wrong = Command::new(FORKYARD).args(["python"]).env("FORKYARD_PYTHON", "3.7").output().expect("it runs");
    assert!(text(&wrong.stderr).contains("there is no Python 3.7"), "{}", text(&wrong.stderr));
}

#[test]
fn python_of_a_virtual_environment_brings_its_packages() {
    needs_runner_and_package();
    let directory = tempfile::tempdir().expect("a directory");
    let venv = directory.path().join("venv");
    let made = Command::new(FORKYARD).args(["python", "-m", "venv", "--without-pip"]).arg(&venv).output().expect("it runs");
    assert!(made.status.success(), "{}", text(&made.stderr));
    let python = venv.join("bin/python");
    let site = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let site = text(&Command::new(&python).args(["-c", site]).output().expect("it runs").stdout);
    std::fs::write(format!("{}/only_here.py", site.trim()), "answer = 42\n").expect("it is written");
    let question = "import only_here, _forkyard.boot; print(only_here.answer)";
    let output =
        Command::new(FORKYARD).args(["python", "-c", question]).env("FORKYARD_PYTHON", &python).output().expect("it runs");
    assert_eq!(text(&output.stdout), "42\n", "{}", text(&output.stderr));
}

#[test]
fn doctor_says_what_there_is() {
    let said = text(&forkyard(&["doctor"], "").stdout);
    for words in ["Interpreters", "engine: yes", "isolation", "core times", "cores", "memory"] {
        assert!(said.contains(words), "{words} in {said}");
    }
}

#[test]
fn the_summary_of_a_recorded_run_counts_every_process() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = "from multiprocessing import Process\ndef f(n): print('child', n)\nif __name__ == '__main__':\n    for n in range(3):\n        p = Process(target=f, args=(n,))\n        p.start()\n        p.join()\n";
    let trace = directory.path().join("trace.json").display().to_string();
    let output = forkyard(&["run", "--trace", &trace, &script(&directory, source)], "");
    assert_eq!(text(&output.stdout), "child 0\nchild 1\nchild 2\n");
    assert!(text(&output.stderr).contains(" 4 processes"), "{}", text(&output.stderr));
}

#[test]
fn serve_says_when_the_address_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = forkyard(&["serve", "--listen", &address], "");
    assert!(!output.status.success() && text(&output.stderr).contains("picks a free port"), "{}", text(&output.stderr));
}

#[test]
fn serve_refuses_an_address_that_is_not_one() {
    let output = forkyard(&["serve", "--listen", "nonsense"], "");
    assert!(!output.status.success() && text(&output.stderr).contains("nonsense"));
}
