//! The first line of the page: its name, where one can go, the theme.

use yew::prelude::*;

use crate::page::arrival::focus_content;
use crate::page::theme::Theme;
use crate::route::Route;

/// The first line of the page, for the address in force.
#[hook]
pub fn use_header(route: &Route) -> Html {
    let theme = use_state(Theme::remembered);
    let onclick = {
        let theme = theme.clone();
        Callback::from(move |_: MouseEvent| {
            let next = theme.next();
            next.choose();
            theme.set(next);
        })
    };
    let skip = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        focus_content();
    });
    let in_lessons = matches!(route, Route::Lessons | Route::Lesson { .. });
    let in_scratch = *route == Route::Scratch;
    html! {
        <header class="header">
            <a class="skip" href="#main" onclick={skip}>{ "Skip to the content" }</a>
            <a href={Route::Home.path()} class="brand">
                <svg viewBox="0 0 32 32" aria-hidden="true" class="brand-mark">
                    <path d="M5 9h22M10 9c0 7 3 7 6 7h11M10 12c0 11 3 11 6 11h7" />
                </svg>
                { "Forkyard" }
            </a>
            <nav class="nav" aria-label="Pages">
                <span class={classes!("nav-item", in_lessons.then_some("is-here"))}>
                    <a href={Route::Lessons.path()}>{ "Lessons" }</a>
                </span>
                <span class={classes!("nav-item", in_scratch.then_some("is-here"))}>
                    <a href={Route::Scratch.path()}>{ "Scratch" }</a>
                </span>
            </nav>
            <button type="button" class="button is-quiet theme" {onclick}>
                <svg viewBox="0 0 16 16" aria-hidden="true" class="theme-mark">
                    <circle cx="8" cy="8" r="6.25" /><path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" />
                </svg>
                <span class="theme-label">{ "Theme: " }<span class="theme-name">{ theme.name() }</span></span>
            </button>
        </header>
    }
}
