//! The server over HTTP: routes, what they refuse and how they say it.
//!
//! One file for each group of routes. Every answer that is an error is a [`problem`]; every request that changes something
//! must come from the server's own page or from a program that is no browser ([`origin`]). The OpenAPI document is made from
//! the same handlers that serve.

mod body;
mod check;
mod comparisons;
mod compressed;
mod health;
mod lessons;
mod origin;
mod problem;
mod runs;
mod site;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::problem::{Failure, Kind};
use crate::check::Checker;
use crate::installation::Installation;
use crate::lessons::Catalogue;
use crate::probe::Offer;
use crate::python::Interpreters;
use crate::runs::Runs;

/// What the handlers share. Made once at the start; nothing in it is written afterwards but the runs.
#[derive(Debug)]
pub(crate) struct Server {
    /// The runner and the Python package.
    pub(crate) installation: Installation,
    /// The interpreters, or the sentence why there is none.
    pub(crate) interpreters: Result<Interpreters, String>,
    /// What the machine offers.
    pub(crate) offer: Offer,
    /// The runs.
    pub(crate) runs: Runs,
    /// The syntax checks.
    pub(crate) checker: Checker,
    /// The lessons.
    pub(crate) lessons: Catalogue,
    /// The page.
    pub(crate) site: site::Site,
}

pub(crate) use site::Site;

/// Handlers take it by reference count.
type Shared = State<Arc<Server>>;

#[derive(OpenApi)]
#[openapi(info(
    title = "Forkyard",
    description = "Runs Python programs that use multiprocessing and tells what their processes did. Errors are RFC 9457 problems."
))]
struct Document;

/// All routes.
pub(crate) fn router(server: Arc<Server>) -> Router {
    let (api, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(health::health))
        .routes(routes!(lessons::list))
        .routes(routes!(lessons::lesson))
        .routes(routes!(check::check))
        .routes(routes!(runs::start))
        .routes(routes!(runs::stdin))
        .routes(routes!(runs::stop))
        .routes(routes!(runs::trace))
        .routes(routes!(comparisons::start))
        .split_for_parts();
    let document = Arc::new(document);
    api.route("/api/openapi.json", get(move || async move { Json(document.as_ref().clone()) }))
        .fallback(elsewhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&server), origin::refuse_foreign))
        .layer(middleware::from_fn(site::harden))
        // Events are not compressed: the default predicate leaves `text/event-stream` alone, so nothing is held back.
        .layer(CompressionLayer::new())
        .with_state(server)
}

/// What is no route: the page's own addresses, or nothing.
async fn elsewhere(State(server): Shared, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return Failure::new(Kind::NotFound, format!("There is nothing at {path}; /api/openapi.json lists what there is."))
            .into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return wrong_method(request).await;
    }
    server.site.answer(path, request.headers())
}

async fn wrong_method(request: Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    Failure::new(Kind::WrongMethod, format!("{path} does not answer to {method}.")).into_response()
}
