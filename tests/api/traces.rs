//! The timeline over the stream, and the exported trace.

use serde_json::{Value, json};

use crate::server::{Server, problem, within_reason};

const TWO: &str = r#"
from multiprocessing import Process

def child():
    print("hi")

if __name__ == "__main__":
    p = Process(target=child, name="Worker")
    p.start()
    p.join()
"#;

#[tokio::test]
async fn a_finished_run_has_a_trace_with_its_processes_by_name() {
    within_reason(async {
        let server = Server::start();
        let mut events = server.run_source(TWO).await;
        let id = events.until("started").await["run"].as_str().expect("an id").to_owned();
        let path = format!("/api/runs/{id}/trace");
        events.finished().await;
        assert!(events.seen().iter().any(|event| event.name == "timeline"));

        let trace: Value = server.get(&path).await.json().await.expect("JSON");
        let all = trace["traceEvents"].as_array().expect("a list");
        let names: Vec<_> = all
            .iter()
            .filter(|event| event["name"] == "process_name")
            .filter_map(|event| event["args"]["name"].as_str())
            .collect();
        assert!(names.contains(&"MainProcess") && names.contains(&"Worker"), "{names:?}");
        assert!(all.iter().any(|event| event["cat"] == "wait" && event["name"] == "Process.join"), "{all:?}");
        assert!(all.iter().any(|event| event["cat"] == "output" && event["args"]["text"] == "hi\n"), "{all:?}");
    })
    .await;
}

#[tokio::test]
async fn a_trace_is_there_once_the_run_has_finished() {
    within_reason(async {
        let server = Server::start();
        let mut events = server.run_source("input()").await;
        let id = events.until("started").await["run"].as_str().expect("an id").to_owned();
        let path = format!("/api/runs/{id}/trace");
        problem(server.get(&path).await, 409, "run-not-finished").await;
        server.post_text(&format!("/api/runs/{id}/stdin"), "text/plain", "\n").await;
        events.until("finished").await;
        assert_eq!(server.get(&path).await.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn without_a_timeline_nothing_is_recorded() {
    within_reason(async {
        let server = Server::start();
        let mut events = server.run(json!({ "source": TWO, "timeline": false })).await;
        let started = events.until("started").await;
        let id = started["run"].as_str().expect("an id").to_owned();
        assert_eq!((&started["on_core"], &started["gil"]["watched"]), (&json!("off"), &json!(false)));
        for reason in [&started["on_core_detail"], &started["gil"]["reason"]] {
            assert!(reason.as_str().is_some_and(|reason| reason.contains("timeline")), "{started}");
        }
        assert_eq!(events.finished().await["outcome"], "completed");
        assert!(events.seen().iter().all(|event| event.name != "timeline"));
        problem(server.get(&format!("/api/runs/{id}/trace")).await, 404, "no-timeline").await;
    })
    .await;
}
