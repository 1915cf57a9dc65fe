//! `/api/runs`: start, input, stop, trace.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use forkyard_wire::job::{Command, Job, Limits, Program};
use forkyard_wire::problem::Problem;
use forkyard_wire::run::{MAX_SOURCE_BYTES, RunEvent, RunRequest};
use forkyard_wire::timeline::Chunk;
use futures::{Stream, StreamExt};

use super::problem::{Failure, Kind};
use super::{Server, Shared, body};
use crate::limits;
use crate::python::{ChoiceError, Found, environment};
use crate::runs::registry::{self, InputError};
use crate::runs::stream::Numbered;
use crate::runs::{Refusal, TraceError};

/// Starts a run and answers with its events: `queued`, `started`, `output`, `timeline`, `finished`. Closing the connection ends
/// the run.
#[utoipa::path(
    post,
    path = "/api/runs",
    request_body = RunRequest,
    responses(
        (status = OK, body = RunEvent, content_type = "text/event-stream",
            description = "Server-sent events: `event` is the event's name, `data` its data as JSON, `id` a number that only grows."),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = SERVICE_UNAVAILABLE, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn start(State(server): Shared, headers: HeaderMap, body: Body) -> Result<Response, Failure> {
    let request: RunRequest = body::json(&headers, body).await?;
    let job = job(&server, request).await?;
    let events = server.runs.start(job).map_err(refused)?;
    Ok(event_stream(events))
}

/// Why a run does not begin, as an answer.
pub(super) fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Full => Failure::new(Kind::Busy, format!("This machine is busy: {refusal}. Try again in a few seconds.")),
        Refusal::Closing => Failure::new(Kind::Unavailable, "The server is ending and starts no more programs."),
        Refusal::NoId => unavailable(refusal),
    }
}

/// Events as they go to the client.
pub(super) fn event_stream(events: impl Stream<Item = Numbered> + Send + 'static) -> Response {
    let events = events.map(|numbered| {
        let event = Event::default().id(numbered.id.to_string()).event(numbered.event.name).data(numbered.event.data);
        Ok::<_, Infallible>(event)
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(limits::HEARTBEAT)).into_response();
    // Tells a proxy in front to pass events on as they come.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// Text for the program's standard input; an empty body closes it.
#[utoipa::path(
    post,
    path = "/api/runs/{id}/stdin",
    params(("id" = String, Path, description = "The run's id, from `started`.")),
    request_body(content = String, content_type = "text/plain"),
    responses(
        (status = NO_CONTENT, description = "It is on its way to the program."),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn stdin(
    State(server): Shared,
    id: Result<Path<String>, PathRejection>,
    body: Body,
) -> Result<StatusCode, Failure> {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    let text = body::text(body).await?;
    let command = if text.is_empty() { Command::CloseStdin } else { Command::Stdin(text) };
    match server.runs.input(&id, command).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(InputError::Unknown) => Err(unknown_run()),
        Err(InputError::Finished) => Err(Failure::new(Kind::RunFinished, "The run has finished and reads no more input.")),
        Err(InputError::Busy) => Err(Failure::new(Kind::Busy, "The program has not read its earlier input yet.")),
    }
}

/// Stops a run; answers once every process of it is gone.
#[utoipa::path(
    delete,
    path = "/api/runs/{id}",
    params(("id" = String, Path, description = "The run's id, from `started`.")),
    responses(
        (status = NO_CONTENT, description = "No process of the run is left."),
        (status = NOT_FOUND, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn stop(State(server): Shared, id: Result<Path<String>, PathRejection>) -> Result<StatusCode, Failure> {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    server.runs.stop(&id).await.map_err(|_| unknown_run())?;
    Ok(StatusCode::NO_CONTENT)
}

/// A finished run's timeline as Chrome trace JSON, which Perfetto opens.
#[utoipa::path(
    get,
    path = "/api/runs/{id}/trace",
    params(("id" = String, Path, description = "The run's id, from `started`.")),
    responses(
        (status = OK, body = Object, content_type = "application/json", description = "An object with `traceEvents`."),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn trace(State(server): Shared, id: Result<Path<String>, PathRejection>) -> Result<Response, Failure> {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    let texts = server.runs.timeline(&id).map_err(|error| match error {
        TraceError::Unknown => unknown_run(),
        TraceError::Running => Failure::new(Kind::RunNotFinished, "The run has not finished; its trace is complete once it has."),
        TraceError::NotRecorded => Failure::new(Kind::NoTimeline, "Nothing of this run was recorded."),
        TraceError::TooLarge => Failure::new(Kind::NoTimeline, "The run's timeline is too large to be kept."),
    })?;
    let exported = tokio::task::spawn_blocking(move || {
        let chunks: Vec<Chunk> = texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
        forkyard_trace::chrome::export(&chunks)
    })
    .await
    .map_err(|_| Failure::new(Kind::Unavailable, "The trace cannot be made."))?;
    let name = HeaderValue::from_static("attachment; filename=\"forkyard-trace.json\"");
    Ok(([(header::CONTENT_DISPOSITION, name)], Json(exported)).into_response())
}

/// From what was asked to what is done: every rule that the request's types do not hold by themselves.
pub(super) async fn job(server: &Arc<Server>, request: RunRequest) -> Result<Job, Failure> {
    check_length(&request.source)?;
    check_text("The program (`source`)", &request.source)?;
    for (index, argument) in request.args.iter().enumerate() {
        check_text(&format!("`args[{index}]`"), argument)?;
    }
    if request.args.len() > limits::ARGS || request.args.iter().map(String::len).sum::<usize>() > limits::ARGS_BYTES {
        let detail = format!("`args` may have {} entries, {} KiB in all.", limits::ARGS, limits::ARGS_BYTES >> 10);
        return Err(Failure::new(Kind::InvalidField, detail));
    }
    if request.shake.is_some() {
        return Err(Failure::new(Kind::InvalidField, "`shake` is reserved for later and must be null or left out."));
    }
    let found = interpreter(server, request.python.as_deref())?.clone();
    let package = server.installation.package().map_err(unavailable)?;
    server.installation.runner().map_err(unavailable)?;
    let python = tokio::task::spawn_blocking(move || environment::prepare(&found, &package))
        .await
        .map_err(unavailable)?
        .map_err(unavailable)?;
    Ok(Job {
        run: registry::new_id().map_err(unavailable)?,
        program: Program::Source(request.source),
        args: request.args,
        workers: request.workers,
        start_method: request.start_method,
        engine: request.engine,
        python,
        timeline: request.timeline,
        isolated: true,
        limits: Limits::default(),
    })
}

/// The interpreter that is meant.
pub(super) fn interpreter<'a>(server: &'a Server, version: Option<&str>) -> Result<&'a Found, Failure> {
    let interpreters = server.interpreters.as_ref().map_err(unavailable)?;
    interpreters.pick(version).map_err(|error| match error {
        ChoiceError::Unknown { wanted, found } => {
            let detail = format!("`python` asks for {wanted:?}, which this machine does not have; it has {found}.");
            Failure::new(Kind::UnknownInterpreter, detail)
        }
        error => unavailable(error),
    })
}

/// A program may be so long and no longer.
pub(super) fn check_length(source: &str) -> Result<(), Failure> {
    if source.len() <= MAX_SOURCE_BYTES {
        return Ok(());
    }
    let detail =
        format!("The program (`source`) has {} bytes and may have {} KiB: shorten it.", source.len(), MAX_SOURCE_BYTES >> 10);
    Err(Failure::new(Kind::SourceTooLong, detail))
}

fn check_text(field: &str, text: &str) -> Result<(), Failure> {
    match text.find('\0') {
        None => Ok(()),
        Some(at) => {
            let line = text[..at].matches('\n').count() + 1;
            Err(Failure::new(Kind::InvalidField, format!("{field} has a NUL character in line {line}: take it out.")))
        }
    }
}

fn unknown_run() -> Failure {
    Failure::new(Kind::UnknownRun, "There is no run with this id, or it ended long ago.")
}

fn unavailable(error: impl std::fmt::Display) -> Failure {
    Failure::new(Kind::Unavailable, format!("This server cannot run programs: {error}."))
}
