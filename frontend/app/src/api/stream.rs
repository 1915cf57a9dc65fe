//! A run's events as they come: `POST /api/runs`, read from the response's stream.

use forkyard_wire::run::{RunEvent, RunRequest};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader};

use super::fetch::{Question, describe};
use super::sse::{Parser, ServerEvent};
use super::{ApiError, json};

/// Gives up the connection of a run, which ends the run.
#[derive(Debug, Default)]
pub struct Abort {
    controller: Option<AbortController>,
}

impl Abort {
    /// For one run.
    pub fn new() -> Self {
        Abort { controller: AbortController::new().ok() }
    }

    /// Gives up.
    pub fn abort(&self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }

    fn signal(&self) -> Option<web_sys::AbortSignal> {
        self.controller.as_ref().map(AbortController::signal)
    }
}

/// Starts a run and hands over its events in order, unread, until the stream ends. `Ok` says that the stream ended, not that the run
/// did: that is the event `finished`.
pub fn run(request: &RunRequest, abort: &Abort, on_event: impl Fn(ServerEvent)) -> impl Future<Output = Result<(), ApiError>> {
    let question = Question::new("POST", "/api/runs").signal(abort.signal()).accept("text/event-stream").json(request);
    async move {
        let answer = question.ask().await?;
        let stream = answer.response.body().ok_or_else(|| ApiError::Unreadable("a response without a body".to_owned()))?;
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        let mut parser = Parser::new();
        while let Some(bytes) = pull(&reader).await? {
            parser.feed(&bytes).into_iter().for_each(&on_event);
        }
        Ok(())
    }
}

/// Reads a run's event; none if its name is one of a later version.
pub fn read_event(event: &ServerEvent) -> Result<Option<RunEvent>, ApiError> {
    let data = event.data.as_str();
    let decoded = match event.name.as_str() {
        "queued" => json::read(data).map(RunEvent::Queued),
        "started" => json::read(data).map(RunEvent::Started),
        "output" => json::read(data).map(RunEvent::Output),
        "timeline" => json::read(data).map(RunEvent::Timeline),
        "finished" => json::read(data).map(RunEvent::Finished),
        _ => return Ok(None),
    };
    decoded.map(Some).map_err(|error| ApiError::Unreadable(format!("event `{}`: {error}", event.name)))
}

async fn pull(reader: &ReadableStreamDefaultReader) -> Result<Option<Vec<u8>>, ApiError> {
    let broken = |error: JsValue| ApiError::Unreachable(describe(&error));
    let piece = JsFuture::from(reader.read()).await.map_err(broken)?;
    if Reflect::get(&piece, &"done".into()).map_err(broken)?.is_truthy() {
        return Ok(None);
    }
    let value = Reflect::get(&piece, &"value".into()).map_err(broken)?;
    Ok(Some(Uint8Array::new(&value).to_vec()))
}
