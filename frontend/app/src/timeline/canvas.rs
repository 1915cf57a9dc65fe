//! The canvas, painted once a frame however often it was asked for.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::paint::Painter;
use super::palette::Palette;
use super::picture::Picture;

/// The canvas with the picture, and the segments of a line of the program lit; `theme` changes with the theme.
#[hook]
pub(super) fn use_canvas(picture: &Picture, lit: Option<u32>, theme: u32) -> Html {
    let node = use_node_ref();
    // Asking the browser for thirty colours takes longer than painting a small run.
    let known = use_mut_ref(|| None::<(u32, Palette)>);
    {
        let node = node.clone();
        use_effect_with((picture.clone(), lit, theme), move |(picture, lit, theme)| {
            let (picture, lit, theme) = (picture.clone(), *lit, *theme);
            let wide = picture.width >= 1.0;
            let frame = wide.then(|| {
                Frame::ask(move || {
                    let Some(canvas) = node.cast::<HtmlCanvasElement>() else { return };
                    let mut known = known.borrow_mut();
                    if known.as_ref().is_none_or(|(of, _)| *of != theme) {
                        *known = Palette::of(&canvas).map(|palette| (theme, palette));
                    }
                    let Some((_, palette)) = &*known else { return };
                    if let Some(painter) = Painter::of(&canvas, &picture, palette) {
                        picture.ask(|scene| painter.paint(scene, lit));
                    }
                })
            });
            move || drop(frame)
        });
    }
    let (top, bottom) = picture.painted();
    let style = format!("top: {}px; height: {}px", top as i32, (bottom - top) as i32);
    html! { <canvas ref={node} class="timeline-canvas" {style} aria-hidden="true" /> }
}

/// A request for the next frame, taken back when dropped.
struct Frame {
    number: Option<i32>,
    _paint: Closure<dyn FnMut()>,
}

impl Frame {
    fn ask(paint: impl FnOnce() + 'static) -> Self {
        let mut paint = Some(paint);
        let closure = Closure::<dyn FnMut()>::new(move || {
            if let Some(paint) = paint.take() {
                paint();
            }
        });
        let window = web_sys::window();
        let number = window.and_then(|window| window.request_animation_frame(closure.as_ref().unchecked_ref()).ok());
        Self { number, _paint: closure }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        if let (Some(number), Some(window)) = (self.number, web_sys::window()) {
            let _ = window.cancel_animation_frame(number);
        }
    }
}
