//! Comparisons: variants in turn, figures at the end.

use serde_json::{Value, json};

use crate::server::{Server, problem, within_reason};

const TWO_LINES: &str = "
from multiprocessing import Process
def work(n): print(n, flush=True)
if __name__ == '__main__':
    ps = [Process(target=work, args=(n,)) for n in range(2)]
    for p in ps: p.start()
    for p in ps: p.join()
";

#[tokio::test]
async fn variants_take_turns_and_are_held_against_the_first() {
    within_reason(async {
        let server = Server::start();
        let variants = json!([
            { "label": "processes", "source": TWO_LINES, "start_method": "fork" },
            { "label": "threads", "source": TWO_LINES, "workers": "threads" },
            { "label": "another", "source": "print('else')", "timeline": false },
        ]);
        let mut events = server.compare(json!({ "variants": variants, "repeats": 2 })).await;
        let compared = events.until("compared").await;
        assert!(events.next().await.is_none(), "it is the last event");

        let turns: Vec<(u64, u64)> =
            events.seen().iter().filter(|event| event.name == "started").map(|event| turn(&event.data)).collect();
        assert_eq!(turns, [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]);
        assert!(events.seen().windows(2).all(|pair| pair[0].id < pair[1].id), "ids grow");
        assert!(
            events.seen().iter().all(|event| event.name == "compared" || event.data["variant"].is_u64()),
            "every event has its turn"
        );

        let figures = compared["variants"].as_array().expect("figures");
        assert_eq!(
            figures.iter().map(|of| of["label"].as_str()).collect::<Vec<_>>(),
            [Some("processes"), Some("threads"), Some("another")]
        );
        assert_eq!(figures[0]["ratio"], json!({ "median": 1.0, "min": 1.0, "max": 1.0 }));
        assert_eq!(
            [&figures[0]["outputs_equal"], &figures[1]["outputs_equal"], &figures[2]["outputs_equal"]],
            [true, true, false]
        );
        for of in figures {
            assert_eq!(of["outcomes"], json!(["completed", "completed"]));
            let wall = &of["wall_ns"];
            let all: Vec<u64> = wall["all"].as_array().expect("times").iter().filter_map(Value::as_u64).collect();
            assert_eq!(
                (all.len(), wall["min"].as_u64(), wall["max"].as_u64()),
                (2, all.iter().min().copied(), all.iter().max().copied())
            );
            assert!(of["cpu_ns"]["median"].as_u64() > Some(0) && of["cores_used"].as_f64() > Some(0.0), "{of}");
        }
        let kept = figures[1]["median_run"].as_str().expect("a run");
        assert_eq!(server.get(&format!("/api/runs/{kept}/trace")).await.status(), 200, "its timeline is kept");
    })
    .await;
}

#[tokio::test]
async fn a_stopped_run_ends_the_comparison_and_keeps_what_there_is() {
    within_reason(async {
        let server = Server::start();
        let variants = json!([{ "label": "short", "source": "print(1)" }, { "label": "endless", "source": "while True: pass" }]);
        let mut events = server.compare(json!({ "variants": variants, "repeats": 3 })).await;
        events.until("finished").await;
        let second = events.until("started").await["run"].as_str().expect("an id").to_owned();
        assert_eq!(server.delete(&format!("/api/runs/{second}")).await.status(), 204);
        let compared = events.until("compared").await;
        assert!(compared["message"].as_str().is_some_and(|message| message.contains("stopped")), "{compared}");
        assert_eq!(compared["variants"][0]["outcomes"], json!(["completed"]));
        assert_eq!(compared["variants"][1]["outcomes"], json!(["stopped"]));
        assert!(compared["variants"][1]["wall_ns"].is_null() && compared["variants"][1]["ratio"].is_null());
    })
    .await;
}

#[tokio::test]
async fn a_closed_connection_ends_the_comparison() {
    within_reason(async {
        let server = Server::start();
        let variants = json!([{ "label": "a", "source": "while True: pass" }, { "label": "b", "source": "while True: pass" }]);
        let mut events = server.compare(json!({ "variants": variants, "repeats": 1 })).await;
        let run = events.until("started").await["run"].as_str().expect("an id").to_owned();
        drop(events);
        // Stopping answers once the last process is gone, whoever ended it.
        assert_eq!(server.delete(&format!("/api/runs/{run}")).await.status(), 204);
        // A further run would not end.
        loop {
            let health: Value = server.get("/api/health").await.json().await.expect("JSON");
            if (&health["running"], &health["queued"]) == (&json!(0), &json!(0)) {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_bad_comparison_is_refused_with_a_sentence_that_names_the_field() {
    within_reason(async {
        let server = Server::start();
        let variant = |label: &str| json!({ "label": label, "source": "pass" });
        let cases: [(Value, &str); 10] = [
            (json!({ "variants": [variant("a"), variant("b")] }), "`repeats`"),
            (json!({ "variants": [variant("a"), variant("b")], "repeats": 0 }), "`repeats` must be 1 to 20"),
            (json!({ "variants": [variant("a"), variant("b")], "repeats": 21 }), "`repeats` must be 1 to 20"),
            (json!({ "variants": [variant("a"), variant("b")], "repeats": "two" }), "`repeats`"),
            (json!({ "variants": [variant("a")], "repeats": 1 }), "2 to 6"),
            (json!({ "variants": vec![variant("a"); 7], "repeats": 1 }), "2 to 6"),
            (json!({ "variants": [variant("a"), variant("a")], "repeats": 1 }), "`variants[1].label`"),
            (json!({ "variants": [variant("a"), variant("")], "repeats": 1 }), "`variants[1].label`"),
            (json!({ "variants": [variant("a"), { "label": "b", "source": "x\0" }], "repeats": 1 }), "`variants[1]`"),
            (json!({ "variants": [variant("a"), { "label": "b", "source": "", "sauce": 1 }], "repeats": 1 }), "`sauce`"),
        ];
        for (body, words) in cases {
            let detail = problem(server.post("/api/comparisons", &body).await, 422, "invalid-field").await;
            assert!(detail.contains(words), "{detail}");
        }
    })
    .await;
}

fn turn(data: &Value) -> (u64, u64) {
    (data["variant"].as_u64().expect("a variant"), data["repeat"].as_u64().expect("a repeat"))
}
