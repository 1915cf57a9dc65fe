//! What the server is, known everywhere on the page.

use forkyard_wire::health::Health;
use gloo_timers::future::TimeoutFuture;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::api::{self, ApiError};

/// How often a server that answers is asked, in milliseconds.
const WHEN_WELL_MS: u32 = 60_000;

/// How often a server that is gone is asked, in milliseconds.
const WHEN_GONE_MS: u32 = 3_000;

/// What is known of the server.
#[derive(Debug, Clone, PartialEq)]
pub enum Server {
    /// It was not heard of yet.
    Unknown,
    /// It answers.
    Here(Rc<Health>),
    /// It does not answer.
    Gone,
}

impl Server {
    /// What it has, if it answers.
    pub fn health(&self) -> Option<&Health> {
        match self {
            Server::Here(health) => Some(health),
            Server::Unknown | Server::Gone => None,
        }
    }
}

/// What is within.
#[derive(Properties, PartialEq)]
pub struct ServerProviderProps {
    /// Whoever may want to know.
    pub children: Html,
}

/// Asks the server how it is, now and again, and tells those within.
#[component]
pub fn ServerProvider(props: &ServerProviderProps) -> Html {
    let server = use_state_eq(|| Server::Unknown);
    {
        let server = server.setter();
        use_effect_with((), move |()| {
            let mounted = Rc::new(Cell::new(true));
            let asks = mounted.clone();
            spawn_local(async move {
                while asks.get() {
                    let answer = api::health().await;
                    let pause = if answer.is_ok() { WHEN_WELL_MS } else { WHEN_GONE_MS };
                    server.set(match answer {
                        Ok(health) => Server::Here(Rc::new(health)),
                        Err(ApiError::Unreachable(_) | ApiError::Unreadable(_) | ApiError::Refused(_)) => Server::Gone,
                    });
                    TimeoutFuture::new(pause).await;
                }
            });
            move || mounted.set(false)
        });
    }
    html! { <ContextProvider<Server> context={(*server).clone()}>{ props.children.clone() }</ContextProvider<Server>> }
}

/// What is known of the server.
#[hook]
pub fn use_server() -> Server {
    use_context::<Server>().unwrap_or(Server::Unknown)
}
