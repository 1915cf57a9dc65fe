//! Lets no other site's page use this server through its visitor's browser.
//!
//! Browsers name the page's origin on every request that could change something. A program that is no browser names none, and
//! is let through. Where runs are not fully isolated, the server answers to names of this machine alone: a site whose own name
//! is made to lead here would otherwise pass for the server's page.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use forkyard_wire::run::Isolation;

use super::Server;
use super::problem::{Failure, Kind};

/// The middleware.
pub(super) async fn refuse_foreign(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api") {
        if is_foreign(request.headers()) {
            let detail = "This server answers its own page and programs that are no browser, not the pages of other sites.";
            return Failure::new(Kind::ForeignOrigin, detail).into_response();
        }
        if server.offer.isolation != Isolation::Full && !is_local(request.headers()) {
            let detail = "Runs are not fully isolated here, so this server answers only as localhost.";
            return Failure::new(Kind::ForeignHost, detail).into_response();
        }
    }
    next.run(request).await
}

/// Whether the request names an origin whose host is not the one it was sent to.
fn is_foreign(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    match (origin, host(headers)) {
        (Some((_, origin)), Some(host)) => !origin.eq_ignore_ascii_case(host),
        _ => true,
    }
}

/// Whether the request was sent to a name that can only mean this machine.
fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = host(headers) else { return true };
    let port = |(_, port): &(&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
    let name = host.rsplit_once(':').filter(port).map_or(host, |(name, _)| name);
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
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

    #[test]
    fn only_names_of_this_machine_are_local() {
        for (host, local) in [
            ("localhost", true),
            ("LocalHost:8080", true),
            ("127.0.0.1:8080", true),
            ("127.9.9.9", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("evil.example:8080", false),
            ("localhost.evil.example", false),
            ("10.0.0.1:80", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            assert_eq!(is_local(&headers), local, "{host}");
        }
    }
}
