//! A server of a test's own, and requests to it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::events::Events;

/// The program under test.
pub(crate) const FORKYARD: &str = env!("CARGO_BIN_EXE_forkyard");

/// How long a test may take before it counts as hung.
const WATCHDOG: Duration = Duration::from_secs(300);

/// A running `forkyard serve`; dropping it kills it.
pub(crate) struct Server {
    child: Child,
    address: String,
    client: Client,
}

impl Server {
    /// Starts one on a free port.
    pub(crate) fn start() -> Self {
        needs_runner_and_package();
        let mut child = Command::new(FORKYARD)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("forkyard starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on ").expect("it says where it listens").to_owned();
        Server { child, address, client: Client::new() }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.address)).send().await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.client.post(format!("{}{path}", self.address)).json(body).send().await.expect("an answer")
    }

    /// Posts a body as it is.
    pub(crate) async fn post_text(&self, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Response {
        let request = self.client.post(format!("{}{path}", self.address)).header("content-type", content_type);
        request.body(body).send().await.expect("an answer")
    }

    pub(crate) async fn delete(&self, path: &str) -> Response {
        self.client.delete(format!("{}{path}", self.address)).send().await.expect("an answer")
    }

    /// Starts a run and gives its events.
    pub(crate) async fn run(&self, request: Value) -> Events {
        let response = self.post("/api/runs", &request).await;
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap_or_default());
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events::of(response)
    }

    /// Starts a comparison and gives its events.
    pub(crate) async fn compare(&self, request: Value) -> Events {
        let response = self.post("/api/comparisons", &request).await;
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap_or_default());
        Events::of(response)
    }

    /// Starts a run of this program with every default.
    pub(crate) async fn run_source(&self, source: &str) -> Events {
        self.run(json!({ "source": source })).await
    }

    /// Tells the server to end, as Ctrl-C does, and waits until it has.
    pub(crate) fn interrupt(mut self) -> std::process::ExitStatus {
        let pid = nix::unistd::Pid::from_raw(self.child.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).expect("the server is there");
        self.child.wait().expect("the server ends")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ends a test that hangs.
pub(crate) async fn within_reason<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(WATCHDOG, test).await.expect("the test hangs")
}

/// Asserts that an answer is a problem of this kind, and gives its detail.
pub(crate) async fn problem(response: Response, status: u16, kind: &str) -> String {
    let found = response.status().as_u16();
    let content_type = response.headers().get("content-type").cloned();
    let text = response.text().await.expect("a body");
    assert_eq!(found, status, "{text}");
    assert_eq!(content_type.expect("a type"), "application/problem+json");
    let body: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(body["type"], format!("/problems/{kind}"), "{body}");
    assert_eq!(body["status"], status);
    assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()));
    let detail = body["detail"].as_str().expect("a sentence").to_owned();
    assert!(detail.ends_with('.'), "a sentence: {detail}");
    detail
}

/// Says what to build when it is missing.
pub(crate) fn needs_runner_and_package() {
    let directory = Path::new(FORKYARD).parent().expect("a directory");
    for part in ["forkyard-runner", "python/_forkyard/boot.py"] {
        let path = directory.join(part);
        assert!(path.exists(), "{} is missing: run `cargo xtask stage` first", path.display());
    }
}
