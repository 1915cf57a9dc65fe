//! Shows the page. Everything is in the library beside it.
#![forbid(unsafe_code)]

fn main() {
    yew::Renderer::<forkyard_app::App>::new().render();
}
