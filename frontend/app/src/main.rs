//! Shows the page. Everything is in the library beside it.
#![forbid(unsafe_code)]

fn main() {
    forkyard_app::page::kept_focus::keep_focus();
    yew::Renderer::<forkyard_app::App>::new().render();
}
