//! The page: its files out of the program itself, and the headers that keep it what it is.
//!
//! Files whose names carry a hash of their content never change and are kept by browsers for good; the others are asked for
//! again each time, with their hash as the tag. Addresses that are no file are the page's own (`/lessons/01-why-processes`) and
//! get the index.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest, Sha256};

use super::compressed::Compressed;
use super::problem::{Failure, Kind};

/// What is said in place of a page that was never built.
const NOT_BUILT: &str = "The page is not part of this build of Forkyard: run `cargo xtask build`, then start it again.\n";

#[derive(Embed)]
#[folder = "../../frontend/app/dist"]
struct Files;

/// The page, ready to be served.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    compressed: Compressed,
}

impl Site {
    /// With what is there of its compressed files.
    pub(crate) fn open() -> Self {
        // A build for development reads the files from the disk as they are at the moment, and compresses slowly.
        if cfg!(debug_assertions) {
            return Site { compressed: Compressed::default() };
        }
        let file = |name: Cow<'static, str>| {
            let file = Files::get(&name)?;
            Some((name.into_owned(), file.data, hex(&file.metadata.sha256_hash())))
        };
        Site { compressed: Compressed::of(Files::iter().filter_map(file).collect()) }
    }

    /// The answer to a request for this path.
    pub(super) fn answer(&self, path: &str, request: &HeaderMap) -> Response {
        let name = path.trim_start_matches('/');
        if let Some(file) = Files::get(name).filter(|_| !name.is_empty()) {
            return self.file(name, file, request);
        }
        if name.rsplit('/').next().is_some_and(is_asset) {
            return Failure::new(Kind::NotFound, format!("There is no file {path}.")).into_response();
        }
        match Files::get("index.html") {
            Some(file) => self.file("index.html", file, request),
            None => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
        }
    }

    fn file(&self, name: &str, file: EmbeddedFile, request: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..12]));
        let has_it =
            request.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).is_some_and(|tags| tags.contains(&tag));
        let takes_brotli = request
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|coding| coding.trim() == "br" || coding.trim().starts_with("br;q=1"));
        let policy = name.ends_with(".html").then(|| policy(&String::from_utf8_lossy(&file.data)));
        let compressed = takes_brotli.then(|| self.compressed.get(name)).flatten();

        let mut response = if has_it {
            StatusCode::NOT_MODIFIED.into_response()
        } else if let Some(compressed) = compressed {
            let mut response = Body::from(compressed).into_response();
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            response
        } else {
            match file.data {
                Cow::Borrowed(bytes) => Body::from(Bytes::from_static(bytes)).into_response(),
                Cow::Owned(bytes) => Body::from(bytes).into_response(),
            }
        };
        let headers = response.headers_mut();
        let caching = if carries_hash(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if let Some(policy) = policy {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// Headers for every answer, the API's too: nothing of this server is to be guessed, framed or sent on.
pub(super) async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The page's content security policy. Inline scripts of the index (the loader that the build puts there) are allowed by their
/// hash, each and no other.
fn policy(index: &str) -> HeaderValue {
    let mut scripts = String::new();
    for script in inline_scripts(index) {
        scripts += &format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes())));
    }
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'self'"))
}

/// The texts of all scripts without `src`, as a browser hashes them.
fn inline_scripts(html: &str) -> Vec<&str> {
    let mut scripts = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find("<script") {
        let tag = &rest[start..];
        let (Some(open), Some(close)) = (tag.find('>'), tag.find("</script")) else { break };
        if open < close && !tag[..open].contains(" src=") {
            scripts.push(&tag[open + 1..close]);
        }
        rest = &tag[close + 1..];
    }
    scripts
}

/// Whether the last part of an address names a file rather than a place on the page.
fn is_asset(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "js" | "wasm" | "css" | "map" | "svg" | "png" | "ico" | "json" | "woff2" | "txt")))
}

/// Whether a name has a hash in it, as the page's build gives them: `app-1a2b3c4d5e6f7081_bg.wasm`.
fn carries_hash(name: &str) -> bool {
    name.split(['-', '.', '_', '/']).any(|part| part.len() >= 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_found_and_others_are_not() {
        let html = r#"<html><script type="module" nonce="x">import a from "/a.js";</script><script src="/b.js"></script><script></script>"#;
        assert_eq!(inline_scripts(html), [r#"import a from "/a.js";"#, ""]);
        assert!(inline_scripts("<script").is_empty());
    }

    #[test]
    fn an_inline_script_is_allowed_by_its_hash() {
        // printf 'let a = 1;' | openssl dgst -sha256 -binary | base64
        let policy = policy("<script>let a = 1;</script>");
        assert!(policy.to_str().unwrap().contains("'sha256-xY6QKfH9PRsQnLz56nj6MBwiK5oHg+im1Jkpdp1x/Ck='"), "{policy:?}");
    }

    #[test]
    fn only_a_name_with_a_hash_is_kept_for_good() {
        assert!(carries_hash("forkyard-app-1a2b3c4d5e6f7081_bg.wasm"));
        assert!(!carries_hash("index.html"));
        assert!(!carries_hash("editor.js"));
    }
}
