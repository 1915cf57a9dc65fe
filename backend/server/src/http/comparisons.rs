//! `/api/comparisons`: several variants of a program in turn, several times.

use std::collections::HashSet;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use forkyard_wire::comparison::{Compared, ComparisonRequest};
use forkyard_wire::problem::Problem;

use super::problem::{Failure, Kind};
use super::{Shared, body, runs};
use crate::limits;
use crate::runs::comparison::{self, Contender};

/// Starts a comparison and answers with the events of its runs, which take turns, each with `variant` and `repeat` among its data,
/// then `compared`. Closing the connection ends it; so does stopping one of its runs.
#[utoipa::path(
    post,
    path = "/api/comparisons",
    request_body = ComparisonRequest,
    responses(
        (status = OK, body = Compared, content_type = "text/event-stream",
            description = "Server-sent events as of a run; the data of each but `compared` has `variant` and `repeat`."),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = SERVICE_UNAVAILABLE, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn start(State(server): Shared, headers: HeaderMap, body: Body) -> Result<Response, Failure> {
    let request: ComparisonRequest = body::json(&headers, body).await?;
    check(&request)?;
    let mut contenders = Vec::with_capacity(request.variants.len());
    for (index, variant) in request.variants.into_iter().enumerate() {
        let job = runs::job(&server, variant.run).await.map_err(|failure| failure.within(&format!("variants[{index}]")))?;
        contenders.push(Contender { label: variant.label, job });
    }
    let events = comparison::compare(server.runs.clone(), contenders, request.repeats).map_err(runs::refused)?;
    Ok(runs::event_stream(events))
}

/// The rules that the request's types do not hold by themselves.
fn check(request: &ComparisonRequest) -> Result<(), Failure> {
    let invalid = |detail: String| Err(Failure::new(Kind::InvalidField, detail));
    let (variants, repeats) = (limits::VARIANTS, limits::REPEATS);
    if !variants.contains(&request.variants.len()) {
        let found = request.variants.len();
        return invalid(format!("`variants` must have {} to {} entries; it has {found}.", variants.start(), variants.end()));
    }
    if !repeats.contains(&request.repeats) {
        return invalid(format!("`repeats` must be {} to {}; it is {}.", repeats.start(), repeats.end(), request.repeats));
    }
    let mut labels = HashSet::new();
    for (index, variant) in request.variants.iter().enumerate() {
        let length = variant.label.chars().count();
        if length == 0 || length > limits::LABEL {
            return invalid(format!("`variants[{index}].label` must have 1 to {} characters; it has {length}.", limits::LABEL));
        }
        if !labels.insert(&variant.label) {
            return invalid(format!("`variants[{index}].label` is {:?}, as another variant's already.", variant.label));
        }
    }
    Ok(())
}
