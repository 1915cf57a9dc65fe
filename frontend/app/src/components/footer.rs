//! The state of the server, in words.

use forkyard_wire::health::Health;
use forkyard_wire::run::{Isolation, OnCore};
use yew::prelude::*;

use super::server::Server;
use crate::run::figures::count;

/// The last line of the page.
pub fn footer(server: &Server) -> Html {
    let (class, text) = match server {
        Server::Unknown => ("footer-state", "asking the server".to_owned()),
        Server::Here(health) => ("footer-state is-here", describe(health)),
        Server::Gone => ("footer-state is-gone", "the server does not answer; your programs are kept, trying again".to_owned()),
    };
    let detail = server.health().and_then(|health| health.isolation_detail.clone());
    html! {
        <footer class="footer">
            // Spoken when it is gone; how many runs others have, nobody wants to hear.
            <p {class} role={(*server == Server::Gone).then_some("alert")}>{ text }</p>
            if let Some(health) = server.health() {
                <p class="footer-more" title={detail}>
                    { isolation(health.isolation) }
                    { " · Python " }{ health.interpreters.join(", ") }
                    { " · Forkyard " }{ health.version.clone() }
                </p>
            }
        </footer>
    }
}

fn describe(health: &Health) -> String {
    let cores = count(health.cores as usize, "core", "cores");
    let on_core = match health.on_core {
        OnCore::Exact => "exact core times",
        OnCore::Sampled => "sampled core times",
        OnCore::Off => "no core times",
    };
    let busy = match (health.running, health.queued) {
        (0, _) => "ready".to_owned(),
        (running, 0) => count(running as usize, "run in progress", "runs in progress"),
        (running, queued) => format!("{}, {queued} waiting", count(running as usize, "run in progress", "runs in progress")),
    };
    format!("{busy}, {cores}, {on_core}")
}

fn isolation(isolation: Isolation) -> &'static str {
    match isolation {
        Isolation::Full => "runs are fully isolated",
        Isolation::Namespaces => "runs are isolated by namespaces",
        Isolation::Rlimits => "runs are held by resource limits alone",
        Isolation::None => "runs are not isolated",
    }
}
