//! `GET /api/health`.

use axum::Json;
use axum::extract::State;
use forkyard_wire::health::Health;

use super::Shared;
use crate::python::Found;

/// What the server is and has, and how busy it is.
#[utoipa::path(get, path = "/api/health", responses((status = OK, body = Health)))]
pub(super) async fn health(State(server): Shared) -> Json<Health> {
    let interpreters = server.interpreters.as_ref().ok();
    let (running, queued) = server.runs.counts();
    Json(Health {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        interpreters: interpreters.map(|all| all.all().iter().map(Found::minor).collect()).unwrap_or_default(),
        default_interpreter: interpreters.map(|all| all.default().minor()).unwrap_or_default(),
        cores: server.offer.cores,
        isolation: server.offer.isolation,
        isolation_detail: server.offer.isolation_detail.clone(),
        on_core: server.offer.on_core,
        running,
        queued,
    })
}
