//! `POST /api/check`.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use forkyard_wire::check::{CheckReport, CheckRequest};
use forkyard_wire::problem::Problem;

use super::problem::{Failure, Kind};
use super::{Shared, body, runs};
use crate::check::CheckError;

/// What the chosen interpreter says about a program's syntax. The program is not run.
#[utoipa::path(
    post,
    path = "/api/check",
    request_body = CheckRequest,
    responses(
        (status = OK, body = CheckReport),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn check(State(server): Shared, headers: HeaderMap, body: Body) -> Result<Json<CheckReport>, Failure> {
    let request: CheckRequest = body::json(&headers, body).await?;
    runs::check_length(&request.source)?;
    let found = runs::interpreter(&server, request.python.as_deref())?;
    let checked = server.checker.check(&found.executable, &request.source).await;
    let diagnostics = checked.map_err(|error| match error {
        CheckError::Busy => Failure::new(Kind::Busy, "Too many programs are being checked at once; try again in a moment."),
        error => Failure::new(Kind::Unavailable, format!("The program cannot be checked: {error}.")),
    })?;
    Ok(Json(CheckReport { diagnostics }))
}
