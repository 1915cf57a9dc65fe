//! From a command to what becomes of the view: zooming, stepping, ranges.

use forkyard_timeline::{Selection, Side, Spot, Viewport, Way};

use super::keys::Command;
use super::picture::Picture;
use super::view::{Action, Sheet, View};

/// One press of a zoom key.
const ZOOM: f64 = 0.6;
/// One press of a key that moves along the axis, as a share of the window.
const STEP: f64 = 0.15;
/// Room on either side of a selection that fills the window, as a share of it.
const ROOM: f64 = 0.1;

/// What a command does to the view.
pub(super) fn steer(command: Command, view: &View, picture: &Picture) -> Option<Action> {
    let viewport = picture.viewport;
    let look = |viewport: Viewport| Some(Action::Look(viewport));
    match command {
        Command::ZoomIn => look(viewport.zoomed(focus(view, picture), ZOOM)),
        Command::ZoomOut => look(viewport.zoomed(focus(view, picture), 1.0 / ZOOM)),
        Command::Left => look(viewport.panned(-viewport.span_ns() * STEP)),
        Command::Right => look(viewport.panned(viewport.span_ns() * STEP)),
        Command::Fit => look(Viewport::fit(picture.length_ns())),
        Command::FitSelection => {
            let (from, to) = picture.extent(view.selection?)?;
            // A moment has no length: it gets the middle of a smaller window.
            let room = if from == to { viewport.span_ns() * ROOM } else { (to - from) as f64 * ROOM };
            look(viewport.window(from as f64 - room, to as f64 + room))
        }
        Command::Up => go(picture, Selection::Segment(across(view, picture, Way::Up)?)),
        Command::Down => go(picture, Selection::Segment(across(view, picture, Way::Down)?)),
        Command::Previous => go(picture, Selection::Segment(beside(view, picture, Side::Previous)?)),
        Command::Next => go(picture, Selection::Segment(beside(view, picture, Side::Next)?)),
        Command::RangeStart => Some(Action::RangeStart(here(view, picture).0)),
        Command::RangeEnd => {
            let (from, to) = (view.range_start?, here(view, picture).1);
            Some(Action::Select(Some(Selection::Range { from_ns: from.min(to), to_ns: from.max(to) })))
        }
        Command::Table => Some(Action::TogglePane),
        Command::Help => Some(Action::ToggleSheet(Sheet::Help)),
        Command::Escape => Some(Action::Escape),
    }
}

/// Selects something and brings it into sight.
pub(super) fn go(picture: &Picture, selection: Selection) -> Option<Action> {
    let (from, to) = picture.extent(selection)?;
    Some(Action::Go(selection, picture.viewport.showing(from, to)))
}

/// The moment that stays where it is while zooming: the selection's middle if it is in sight, else the window's.
fn focus(view: &View, picture: &Picture) -> f64 {
    let viewport = &picture.viewport;
    let middle = viewport.start_ns() + viewport.span_ns() / 2.0;
    let selected = view.selection.and_then(|selection| picture.extent(selection));
    let selected = selected.map(|(from, to)| from as f64 / 2.0 + to as f64 / 2.0);
    selected.filter(|t_ns| (viewport.start_ns()..viewport.end_ns()).contains(t_ns)).unwrap_or(middle)
}

/// What `[` and `]` mean by "here": the selected segment, else the pointer, else the window.
fn here(view: &View, picture: &Picture) -> (u64, u64) {
    let segment = view.selection.filter(|selection| !matches!(selection, Selection::Range { .. }));
    let pointed = view.hover.map(|hover| picture.viewport.time(hover.x, picture.width).max(0.0) as u64);
    segment
        .and_then(|selection| picture.extent(selection))
        .or(pointed.map(|t_ns| (t_ns, t_ns)))
        .unwrap_or((picture.viewport.start_ns() as u64, picture.viewport.end_ns() as u64))
}

fn across(view: &View, picture: &Picture, way: Way) -> Option<Spot> {
    picture.ask(|scene| match view.selection {
        Some(Selection::Segment(spot)) => spot.across(scene.traces, scene.layout, way),
        _ => Spot::first(scene.traces, scene.layout),
    })
}

fn beside(view: &View, picture: &Picture, side: Side) -> Option<Spot> {
    picture.ask(|scene| match view.selection {
        Some(Selection::Segment(spot)) => spot.beside(scene.traces.get(spot.panel)?, side),
        _ => Spot::first(scene.traces, scene.layout),
    })
}
