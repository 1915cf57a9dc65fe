//! What the browser tells the picture: its size, the theme, the wheel.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit, ResizeObserver, WheelEvent};
use yew::prelude::*;

/// The width of an element in CSS pixels; 0 until it is known. `shown` changes when the element comes or goes.
#[hook]
pub(super) fn use_element_width<D: PartialEq + 'static>(node: NodeRef, shown: D) -> f64 {
    let width = use_state(|| 0.0);
    {
        let width = width.setter();
        use_effect_with((node, shown), move |(node, _)| {
            let element = node.cast::<Element>();
            let watched = element.clone();
            let changed = Closure::<dyn FnMut()>::new(move || {
                if let Some(element) = &watched {
                    width.set(f64::from(element.client_width()));
                }
            });
            let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, &element) {
                observer.observe(element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(changed);
            }
        });
    }
    *width
}

/// A number that changes with the theme: the system's, the reader's choice, forced colours.
#[hook]
pub(super) fn use_theme_number() -> u32 {
    let counter = use_reducer(|| Counter(0));
    {
        let counter = counter.dispatcher();
        use_effect_with((), move |()| {
            let window = web_sys::window();
            let queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"];
            let listeners: Vec<EventListener> = queries
                .iter()
                .filter_map(|query| window.as_ref()?.match_media(query).ok()?)
                .map(|query| {
                    let counter = counter.clone();
                    EventListener::new(&query, "change", move |_| counter.dispatch(()))
                })
                .collect();
            let root = window.and_then(|window| window.document()).and_then(|document| document.document_element());
            let changed = Closure::<dyn FnMut()>::new(move || counter.dispatch(()));
            let observer = MutationObserver::new(changed.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(root)) = (&observer, &root) {
                let options = MutationObserverInit::new();
                options.set_attributes(true);
                let names = js_sys::Array::of1(&"data-theme".into());
                options.set_attribute_filter(&names);
                let _ = observer.observe_with_options(root, &options);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop((listeners, changed));
            }
        });
    }
    counter.0
}

/// Keeps the keyboard where it was when what had it is taken away: in the picture, or in what took its place.
#[hook]
pub(super) fn use_kept_focus<D: PartialEq + 'static>(place: NodeRef, shown: D) {
    let first = use_mut_ref(|| true);
    use_effect_with(shown, move |_| {
        if std::mem::replace(&mut *first.borrow_mut(), false) {
            return;
        }
        let Some(place) = place.cast::<Element>() else { return };
        let document = web_sys::window().and_then(|window| window.document());
        let active = document.and_then(|document| document.active_element());
        // The place itself is about to lose it: it takes the keyboard only while it holds the table.
        if active.is_none_or(|active| active.tag_name() == "BODY" || active == place) {
            let inner = place.query_selector("[tabindex]").ok().flatten().unwrap_or(place);
            if let Some(element) = inner.dyn_ref::<HtmlElement>() {
                let _ = element.focus();
            }
        }
    });
}

/// Hears the wheel over an element, and may keep it from the page: the browser's own listeners may not.
#[hook]
pub(super) fn use_wheel(node: NodeRef, heard: Callback<WheelEvent>) {
    // The listener stays while what it calls changes with every draw.
    let latest = use_mut_ref(|| heard.clone());
    *latest.borrow_mut() = heard;
    use_effect_with(node, move |node| {
        let listener = node.cast::<Element>().map(|element| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&element, "wheel", options, move |event| {
                if let Some(event) = event.dyn_ref::<WheelEvent>() {
                    let heard = latest.borrow().clone();
                    heard.emit(event.clone());
                }
            })
        });
        move || drop(listener)
    });
}

struct Counter(u32);

impl Reducible for Counter {
    type Action = ();

    fn reduce(self: std::rc::Rc<Self>, (): ()) -> std::rc::Rc<Self> {
        Self(self.0.wrapping_add(1)).into()
    }
}
