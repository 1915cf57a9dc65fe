//! The page: every address of its own gets the index, files are what they are, and the policy lets only its scripts run.

use crate::server::{Server, within_reason};

#[tokio::test]
async fn the_page_or_one_sentence() {
    within_reason(async {
        let server = Server::start();
        let index = server.get("/").await;
        if index.status() == 503 {
            assert!(index.text().await.expect("text").contains("cargo xtask build"));
            return;
        }
        assert_eq!(index.status(), 200);
        assert_eq!(index.headers()["cache-control"], "no-cache");
        let policy = index.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval'") && !policy.contains("'unsafe-eval'"), "{policy}");
        let tag = index.headers()["etag"].clone();
        let text = index.text().await.expect("text");
        let elsewhere = server.get("/lessons/01-why-processes").await;
        assert_eq!(elsewhere.text().await.expect("text"), text, "the page's own addresses get the index");
        assert_eq!(server.get("/nothing.js").await.status(), 404);

        let again = server.client().get(server.address()).header("if-none-match", tag).send().await.expect("an answer");
        assert_eq!(again.status(), 304);

        let script =
            text.split('"').find(|part| part.ends_with(".js") && part.contains("forkyard-app-")).expect("the page's module");
        let response = server.get(&format!("/{}", script.trim_start_matches('/'))).await;
        assert_eq!(response.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert!(response.headers()["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/javascript")));
        let small = server.client().get(format!("{}/{}", server.address(), script.trim_start_matches('/')));
        let small = small.header("accept-encoding", "br").send().await.expect("an answer");
        assert_eq!(small.headers()["content-encoding"], "br");
        assert!(small.bytes().await.expect("a body").len() < response.bytes().await.expect("a body").len());
    })
    .await;
}

#[tokio::test]
async fn events_are_not_compressed() {
    within_reason(async {
        let server = Server::start();
        let request = server.client().post(format!("{}/api/runs", server.address())).header("accept-encoding", "br, gzip");
        let response = request.json(&serde_json::json!({ "source": "print(1)" })).send().await.expect("an answer");
        assert!(response.headers().get("content-encoding").is_none());
    })
    .await;
}
