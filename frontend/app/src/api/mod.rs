//! The server, over HTTP: one function for each conversation. It keeps no state and draws nothing.

pub mod sse;

mod stream;

use forkyard_wire::check::{CheckReport, CheckRequest};
use forkyard_wire::health::Health;
use forkyard_wire::lesson::{Lesson, LessonSummary};
use forkyard_wire::problem::Problem;
use gloo_net::http::{Request, Response};
use serde::de::DeserializeOwned;

pub use stream::{Abort, run};

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
    let response = Request::post("/api/check").json(request).map_err(ApiError::unreachable)?.send().await;
    read(accept(response).await?).await
}

/// Gives a running program a piece of standard input.
pub async fn type_in(run: &str, text: String) -> Result<(), ApiError> {
    let request = Request::post(&format!("/api/runs/{run}/stdin")).header("content-type", "text/plain; charset=utf-8");
    accept(request.body(text).map_err(ApiError::unreachable)?.send().await).await.map(drop)
}

/// Closes a running program's standard input.
pub async fn close_input(run: &str) -> Result<(), ApiError> {
    type_in(run, String::new()).await
}

/// Stops a run: every process of it.
pub async fn stop(run: &str) -> Result<(), ApiError> {
    accept(Request::delete(&format!("/api/runs/{run}")).send().await).await.map(drop)
}

async fn get<T: DeserializeOwned>(address: &str) -> Result<T, ApiError> {
    read(accept(Request::get(address).send().await).await?).await
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, ApiError> {
    let text = response.text().await.map_err(ApiError::unreachable)?;
    serde_json::from_str(&text).map_err(|error| ApiError::Unreadable(error.to_string()))
}

/// The response, if it is the one that was asked for.
async fn accept(response: Result<Response, gloo_net::Error>) -> Result<Response, ApiError> {
    let response = response.map_err(ApiError::unreachable)?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let text = response.text().await.unwrap_or_default();
    match serde_json::from_str::<Problem>(&text) {
        Ok(problem) => Err(ApiError::Refused(problem)),
        // Not our server's words: a proxy's, whose backend is gone.
        Err(_) => Err(ApiError::Unreachable(format!("the answer was HTTP {status}"))),
    }
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

impl ApiError {
    fn unreachable(error: impl std::fmt::Display) -> Self {
        ApiError::Unreachable(error.to_string())
    }
}
