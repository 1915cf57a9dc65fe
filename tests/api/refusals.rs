//! What is refused, and how it is said: never a 5xx for what a client sends.

use serde_json::{Value, json};

use crate::server::{Server, problem, within_reason};

#[tokio::test]
async fn a_bad_run_is_refused_with_a_sentence_that_names_the_field() {
    within_reason(async {
        let server = Server::start();
        let long = "x".repeat(64 * 1024 + 1);
        let cases: [(Value, u16, &str, &str); 12] = [
            (json!({}), 422, "invalid-field", "`source`"),
            (json!({ "source": 5 }), 422, "invalid-field", "`source`"),
            (json!({ "source": "a\0b" }), 422, "invalid-field", "`source`"),
            (json!({ "source": "", "args": ["a\0"] }), 422, "invalid-field", "`args[0]`"),
            (json!({ "source": "", "args": "a" }), 422, "invalid-field", "`args`"),
            (json!({ "source": "", "sauce": 1 }), 422, "invalid-field", "`sauce`"),
            (json!({ "source": "", "start_method": "clone" }), 422, "invalid-field", "`start_method`"),
            (json!({ "source": "", "workers": true }), 422, "invalid-field", "`workers`"),
            (json!({ "source": "", "shake": 7 }), 422, "invalid-field", "`shake`"),
            (json!({ "source": "", "python": "2.7" }), 422, "unknown-interpreter", "`python`"),
            (json!({ "source": long }), 413, "source-too-long", "`source`"),
            (json!(["print(1)"]), 422, "invalid-field", "object"),
        ];
        for (body, status, kind, words) in cases {
            let detail = problem(server.post("/api/runs", &body).await, status, kind).await;
            assert!(detail.contains(words), "{detail}");
        }
        let exact = json!({ "source": format!("#{}", "x".repeat(64 * 1024 - 1)) });
        assert_eq!(server.run(exact).await.finished().await["exit_code"], 0, "64 KiB are allowed");
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    within_reason(async {
        let server = Server::start();
        let deep = format!("{{\"source\":{}", "[".repeat(100_000));
        let bodies: [(&str, Vec<u8>); 7] = [
            ("", Vec::new()),
            ("", b"{".to_vec()),
            ("", b"{\"source\":\"\xff\"}".to_vec()),
            ("`source`", br#"{"source":"\ud800"}"#.to_vec()),
            ("", b"\xef\xbb\xbf{\"source\":\"\"}".to_vec()),
            ("`source`", deep.into_bytes()),
            ("trailing", br#"{"source":""} {}"#.to_vec()),
        ];
        for (words, body) in bodies {
            let shown = String::from_utf8_lossy(&body).chars().take(30).collect::<String>();
            let response = server.post_text("/api/runs", "application/json", body).await;
            let status = response.status().as_u16();
            assert!(status == 400 || status == 422, "{shown}: {status}");
            let detail: Value = response.json().await.expect("JSON");
            assert!(detail["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{shown}: {detail}");
        }
        let source = br#"{"source":""}"#.to_vec();
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
            let response = server.post_text("/api/runs", content_type, source.clone()).await;
            let detail = problem(response, 415, "wrong-content-type").await;
            assert!(detail.contains(content_type), "{detail}");
        }
        let response = server.post_text("/api/runs", "Application/JSON; charset=utf-8", source).await;
        assert_eq!(response.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn a_body_of_more_than_a_mebibyte_is_refused() {
    within_reason(async {
        let server = Server::start();
        for (path, content_type) in [("/api/runs", "application/json"), ("/api/check", "application/json")] {
            let body = format!("{{\"source\":\"{}\"}}", "x".repeat(2 << 20));
            problem(server.post_text(path, content_type, body).await, 413, "body-too-large").await;
        }
    })
    .await;
}

#[tokio::test]
async fn another_site_s_page_is_refused() {
    within_reason(async {
        let server = Server::start();
        let url = format!("{}/api/runs", server.address());
        for (origin, status) in [("http://evil.example", 403), ("null", 403), (server.address(), 200)] {
            let request = server.client().post(&url).header("origin", origin).json(&json!({ "source": "" }));
            let response = request.send().await.expect("an answer");
            assert_eq!(response.status(), status, "{origin}");
            if status == 403 {
                problem(response, 403, "foreign-origin").await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_does_not_exist_is_a_problem() {
    within_reason(async {
        let server = Server::start();
        problem(server.get("/api/nothing").await, 404, "not-found").await;
        problem(server.get("/api").await, 404, "not-found").await;
        problem(server.get("/api/comparisons").await, 405, "wrong-method").await;
        problem(server.get("/api/runs").await, 405, "wrong-method").await;
        problem(server.delete("/api/health").await, 405, "wrong-method").await;
        problem(server.delete("/api/runs/0123456789abcdef0123456789abcdef").await, 404, "unknown-run").await;
        problem(server.delete("/api/runs/%ff").await, 404, "unknown-run").await;
        problem(server.get("/api/runs/x/trace").await, 404, "unknown-run").await;
    })
    .await;
}
