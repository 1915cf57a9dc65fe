//! The keyboard stays where its user is: when what had it is taken away, what had it before gets it again.
//!
//! A button that goes with what it did, a field that closes, a sheet: without this the next Tab would begin at the top of the page.
//! Only for who goes by keys: who presses something looks where they press.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, HtmlElement, MutationObserver, MutationObserverInit, window};

/// So many elements are remembered.
const MOST: usize = 16;

/// Whoever takes something away may give the keyboard to something itself, in an effect, which comes some turns later. In milliseconds.
const AFTER_MS: u32 = 50;

/// Where keys were pressed since something else was, the last one at the end.
type Trail = Rc<RefCell<Vec<HtmlElement>>>;

/// Keeps the keyboard, as long as the page is there. To be called once.
pub fn keep_focus() {
    let Some((window, document)) = window().and_then(|window| Some((window.clone(), window.document()?))) else { return };
    let trail = Trail::default();
    // Another page moves it by itself.
    for (target, kind) in [(document.as_ref(), "pointerdown"), (window.as_ref(), "popstate")] {
        let trail = trail.clone();
        EventListener::new(target, kind, move |_| trail.borrow_mut().clear()).forget();
    }
    let pressed = trail.clone();
    let remember = move |event: &web_sys::Event| {
        // The editor's field is within a shadow root.
        if let Ok(element) = event.composed_path().get(0).dyn_into() {
            let mut trail = pressed.borrow_mut();
            if trail.last() != Some(&element) {
                if trail.len() == MOST {
                    trail.remove(0);
                }
                trail.push(element);
            }
        }
    };
    EventListener::new_with_options(&document, "keydown", EventListenerOptions::run_in_capture_phase(), remember).forget();
    let options = MutationObserverInit::new();
    options.set_child_list(true);
    options.set_subtree(true);
    let root = document.clone();
    let changed = Closure::<dyn FnMut()>::new(move || {
        if is_lost(&document, &trail) {
            let (document, trail) = (document.clone(), trail.clone());
            Timeout::new(AFTER_MS, move || give_back(&document, &trail)).forget();
        }
    });
    if let Ok(observer) = MutationObserver::new(changed.as_ref().unchecked_ref()) {
        let _ = observer.observe_with_options(&root, &options);
    }
    changed.forget();
}

/// Whether what had the keyboard was taken away, and nothing else has it.
fn is_lost(document: &Document, trail: &Trail) -> bool {
    trail.borrow().last().is_some_and(|last| !last.is_connected())
        && document.active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// Gives the keyboard to the last that had it and is still there.
fn give_back(document: &Document, trail: &Trail) {
    if is_lost(document, trail) {
        trail.borrow_mut().retain(|element| element.is_connected());
        let last = trail.borrow().last().cloned();
        last.into_iter().for_each(|last| drop(last.focus()));
    }
}
