//! The addresses of the page, and going from one to another without loading the page anew.
//!
//! A link is a plain `<a href>`: also one in a lesson's text. Whatever the reader's click would open in this window and this page
//! can show is shown at once; everything else stays the browser's affair.

use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, MouseEvent, window};
use yew::prelude::*;

/// The event that the address is another one.
const MOVED: &str = "popstate";

/// What the server answers itself.
const SERVER: &str = "/api/";

/// What an address shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// What this is, and a way in.
    Home,
    /// Every lesson.
    Lessons,
    /// One lesson.
    Lesson {
        /// The lesson's folder, `01-why-processes`.
        slug: String,
    },
    /// The workbench alone.
    Scratch,
    /// A run out of a file.
    Trace,
    /// Anything else.
    NotFound,
}

impl Route {
    /// What a path shows.
    pub fn of(path: &str) -> Self {
        let mut parts = path.trim_matches('/').split('/');
        match (parts.next().unwrap_or_default(), parts.next(), parts.next()) {
            ("", None, None) => Route::Home,
            ("lessons", None, None) => Route::Lessons,
            ("lessons", Some(slug), None) => Route::Lesson { slug: slug.to_owned() },
            ("scratch", None, None) => Route::Scratch,
            ("trace", None, None) => Route::Trace,
            _ => Route::NotFound,
        }
    }

    /// Where it is shown.
    pub fn path(&self) -> String {
        match self {
            Route::Home => "/".to_owned(),
            Route::Lessons => "/lessons".to_owned(),
            Route::Lesson { slug } => format!("/lessons/{slug}"),
            Route::Scratch => "/scratch".to_owned(),
            Route::Trace => "/trace".to_owned(),
            Route::NotFound => "/404".to_owned(),
        }
    }
}

/// The address in force. For the one component that shows the whole page: it takes the clicks.
#[hook]
pub fn use_route() -> Route {
    let route = use_state_eq(here);
    {
        let route = route.setter();
        use_effect_with((), move |()| {
            let listeners = window().map(|window| {
                let back = EventListener::new(&window, MOVED, move |_| route.set(here()));
                let options = gloo_events::EventListenerOptions::enable_prevent_default();
                let click = EventListener::new_with_options(&window, "click", options, move |event| {
                    if let Some(path) = event.dyn_ref().and_then(followed) {
                        event.prevent_default();
                        go(&path);
                    }
                });
                (back, click)
            });
            move || drop(listeners)
        });
    }
    (*route).clone()
}

fn here() -> Route {
    Route::of(&window().and_then(|window| window.location().pathname().ok()).unwrap_or_default())
}

/// Shows what is at a path of the page.
pub fn go(path: &str) {
    let Some(window) = window() else { return };
    // Here already: a step back from it would lead nowhere else.
    if window.location().pathname().is_ok_and(|here| here == path) {
        return;
    }
    // Refused when asked for too often: then the page stays where it is.
    let _ = window.history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(path)));
    // The browser tells of a step back alone.
    let _ = Event::new(MOVED).and_then(|moved| window.dispatch_event(&moved));
}

/// The path that a click leads to, if it is one of the page's own and nothing else is wanted of it: another tab, a download.
fn followed(click: &MouseEvent) -> Option<String> {
    let plain = click.button() == 0 && !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key());
    if !plain || click.default_prevented() {
        return None;
    }
    let link = click.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    if link.has_attribute("download") || link.has_attribute("target") {
        return None;
    }
    let path = link.get_attribute("href")?;
    (path.starts_with('/') && !path.starts_with("//") && !path.starts_with(SERVER)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_back_to_itself() {
        let lesson = Route::Lesson { slug: "02-first-process".to_owned() };
        for route in [Route::Home, Route::Lessons, lesson, Route::Scratch, Route::Trace, Route::NotFound] {
            assert_eq!(Route::of(&route.path()), route);
        }
    }

    #[test]
    fn a_slash_at_the_end_changes_nothing_and_a_part_too_many_does() {
        assert_eq!(Route::of("/lessons/"), Route::Lessons);
        assert_eq!(Route::of("/lessons/a/b"), Route::NotFound);
        assert_eq!(Route::of("/nowhere"), Route::NotFound);
    }
}
