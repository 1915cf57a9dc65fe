//! Runs that go well: order, streams, input, options.

use serde_json::json;

use crate::server::{Server, problem, within_reason};

#[tokio::test]
async fn a_run_starts_prints_and_finishes() {
    within_reason(async {
        let server = Server::start();
        let mut events = server.run_source("print('hello')").await;
        let finished = events.finished().await;
        assert_eq!(finished["outcome"], "completed");
        assert_eq!(finished["exit_code"], 0);
        assert_eq!(events.printed(), "hello\n");
        assert!(finished["wall_ns"].as_u64().is_some_and(|wall| wall > 0));
        assert!(finished["processes"].as_u64().is_some_and(|processes| processes >= 1));

        let started = &events.seen()[0];
        assert_eq!((started.id, started.name.as_str()), (1, "started"));
        for field in ["run", "python", "start_method", "engine", "workers", "cores", "isolation", "on_core"] {
            assert!(!started.data[field].is_null(), "{field} in {started:?}");
        }
        assert_eq!(started.data["on_core_detail"].is_null(), started.data["on_core"] == "exact", "{started:?}");
        assert_eq!(started.data["gil"], json!({"watched": true, "reason": null}));
        let id = started.data["run"].as_str().expect("an id");
        assert!(id.len() >= 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    })
    .await;
}

#[tokio::test]
async fn output_keeps_its_order_across_streams_and_processes() {
    within_reason(async {
        let server = Server::start();
        let source = r#"
import sys
from multiprocessing import Process

def child(n):
    print("child", n)
    print("child error", n, file=sys.stderr)

if __name__ == "__main__":
    for n in range(5):
        print("before", n)
        p = Process(target=child, args=(n,))
        p.start()
        p.join()
        print("after", n, file=sys.stderr)
"#;
        let mut events = server.run_source(source).await;
        assert_eq!(events.finished().await["exit_code"], 0, "{}", events.printed());
        let expected: String = (0..5).map(|n| format!("before {n}\nchild {n}\nchild error {n}\nafter {n}\n")).collect();
        assert_eq!(events.printed(), expected);
        let outputs: Vec<_> = events.seen().iter().filter(|event| event.name == "output").collect();
        let times: Vec<_> = outputs.iter().map(|event| event.data["at_ns"].as_u64().expect("a time")).collect();
        assert!(times.is_sorted(), "{times:?}");
        assert!(outputs.iter().any(|event| event.data["process"] == "Process-1" && event.data["stream"] == "stderr"));
    })
    .await;
}

#[tokio::test]
async fn the_exit_code_and_the_traceback_are_the_program_s_own() {
    within_reason(async {
        let server = Server::start();
        let finished = server.run_source("import sys; sys.exit(3)").await.finished().await;
        assert_eq!((finished["outcome"].as_str(), finished["exit_code"].as_i64()), (Some("completed"), Some(3)));

        let mut events = server.run_source("def f():\n    1 / 0\nf()\n").await;
        assert_eq!(events.finished().await["exit_code"], 1);
        assert!(events.printed().contains("ZeroDivisionError") && events.printed().contains("line 2"), "{}", events.printed());

        let mut events = server.run_source("if x:\n").await;
        assert_eq!(events.finished().await["exit_code"], 1);
        assert!(events.printed().contains("expected an indented block"), "{}", events.printed());

        let finished = server.run_source("").await.finished().await;
        assert_eq!(finished["exit_code"], 0, "an empty program is a program");

        let finished = server.run_source("import os, signal; os.kill(os.getpid(), signal.SIGKILL)").await.finished().await;
        assert_eq!(finished["signal"], "SIGKILL", "{finished}");
    })
    .await;
}

#[tokio::test]
async fn input_is_asked_for_and_given() {
    within_reason(async {
        let server = Server::start();
        let source = "name = input('who? ')\nprint('hello', name)\nimport sys\nprint(repr(sys.stdin.read()))\n";
        let mut events = server.run_source(source).await;
        let started = events.until("started").await;
        let path = format!("/api/runs/{}/stdin", started["run"].as_str().expect("an id"));
        events.until_printed("who? ").await;
        assert_eq!(server.post_text(&path, "text/plain", "Ada\nrest").await.status(), 204);
        events.until_printed("hello Ada").await;
        assert_eq!(server.post_text(&path, "text/plain", "").await.status(), 204, "an empty body closes it");
        assert_eq!(events.finished().await["exit_code"], 0);
        assert!(events.printed().contains("'rest'"), "{}", events.printed());

        let detail = problem(server.post_text(&path, "text/plain", "late\n").await, 409, "run-finished").await;
        assert!(detail.contains("finished"), "{detail}");
        let nobody = "/api/runs/0123456789abcdef0123456789abcdef/stdin";
        problem(server.post_text(nobody, "text/plain", "x").await, 404, "unknown-run").await;
    })
    .await;
}

#[tokio::test]
async fn options_reach_the_program() {
    within_reason(async {
        let server = Server::start();
        let source =
            "import sys, multiprocessing\nprint(sys.argv[1:], multiprocessing.get_start_method(), sys.version_info[1])\n";
        let health: serde_json::Value = server.get("/api/health").await.json().await.expect("JSON");
        for version in health["interpreters"].as_array().expect("a list") {
            let request = json!({ "source": source, "args": ["a b", "--c", "ä"], "start_method": "spawn", "python": version });
            let mut events = server.run(request).await;
            events.finished().await;
            let minor = version.as_str().and_then(|version| version.split('.').nth(1)).expect("a minor version");
            assert_eq!(events.printed(), format!("['a b', '--c', 'ä'] spawn {minor}\n"));
            let started = &events.seen()[0].data;
            assert_eq!(started["start_method"], "spawn");
            assert!(started["python"].as_str().is_some_and(|full| full.starts_with(version.as_str().unwrap_or("?"))));
        }
    })
    .await;
}

#[tokio::test]
async fn threads_and_the_interpreter_s_own_module_can_be_chosen() {
    within_reason(async {
        let server = Server::start();
        let source = r#"
import os
from multiprocessing import Process, Queue

def child(q):
    q.put(os.getpid())

if __name__ == "__main__":
    q = Queue()
    p = Process(target=child, args=(q,))
    p.start()
    print(q.get() == os.getpid())
    p.join()
"#;
        for (options, expected) in [
            (json!({ "source": source }), "False\n"),
            (json!({ "source": source, "engine": "stdlib" }), "False\n"),
            (json!({ "source": source, "workers": "threads" }), "True\n"),
        ] {
            let mut events = server.run(options.clone()).await;
            let finished = events.finished().await;
            assert_eq!(events.printed(), expected, "{options} {finished}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_utf_8_and_control_bytes_arrive() {
    within_reason(async {
        let server = Server::start();
        let source = "import sys\nsys.stdout.buffer.write(b'a\\xff\\x1b[31mb\\x00c\\r\\n')\nsys.stdout.buffer.flush()\n";
        let mut events = server.run_source(source).await;
        events.finished().await;
        assert_eq!(events.printed(), "a\u{fffd}\u{1b}[31mb\0c\r\n");
    })
    .await;
}
