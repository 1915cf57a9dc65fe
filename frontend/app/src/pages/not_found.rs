//! An address that shows nothing.

use yew::prelude::*;

use crate::page::arrival::use_arrival;
use crate::route::Route;

/// The page for it.
#[component]
pub fn NotFound() -> Html {
    use_arrival("Nothing here".into());
    html! {
        <main id="main" class="page not-found" tabindex="-1">
            <h1>{ "There is nothing at this address" }</h1>
            <p>{ "It may have been mistyped, or the lesson was renamed." }</p>
            <p><a href={Route::Lessons.path()} class="button is-main">{ "See all lessons" }</a></p>
        </main>
    }
}
