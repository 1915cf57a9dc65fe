//! Errors over HTTP (RFC 9457): the kinds there are, and the sentence for each case.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use forkyard_wire::problem::Problem;

use crate::limits;

/// A refused request: what kind of problem, and this case in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    kind: Kind,
    detail: String,
}

impl Failure {
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Failure { kind, detail: detail.into() }
    }

    /// The same, said of a part of the request.
    pub(super) fn within(self, part: &str) -> Self {
        Failure { detail: format!("In `{part}`: {}", self.detail), ..self }
    }

    #[cfg(test)]
    pub(super) fn parts(&self) -> (u16, &str) {
        (self.kind.status().as_u16(), &self.detail)
    }
}

/// Every kind of problem. Its name and title never change; only the detail does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The body is no JSON.
    MalformedJson,
    /// The body could not be read to its end.
    IncompleteBody,
    /// The body is no UTF-8 text.
    MalformedText,
    /// The body says it is something else.
    WrongContentType,
    /// A field is missing, unknown, or of a value that cannot be.
    InvalidField,
    /// The program is too long.
    SourceTooLong,
    /// The body is too large.
    BodyTooLarge,
    /// There is no such interpreter here.
    UnknownInterpreter,
    /// Another site's page sent it.
    ForeignOrigin,
    /// It was sent to a name that this server does not go by.
    ForeignHost,
    /// There is nothing at this address.
    NotFound,
    /// No run has this id.
    UnknownRun,
    /// No lesson has this name.
    UnknownLesson,
    /// The run left no timeline.
    NoTimeline,
    /// The address does not answer to this method.
    WrongMethod,
    /// The run is over.
    RunFinished,
    /// The run is not over.
    RunNotFinished,
    /// Too many want something at once.
    Busy,
    /// Something is missing at the server's side.
    Unavailable,
}

impl Kind {
    fn status(self) -> StatusCode {
        match self {
            Kind::MalformedJson | Kind::MalformedText | Kind::IncompleteBody => StatusCode::BAD_REQUEST,
            Kind::WrongContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::InvalidField | Kind::UnknownInterpreter => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::SourceTooLong | Kind::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::ForeignOrigin | Kind::ForeignHost => StatusCode::FORBIDDEN,
            Kind::NotFound | Kind::UnknownRun | Kind::UnknownLesson | Kind::NoTimeline => StatusCode::NOT_FOUND,
            Kind::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Kind::RunFinished | Kind::RunNotFinished => StatusCode::CONFLICT,
            Kind::Busy => StatusCode::TOO_MANY_REQUESTS,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The end of its `type`, and its title.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Kind::MalformedJson => ("malformed-json", "The body is not JSON"),
            Kind::IncompleteBody => ("incomplete-body", "The body is incomplete"),
            Kind::MalformedText => ("malformed-text", "The body is not text"),
            Kind::WrongContentType => ("wrong-content-type", "The body is of the wrong type"),
            Kind::InvalidField => ("invalid-field", "A field is not right"),
            Kind::SourceTooLong => ("source-too-long", "The program is too long"),
            Kind::BodyTooLarge => ("body-too-large", "The body is too large"),
            Kind::UnknownInterpreter => ("unknown-interpreter", "There is no such interpreter"),
            Kind::ForeignOrigin => ("foreign-origin", "The request comes from another site"),
            Kind::ForeignHost => ("foreign-host", "The request was sent to another name"),
            Kind::NotFound => ("not-found", "There is nothing here"),
            Kind::UnknownRun => ("unknown-run", "There is no such run"),
            Kind::UnknownLesson => ("unknown-lesson", "There is no such lesson"),
            Kind::NoTimeline => ("no-timeline", "The run has no timeline"),
            Kind::WrongMethod => ("wrong-method", "The address does not answer to this method"),
            Kind::RunFinished => ("run-finished", "The run has finished"),
            Kind::RunNotFinished => ("run-not-finished", "The run has not finished"),
            Kind::Busy => ("busy", "Too many at once"),
            Kind::Unavailable => ("unavailable", "The server cannot do this now"),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (name, title) = self.kind.words();
        let status = self.kind.status();
        let problem =
            Problem { kind: format!("/problems/{name}"), title: title.to_owned(), status: status.as_u16(), detail: self.detail };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.kind == Kind::Busy {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(limits::RETRY_AFTER.as_secs()));
        }
        response
    }
}
