//! The server, over HTTP: one function for each conversation. It keeps no state and draws nothing.

pub mod json;
pub mod sse;

mod fetch;
mod stream;

use forkyard_wire::check::{CheckReport, CheckRequest};
use forkyard_wire::health::Health;
use forkyard_wire::lesson::{Lesson, LessonSummary};
use forkyard_wire::problem::Problem;
use serde::de::DeserializeOwned;

use fetch::Question;

pub use sse::ServerEvent;
pub use stream::{Abort, read_event, run};

/// What the server is and has.
pub async fn health() -> Result<Health, ApiError> {
    get("/api/health").await
}

/// Every lesson, in order.
pub async fn lessons() -> Result<Vec<LessonSummary>, ApiError> {
    get("/api/lessons").await
}

/// One lesson.
pub async fn lesson(slug: &str) -> Result<Lesson, ApiError> {
    get(&format!("/api/lessons/{}", String::from(js_sys::encode_uri_component(slug)))).await
}

/// Where a program is not well formed.
pub async fn check(request: &CheckRequest) -> Result<CheckReport, ApiError> {
    Question::new("POST", "/api/check").json(request).ask().await?.read().await
}

/// Gives a running program a piece of standard input.
pub async fn type_in(run: &str, text: String) -> Result<(), ApiError> {
    let question = Question::new("POST", format!("/api/runs/{run}/stdin")).body("text/plain; charset=utf-8", text);
    question.ask().await.map(drop)
}

/// Closes a running program's standard input.
pub async fn close_input(run: &str) -> Result<(), ApiError> {
    type_in(run, String::new()).await
}

/// Stops a run: every process of it.
pub async fn stop(run: &str) -> Result<(), ApiError> {
    Question::new("DELETE", format!("/api/runs/{run}")).ask().await.map(drop)
}

/// A file of the page, as it lies there.
pub async fn file(address: &str) -> Result<String, ApiError> {
    Question::new("GET", address).ask().await?.text().await
}

async fn get<T: DeserializeOwned>(address: &str) -> Result<T, ApiError> {
    Question::new("GET", address).ask().await?.read().await
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ApiError {
    /// The server said no, and why.
    #[error("{}", .0.detail)]
    Refused(Problem),
    /// There is no server, or no way to it.
    #[error("the server does not answer: {0}")]
    Unreachable(String),
    /// The server speaks another version's language.
    #[error("the server's answer cannot be read: {0}")]
    Unreadable(String),
}
