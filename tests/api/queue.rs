//! More runs than cores: who waits is told its place, who is too many is refused.

use serde_json::{Value, json};

use crate::server::{Server, problem, within_reason};

const WAITS: &str = "print('on'); input()";

async fn cores(server: &Server) -> usize {
    let health: Value = server.get("/api/health").await.json().await.expect("JSON");
    usize::try_from(health["cores"].as_u64().expect("a number")).expect("few")
}

#[tokio::test]
async fn who_waits_is_told_its_place_as_it_changes() {
    within_reason(async {
        let server = Server::start();
        let mut running = Vec::new();
        for _ in 0..cores(&server).await {
            let mut events = server.run_source(WAITS).await;
            let id = events.until("started").await["run"].as_str().expect("an id").to_owned();
            events.until_printed("on").await;
            running.push((events, id));
        }
        let mut first = server.run_source("print(1)").await;
        assert_eq!(first.until("queued").await, json!({ "position": 1 }));
        let mut second = server.run_source("print(2)").await;
        assert_eq!(second.until("queued").await, json!({ "position": 2 }));
        let mut third = server.run_source("print(3)").await;
        assert_eq!(third.until("queued").await, json!({ "position": 3 }));
        let health: Value = server.get("/api/health").await.json().await.expect("JSON");
        assert_eq!((health["running"].as_u64(), health["queued"].as_u64()), (Some(running.len() as u64), Some(3)));

        drop(second);
        assert_eq!(third.until("queued").await, json!({ "position": 2 }), "who leaves makes room");
        let (_events, id) = running.remove(0);
        server.delete(&format!("/api/runs/{id}")).await;
        assert_eq!(first.finished().await["outcome"], "completed");
        assert_eq!(third.finished().await["outcome"], "completed");
    })
    .await;
}

#[tokio::test]
async fn too_many_are_refused_and_told_when_to_come_again() {
    within_reason(async {
        let server = Server::start();
        let mut waiting = Vec::new();
        for _ in 0..cores(&server).await + 64 {
            waiting.push(server.run_source(WAITS).await);
        }
        let response = server.post("/api/runs", &json!({ "source": "" })).await;
        assert!(response.headers()["retry-after"].to_str().is_ok_and(|after| after.parse::<u32>().is_ok()));
        problem(response, 429, "busy").await;
        let mut last = waiting.pop().expect("one");
        assert_eq!(last.until("queued").await, json!({ "position": 64 }));
        drop(last);
        drop(waiting);
        // All have left: the next one runs.
        let mut events = loop {
            let response = server.post("/api/runs", &json!({ "source": "print('at last')" })).await;
            if response.status() == 200 {
                break crate::events::Events::of(response);
            }
        };
        assert_eq!(events.finished().await["outcome"], "completed");
    })
    .await;
}

#[tokio::test]
async fn many_runs_at_once_do_not_hear_each_other() {
    within_reason(async {
        let server = Server::start();
        // Idle connections cost a server nothing but a descriptor.
        let address = server.address().trim_start_matches("http://").to_owned();
        let mut idle = Vec::new();
        for _ in 0..300 {
            idle.push(tokio::net::TcpStream::connect(&address).await.expect("it is let in"));
        }
        let one = async |number: usize| {
            let mut events = server.run_source(&format!("print({number})")).await;
            assert_eq!(events.finished().await["outcome"], "completed");
            assert_eq!(events.printed(), format!("{number}\n"));
        };
        futures::future::join_all((0..32).map(one)).await;
    })
    .await;
}
