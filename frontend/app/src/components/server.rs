//! What the server is, known everywhere on the page.

use std::cell::Cell;
use std::rc::Rc;

use forkyard_wire::health::Health;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::footer::footer;
use crate::api::{self, ApiError};

/// How often a server that answers is asked, in milliseconds.
const WHEN_WELL_MS: u32 = 20_000;

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

/// The server as the page knows it, and a way to ask it again at once.
#[derive(Clone, PartialEq)]
struct Known {
    server: Server,
    ask: Callback<()>,
}

/// What is within.
#[derive(Properties, PartialEq)]
pub struct ServerProviderProps {
    /// Whoever may want to know.
    pub children: Html,
}

/// Asks the server how it is, now and again, and tells those within, and the reader below them.
#[component]
pub fn ServerProvider(props: &ServerProviderProps) -> Html {
    let server = use_state_eq(|| Server::Unknown);
    let ask = {
        let server = server.setter();
        use_callback((), move |(), ()| {
            let server = server.clone();
            spawn_local(async move { server.set(hear().await) });
        })
    };
    {
        let server = server.setter();
        use_effect_with((), move |()| {
            let mounted = Rc::new(Cell::new(true));
            let asks = mounted.clone();
            spawn_local(async move {
                while asks.get() {
                    let heard = hear().await;
                    let pause = if heard == Server::Gone { WHEN_GONE_MS } else { WHEN_WELL_MS };
                    server.set(heard);
                    TimeoutFuture::new(pause).await;
                }
            });
            move || mounted.set(false)
        });
    }
    let known = Known { server: (*server).clone(), ask };
    html! {
        <>
            <ContextProvider<Known> context={known}>{ props.children.clone() }</ContextProvider<Known>>
            { footer(&server) }
        </>
    }
}

/// What is known of the server.
#[hook]
pub fn use_server() -> Server {
    use_context::<Known>().map_or(Server::Unknown, |known| known.server)
}

/// Has the server asked again whenever a run found it gone, and when the next one is tried.
#[hook]
pub fn use_doubt(gone: Doubt) {
    let ask = use_context::<Known>().map(|known| known.ask);
    use_effect_with(gone, move |gone| {
        let ask = ask.filter(|_| *gone == Doubt::Gone).unwrap_or_default();
        ask.emit(());
        move || ask.emit(())
    });
}

/// What a run found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing amiss.
    None,
    /// The server was gone.
    Gone,
}

async fn hear() -> Server {
    match api::health().await {
        Ok(health) => Server::Here(Rc::new(health)),
        Err(ApiError::Unreachable(_) | ApiError::Unreadable(_) | ApiError::Refused(_)) => Server::Gone,
    }
}
