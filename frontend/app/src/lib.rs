//! The page: lessons beside a workbench that runs programs, and a picture of what every process did.
//!
//! Down the layers: `pages` (what an address shows) → `components` (small, props in, callbacks out) → `run` (what is known of
//! a run: pure, one reducer) and `api` (the server, over HTTP) → `page` (the browser: storage, theme, frames). `timeline` is
//! the picture, `editor` the code editor. Nothing below `pages` knows the addresses.
#![forbid(unsafe_code)]

pub mod route;
pub mod timeline;

use yew::prelude::*;
use yew_router::prelude::*;

use route::Route;

/// The whole page.
#[component]
pub fn App() -> Html {
    html! {
        <BrowserRouter>
            <Switch<Route> render={|route: Route| html! { <main id="main">{ format!("{route:?}") }</main> }} />
        </BrowserRouter>
    }
}
