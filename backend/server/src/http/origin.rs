//! Lets no other site's page use this server through its visitor's browser.
//!
//! Browsers name the page's origin on every request that could change something. A program that is no browser names none, and
//! is let through.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{Failure, Kind};

/// The middleware.
pub(super) async fn refuse_foreign(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api") && is_foreign(request.headers()) {
        let detail = "This server answers its own page and programs that are no browser, not the pages of other sites.";
        return Failure::new(Kind::ForeignOrigin, detail).into_response();
    }
    next.run(request).await
}

/// Whether the request names an origin whose host is not the one it was sent to.
fn is_foreign(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    match (origin, host) {
        (Some((_, origin)), Some(host)) => !origin.eq_ignore_ascii_case(host),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_the_same_host_and_port_is_not_foreign() {
        for (origin, foreign) in [
            (None, false),
            (Some("http://localhost:8080"), false),
            (Some("https://LOCALHOST:8080"), false),
            (Some("http://localhost:3000"), true),
            (Some("http://evil.example"), true),
            (Some("http://localhost:8080.evil.example"), true),
            (Some("null"), true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("localhost:8080"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(is_foreign(&headers), foreign, "{origin:?}");
        }
    }
}
