//! Reads bodies: within bounds of size and time, and JSON with the name of the field that is not right.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::{Failure, Kind};
use crate::limits;

/// How much of a body that is too large is read and thrown away, in bytes, so that its sender gets to read the answer.
const DISCARDED: usize = 16 * limits::BODY_BYTES;

/// The whole body.
pub(super) async fn bytes(body: Body) -> Result<Vec<u8>, Failure> {
    let whole = tokio::time::timeout(limits::BODY, collect(body)).await;
    whole.unwrap_or_else(|_| {
        let detail = format!("The body did not arrive within {} seconds.", limits::BODY.as_secs());
        Err(Failure::new(Kind::IncompleteBody, detail))
    })
}

async fn collect(body: Body) -> Result<Vec<u8>, Failure> {
    let mut parts = body.into_data_stream();
    let mut whole = Vec::new();
    let mut length = 0_usize;
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| Failure::new(Kind::IncompleteBody, "The connection broke within the body."))?;
        length += part.len();
        if length <= limits::BODY_BYTES {
            whole.extend_from_slice(&part);
        } else if length > DISCARDED {
            break;
        }
    }
    if length > limits::BODY_BYTES {
        let detail = format!("The body is larger than {} KiB.", limits::BODY_BYTES >> 10);
        return Err(Failure::new(Kind::BodyTooLarge, detail));
    }
    Ok(whole)
}

/// The body as text.
pub(super) async fn text(body: Body) -> Result<String, Failure> {
    String::from_utf8(bytes(body).await?).map_err(|_| Failure::new(Kind::MalformedText, "The text is not UTF-8."))
}

/// The body as JSON of this type.
pub(super) async fn json<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Failure> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim();
    // The body is read first in any case: an answer that comes before it may never reach its sender.
    let bytes = bytes(body).await?;
    if !essence.eq_ignore_ascii_case("application/json") {
        let said = if essence.is_empty() { "nothing".to_owned() } else { format!("`{essence}`") };
        let detail = format!("The body must be sent as `application/json`; the request says {said}.");
        return Err(Failure::new(Kind::WrongContentType, detail));
    }
    parse(&bytes)
}

/// In two steps, because the first alone tells a text that is no JSON from a value of the wrong type.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let malformed = |field: &str, error: &dyn std::fmt::Display| {
        Failure::new(Kind::MalformedJson, format!("The body is not JSON{field}: {error}."))
    };
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("", &"it is not UTF-8"))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value: Value =
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| malformed(&field(error.path()), error.inner()))?;
    deserializer.end().map_err(|error| malformed("", &error))?;
    // A list would do for a struct: serde takes its entries for the fields in order.
    if !value.is_object() {
        return Err(Failure::new(Kind::InvalidField, "The body must be a JSON object."));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        Failure::new(Kind::InvalidField, format!("Something is not right{}: {}.", field(error.path()), error.inner()))
    })
}

/// The name of a field with the word before it, or nothing for the body as a whole. A path that no request has is told by its beginning.
fn field(path: &serde_path_to_error::Path) -> String {
    match (path.iter().next(), path.iter().count()) {
        (None, _) => String::new(),
        (Some(first), 4..) => format!(" in `{first}`"),
        (Some(_), _) => format!(" in `{path}`"),
    }
}

#[cfg(test)]
mod tests {
    use forkyard_wire::run::RunRequest;

    use super::*;

    #[test]
    fn what_is_not_right_is_named() {
        for (body, status, words) in [
            ("", 400, "EOF"),
            ("{", 400, "EOF"),
            ("[\"print(1)\"]", 422, "object"),
            ("3", 422, "object"),
            (r#"{"source":"","workers":true}"#, 422, "`workers`"),
            ("{}", 422, "`source`"),
            (r#"{"source":1}"#, 422, "`source`"),
            (r#"{"source":"","sauce":1}"#, 422, "`sauce`"),
            (r#"{"source":"","workers":"fibres"}"#, 422, "`fibres`"),
            (r#"{"source":"","timeline":"yes"}"#, 422, "`timeline`"),
            (r#"{"source":"","args":[1]}"#, 422, "`args[0]`"),
            (r#"{"source":"\ud800"}"#, 400, "`source`"),
            (r#"{"source":""} x"#, 400, "trailing"),
        ] {
            let failure = parse::<RunRequest>(body.as_bytes()).unwrap_err();
            let (found, detail) = failure.parts();
            assert!(found == status && detail.contains(words), "{body}: {found} {detail}");
        }
        assert!(parse::<RunRequest>(&[b'"', 0xff, b'"']).is_err());
        let deep = "[".repeat(100_000);
        assert!(parse::<RunRequest>(format!(r#"{{"source":{deep}"#).as_bytes()).is_err());
    }
}
