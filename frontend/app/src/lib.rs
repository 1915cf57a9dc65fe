//! The page: lessons beside a workbench that runs programs, and a picture of what every process did.
//!
//! Down the layers: `pages` (what an address shows) → `components` (small, props in, callbacks out) → `workbench` (a program
//! and its runs) → `run` (what is known of a run: pure, one reducer) and `api` (the server, over HTTP) → `page` (the browser:
//! storage, theme, frames). `timeline` is the picture, `editor` the code editor. Only `pages` and the header know addresses.
#![forbid(unsafe_code)]

pub mod api;
pub mod components;
pub mod editor;
pub mod page;
pub mod pages;
pub mod route;
pub mod run;
pub mod timeline;
pub mod workbench;

use yew::prelude::*;

use components::header::use_header;
use components::opener::OpenerProvider;
use components::server::ServerProvider;
use pages::home::Home;
use pages::lesson::Lesson;
use pages::lessons::Lessons;
use pages::not_found::NotFound;
use pages::scratch::Scratch;
use pages::trace::Trace;
use route::{Route, use_route};
use timeline::use_warm_up;

/// The whole page.
#[component]
pub fn App() -> Html {
    let route = use_route();
    let header = use_header(&route);
    let warm_up = use_warm_up();
    html! {
        <ServerProvider>
            <OpenerProvider>
                { header }
                { show(route) }
                { warm_up }
            </OpenerProvider>
        </ServerProvider>
    }
}

fn show(route: Route) -> Html {
    match route {
        Route::Home => html! { <Home /> },
        Route::Lessons => html! { <Lessons /> },
        Route::Lesson { slug } => html! { <Lesson {slug} /> },
        Route::Scratch => html! { <Scratch /> },
        Route::Trace => html! { <Trace /> },
        Route::NotFound => html! { <NotFound /> },
    }
}
