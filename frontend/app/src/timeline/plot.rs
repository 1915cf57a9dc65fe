//! The picture itself: canvas, overlay, tooltip, and the pointers, wheel and keys over it.

use std::rc::Rc;

use forkyard_timeline::critical::Step;
use forkyard_timeline::{Selection, Viewport};
use web_sys::{Element, KeyboardEvent, PointerEvent, WheelEvent};
use yew::prelude::*;

use super::canvas::use_canvas;
use super::gesture::{Gesture, Pointer, Tool, Wish};
use super::keys::command;
use super::observe::use_wheel;
use super::overlay::{Over, overlay};
use super::picture::Picture;
use super::steer::steer;
use super::tooltip::tooltip;
use super::view::{Action, Hover, View};

/// Pixels of a wheel's turn that halve or double what is in sight.
const WHEEL_OCTAVE: f64 = 240.0;

/// What a [`Plot`] shows and tells.
#[derive(Properties, PartialEq)]
pub(super) struct PlotProps {
    /// The picture.
    pub(super) picture: Picture,
    /// What the reader did to it.
    pub(super) view: View,
    /// The line of the program whose segments are lit.
    pub(super) lit: Option<u32>,
    /// What is pointed at from outside.
    pub(super) pointed: Option<Selection>,
    /// The critical path of each run; empty when it is not shown.
    pub(super) paths: Rc<Vec<Vec<Step>>>,
    /// Changes with the theme.
    pub(super) theme: u32,
    /// The picture in a sentence.
    pub(super) summary: AttrValue,
    /// The element that measures the width.
    pub(super) node: NodeRef,
    /// The reader does something.
    pub(super) on_action: Callback<Action>,
}

/// The picture itself.
#[component]
pub(super) fn Plot(props: &PlotProps) -> Html {
    let canvas = use_canvas(&props.picture, props.lit, props.theme);
    let gesture = use_mut_ref(Gesture::default);
    let wish = {
        let (picture, on_action) = (props.picture.clone(), props.on_action.clone());
        Callback::from(move |wish: Wish| {
            on_action.emit(match wish {
                Wish::Pick(x, y) => Action::Select(picture.under(x, y)),
                Wish::Range(range) => Action::Select(Some(range)),
                Wish::Look(viewport) => Action::Look(viewport),
            });
        })
    };
    let onpointerdown = {
        let (gesture, picture, node) = (gesture.clone(), props.picture.clone(), props.node.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() > 1 {
                return;
            }
            // Dragging goes on outside the picture.
            if let Some(element) = node.cast::<Element>() {
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            gesture.borrow_mut().press(pointer(&event, &node), &picture);
        })
    };
    let onpointermove = {
        let (gesture, picture, node) = (gesture.clone(), props.picture.clone(), props.node.clone());
        let (wish, on_action) = (wish.clone(), props.on_action.clone());
        Callback::from(move |event: PointerEvent| {
            let pointer = pointer(&event, &node);
            let busy = gesture.borrow().is_busy();
            if busy {
                let wished = gesture.borrow_mut().drag(pointer, &picture);
                if let Some(wished) = wished {
                    wish.emit(wished);
                }
            }
            let (x, y) = (pointer.x, pointer.y);
            let what = if busy || pointer.tool == Tool::Finger { None } else { picture.under(x, y) };
            on_action.emit(Action::Hover(what.map(|what| Hover { what, x, y })));
        })
    };
    let onpointerup = {
        let (gesture, picture, node) = (gesture.clone(), props.picture.clone(), props.node.clone());
        Callback::from(move |event: PointerEvent| {
            let wished = gesture.borrow_mut().release(pointer(&event, &node), &picture);
            if let Some(wished) = wished {
                wish.emit(wished);
            }
        })
    };
    let onpointercancel = Callback::from(move |_: PointerEvent| gesture.borrow_mut().cancel());
    let onpointerleave = props.on_action.reform(|_: PointerEvent| Action::Hover(None));
    let onkeydown = {
        let (picture, view, on_action) = (props.picture.clone(), props.view.clone(), props.on_action.clone());
        Callback::from(move |event: KeyboardEvent| {
            // With Ctrl, Alt or the command key a key is the browser's or the page's.
            if event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            let Some(command) = command(&event.key()) else { return };
            event.prevent_default();
            event.stop_propagation();
            if let Some(action) = steer(command, &view, &picture) {
                on_action.emit(action);
            }
        })
    };
    {
        let (picture, on_action, node) = (props.picture.clone(), props.on_action.clone(), props.node.clone());
        use_wheel(
            props.node.clone(),
            Callback::from(move |event: WheelEvent| {
                if let Some(viewport) = turned(&event, &picture, &node) {
                    event.prevent_default();
                    on_action.emit(Action::Look(viewport));
                }
            }),
        );
    }
    let View { selection, hover, range_start, .. } = props.view.clone();
    let sentence = hover.and_then(|hover| {
        let text = props.picture.sentence(hover.what)?;
        Some(tooltip(text, (hover.x, hover.y), (props.picture.width, props.picture.layout.height)))
    });
    let pointing = if hover.is_some() { "pointer" } else { "crosshair" };
    let style = format!("height: {}px; cursor: {pointing}", props.picture.layout.height as i32);
    html! {
        <div
            ref={props.node.clone()}
            class="timeline-plot"
            {style}
            tabindex="0"
            role="application"
            aria-roledescription="timeline"
            aria-label={format!("Timeline: {}. Press the question mark for its keys, T for a table.", props.summary)}
            {onpointerdown} {onpointermove} {onpointerup} {onpointercancel} {onpointerleave} {onkeydown}
        >
            { canvas }
            { overlay(&Over { picture: &props.picture, selection, hover: hover.map(|hover| hover.what).or(props.pointed), range_start, paths: &props.paths }) }
            { sentence }
        </div>
    }
}

fn pointer(event: &PointerEvent, node: &NodeRef) -> Pointer {
    let (left, top) = corner(node);
    let tool = match event.pointer_type().as_str() {
        "touch" => Tool::Finger,
        _ if event.shift_key() || event.buttons() == 4 => Tool::Grab,
        _ => Tool::Mouse,
    };
    let (x, y) = (f64::from(event.client_x()) - left, f64::from(event.client_y()) - top);
    Pointer { id: event.pointer_id(), x, y, tool }
}

/// Where a turn of the wheel leads; none where the page should scroll.
fn turned(event: &WheelEvent, picture: &Picture, node: &NodeRef) -> Option<Viewport> {
    // Lines and pages instead of pixels, as some mice have it.
    let unit = match event.delta_mode() {
        WheelEvent::DOM_DELTA_LINE => 16.0,
        WheelEvent::DOM_DELTA_PAGE => 400.0,
        _ => 1.0,
    };
    let (across, down) = (event.delta_x() * unit, event.delta_y() * unit);
    let viewport = picture.viewport;
    if event.ctrl_key() || event.meta_key() {
        let x = f64::from(event.client_x()) - corner(node).0;
        return Some(viewport.zoomed(viewport.time(x, picture.width), js_sys::Math::pow(2.0, down / WHEEL_OCTAVE)));
    }
    let across = if event.shift_key() && across == 0.0 { down } else { across };
    (across.abs() > down.abs() || event.shift_key())
        .then(|| viewport.panned(across / picture.width.max(1.0) * viewport.span_ns()))
}

fn corner(node: &NodeRef) -> (f64, f64) {
    node.cast::<Element>().map_or((0.0, 0.0), |element| {
        let rectangle = element.get_bounding_client_rect();
        (rectangle.left(), rectangle.top())
    })
}
