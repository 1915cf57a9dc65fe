//! What the browser tells the picture: its size, the theme, the wheel.

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Timeout;
use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit, ResizeObserver, WheelEvent};
use yew::prelude::*;

use super::recording::Recording;
use super::view::Pane;
use crate::page::frame::AtFrame;

/// One scrolls so far, in CSS pixels, before other rows are painted.
const STEP: i32 = 128;

/// Two figures of an element, measured again when its size changes or it is scrolled; (0, 0) until they are known. `shown` changes
/// when the element comes or goes.
#[hook]
pub(super) fn use_measured(node: NodeRef, shown: (bool, Pane), measure: fn(&Element) -> (i32, i32)) -> (i32, i32) {
    let measured = use_state_eq(|| (0, 0));
    {
        let measured = measured.setter();
        use_effect_with((node, shown), move |(node, _)| {
            let element = node.cast::<Element>();
            if let Some(element) = &element {
                // Not only once it is observed: there would be a picture without a width before.
                measured.set(measure(element));
            }
            let watched = element.clone();
            let changed = Closure::<dyn FnMut()>::new(move || {
                if let Some(element) = &watched {
                    measured.set(measure(element));
                }
            });
            let heard: &Function = changed.as_ref().unchecked_ref();
            let observer = ResizeObserver::new(heard).ok();
            if let (Some(observer), Some(element)) = (&observer, &element) {
                observer.observe(element);
                let _ = element.add_event_listener_with_callback("scroll", heard);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                if let Some(element) = element {
                    let _ = element.remove_event_listener_with_callback("scroll", changed.as_ref().unchecked_ref());
                }
                drop(changed);
            }
        });
    }
    *measured
}

/// The width of an element in CSS pixels.
pub(super) fn width(element: &Element) -> (i32, i32) {
    (element.client_width(), 0)
}

/// From where to where the content of a scrolled element is in sight, in CSS pixels; in steps, and with a step beyond either edge, so
/// that nothing has to be painted for every pixel one scrolls.
pub(super) fn sight(element: &Element) -> (i32, i32) {
    let (top, height) = (element.scroll_top(), element.client_height());
    ((top / STEP - 1).max(0) * STEP, ((top + height) / STEP + 2) * STEP)
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

/// Whether these runs are over and were painted as they are now: what is said of them at length is worked out after that.
#[hook]
pub(super) fn use_painted(runs: &[Recording], running: bool) -> bool {
    let painted = use_state(Vec::new);
    {
        let painted = painted.setter();
        use_effect_with((runs.to_vec(), running), move |(runs, running)| {
            let (runs, wanted) = (runs.clone(), !running);
            let second = AtFrame::new(move || {
                let (painted, runs) = (painted.clone(), runs.clone());
                // After the frame's other work, the painting.
                Timeout::new(0, move || painted.set(runs)).forget();
            });
            // The first picture may have made room for more of it.
            let first = AtFrame::new(move || second.ask());
            if wanted {
                first.ask();
            }
            move || drop(first)
        });
    }
    !running && *painted == runs
}

/// A place for an element that gets the keyboard when it comes.
#[hook]
pub(super) fn use_focus_when(comes: bool) -> NodeRef {
    let place = use_node_ref();
    {
        let place = place.clone();
        use_effect_with(comes, move |_| {
            if let Some(element) = place.cast::<HtmlElement>() {
                let _ = element.focus();
            }
        });
    }
    place
}

/// Keeps the keyboard in the picture, or in what takes its place: the table, the empty picture of a run that begins.
#[hook]
pub(super) fn use_focus_within(place: NodeRef) {
    let active = || web_sys::window()?.document()?.active_element();
    // Before this rendering takes away what has it.
    let within = place.cast::<Element>().filter(|place| place.contains(active().as_deref()));
    use_effect(move || {
        let Some(place) = within else { return };
        // The place itself takes the keyboard only while it holds no picture.
        if active().is_none_or(|active| active.tag_name() == "BODY" || active == place) {
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
