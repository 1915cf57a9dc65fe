//! However a run ends, nothing of it is left.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use serde_json::json;

use crate::processes::{count, gone, marker};
use crate::server::{FORKYARD, Server, needs_runner_and_package, problem, within_reason};

/// Four children that never end and let no signal end them.
const ENDLESS: &str = r#"
import os, signal, time
from multiprocessing import Process

def child(n):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setsid()
    # One write for the line, so that four of them cannot run into each other.
    os.write(1, b"ready %d\n" % n)
    while True:
        pass

if __name__ == "__main__":
    children = [Process(target=child, args=(n,)) for n in range(4)]
    for p in children:
        p.start()
    for p in children:
        p.join()
"#;

async fn all_ready(events: &mut crate::events::Events) -> String {
    let id = events.until("started").await["run"].as_str().expect("an id").to_owned();
    for n in 0..4 {
        events.until_printed(&format!("ready {n}")).await;
    }
    id
}

#[tokio::test]
async fn stop_answers_when_every_process_is_gone() {
    within_reason(async {
        let server = Server::start();
        let marker = marker("stop");
        let mut events = server.run(json!({ "source": ENDLESS, "args": [marker] })).await;
        let id = all_ready(&mut events).await;
        assert!(count(&marker) >= 5, "they can be seen from here");
        assert_eq!(server.delete(&format!("/api/runs/{id}")).await.status(), 204);
        assert_eq!(count(&marker), 0);
        assert_eq!(events.finished().await["outcome"], "stopped");
        assert_eq!(server.delete(&format!("/api/runs/{id}")).await.status(), 204, "it is still gone");
    })
    .await;
}

#[tokio::test]
async fn a_closed_connection_ends_the_run() {
    within_reason(async {
        let server = Server::start();
        let marker = marker("closed");
        let mut events = server.run(json!({ "source": ENDLESS, "args": [marker] })).await;
        all_ready(&mut events).await;
        drop(events);
        gone(&marker).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_told_to_end_leaves_nothing() {
    within_reason(async {
        let server = Server::start();
        let marker = marker("interrupt");
        let mut events = server.run(json!({ "source": ENDLESS, "args": [marker] })).await;
        all_ready(&mut events).await;
        let reading = tokio::spawn(async move { events.finished().await });
        let status = tokio::task::spawn_blocking(move || server.interrupt()).await.expect("no panic");
        assert!(status.success(), "{status}");
        assert_eq!(count(&marker), 0);
        assert_eq!(reading.await.expect("the stream ends with an event")["outcome"], "stopped");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_killed_leaves_nothing() {
    within_reason(async {
        let server = Server::start();
        let marker = marker("killed");
        let mut events = server.run(json!({ "source": ENDLESS, "args": [marker] })).await;
        all_ready(&mut events).await;
        drop(server);
        gone(&marker).await;
    })
    .await;
}

#[tokio::test]
async fn a_killed_runner_is_an_internal_error_and_leaves_nothing() {
    within_reason(async {
        let server = Server::start();
        let marker = marker("runner");
        let mut events = server.run(json!({ "source": ENDLESS, "args": [marker] })).await;
        all_ready(&mut events).await;
        for pid in runners_of(&server) {
            let _ = nix::sys::signal::kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        let finished = events.finished().await;
        assert_eq!(finished["outcome"], "internal_error");
        assert!(finished["message"].as_str().is_some_and(|message| message.contains("SIGKILL")), "{finished}");
        gone(&marker).await;
        let finished = server.run_source("print(1)").await.finished().await;
        assert_eq!(finished["outcome"], "completed", "the server goes on");
    })
    .await;
}

#[tokio::test]
async fn a_program_from_the_terminal_goes_with_forkyard_however_that_ends() {
    within_reason(async {
        needs_runner_and_package();
        let directory = tempfile::tempdir().expect("a directory");
        let program = directory.path().join("program.py");
        std::fs::write(&program, ENDLESS).expect("it is written");
        for signal in [Signal::SIGKILL, Signal::SIGTERM] {
            let marker = marker(signal.as_str());
            let mut child = Command::new(FORKYARD)
                .arg("run")
                .arg(&program)
                .arg(&marker)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts");
            let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
            let ready = lines.take(4).filter(|line| line.as_ref().is_ok_and(|line| line.starts_with("ready"))).count();
            nix::sys::signal::kill(Pid::from_raw(child.id().cast_signed()), signal).expect("it is there");
            child.wait().expect("it ends");
            assert_eq!(ready, 4);
            gone(&marker).await;
        }
    })
    .await;
}

/// The children of the server.
fn runners_of(server: &Server) -> Vec<i32> {
    let pid = server.pid();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let of_threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("tasks").flatten();
    let all = of_threads.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    std::iter::once(children)
        .chain(all)
        .flat_map(|line| line.split(' ').filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

#[tokio::test]
async fn a_run_that_takes_too_long_keeps_what_it_printed() {
    within_reason(async {
        let server = Server::start();
        let mut events = server.run_source("print('first')\nwhile True:\n    pass\n").await;
        let finished = events.finished().await;
        assert_eq!(finished["outcome"], "timed_out", "{finished}");
        assert_eq!(events.printed(), "first\n");
        assert!(finished["message"].as_str().is_some_and(|message| message.contains("15")), "{finished}");
    })
    .await;
}

#[tokio::test]
async fn too_much_output_arrives_up_to_the_limit() {
    within_reason(async {
        let server = Server::start();
        let mut events = server.run_source("while True:\n    print('x' * 1000)\n").await;
        let finished = events.finished().await;
        assert_eq!(finished["outcome"], "too_much_output", "{finished}");
        assert_eq!(finished["output_truncated"], true);
        let printed = events.printed().len();
        assert!((900_000..=1_100_000).contains(&printed), "{printed}");
    })
    .await;
}

#[tokio::test]
async fn a_slow_reader_gets_everything_and_the_others_go_on() {
    within_reason(async {
        let server = Server::start();
        let mut slow = server.run_source("for n in range(9000):\n    print(n, 'x' * 90)\n").await;
        slow.until("started").await;
        // It reads no further while others come and go.
        for _ in 0..3 {
            assert_eq!(server.run_source("print(1)").await.finished().await["outcome"], "completed");
        }
        assert_eq!(slow.finished().await["outcome"], "completed");
        let expected: String = (0..9000).map(|n| format!("{n} {}\n", "x".repeat(90))).collect();
        assert!(slow.printed() == expected, "every line, in order");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_run_cannot_be_stopped() {
    within_reason(async {
        let server = Server::start();
        problem(server.delete("/api/runs/ffffffffffffffffffffffffffffffff").await, 404, "unknown-run").await;
    })
    .await;
}
