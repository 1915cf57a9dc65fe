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
        Command::Find => Some(Action::Find(Some(String::new()))),
        Command::Critical => Some(Action::ToggleCritical),
        Command::Objects => Some(Action::ToggleObjects(picture.layout.objects())),
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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use yew::Reducible;

    use super::*;
    use crate::timeline::picture::sample::picture;

    /// Presses keys one after the other, and says what was selected after each.
    fn press(keys: &[Command]) -> (Rc<View>, Vec<Option<String>>) {
        let mut picture = picture();
        let mut view = Rc::new(View::default());
        let mut said = Vec::new();
        for key in keys {
            if let Some(action) = steer(*key, &view, &picture) {
                view = view.reduce(action);
            }
            picture.viewport = view.viewport(picture.length_ns());
            said.push(view.selection.and_then(|selection| picture.sentence(selection)));
        }
        (view, said)
    }

    #[test]
    fn the_keys_walk_from_row_to_row_and_along_a_row() {
        let (_, said) = press(&[Command::Down, Command::Down, Command::Next, Command::Up]);
        let starts = |number: usize, text: &str| said[number].as_deref().is_some_and(|said: &str| said.starts_with(text));
        assert!(starts(0, "Process-1 was in"), "{said:?}");
        assert!(starts(1, "Process-2 was in") || starts(1, "Process-2 waited"), "{said:?}");
        assert!(starts(3, "Process-1"), "{said:?}");
    }

    #[test]
    fn brackets_make_a_range_of_what_is_selected() {
        let (view, _) = press(&[Command::Down, Command::RangeStart, Command::RangeEnd]);
        assert_eq!(view.selection, Some(Selection::Range { from_ns: 0, to_ns: 100_000_000 }));
    }

    #[test]
    fn an_end_without_a_beginning_is_no_range() {
        let (view, _) = press(&[Command::Down, Command::RangeEnd]);
        assert!(matches!(view.selection, Some(Selection::Segment(_))));
    }

    #[test]
    fn escape_gives_up_one_thing_at_a_time() {
        let (view, _) = press(&[Command::Down, Command::Help, Command::Escape]);
        assert!(view.selection.is_some() && view.sheet.is_none());
        let (view, _) = press(&[Command::Down, Command::Help, Command::Escape, Command::Escape]);
        assert_eq!(view.selection, None);
    }

    #[test]
    fn the_critical_path_is_given_up_after_the_selection() {
        let (view, _) = press(&[Command::Critical, Command::Down, Command::Escape]);
        assert!(view.critical && view.selection.is_none());
        let (view, _) = press(&[Command::Critical, Command::Down, Command::Escape, Command::Escape]);
        assert!(!view.critical);
    }

    #[test]
    fn zooming_in_and_fitting_shows_everything_again() {
        let (zoomed, _) = press(&[Command::ZoomIn, Command::ZoomIn, Command::Right]);
        let everything = Viewport::fit(100_000_000);
        assert!(zoomed.viewport(100_000_000).span_ns() < everything.span_ns());
        let (fitted, _) = press(&[Command::ZoomIn, Command::Right, Command::Fit]);
        assert_eq!(fitted.viewport(100_000_000), everything);
    }

    #[test]
    fn the_selection_can_fill_the_window() {
        let (view, _) = press(&[Command::Down, Command::Down, Command::Next, Command::FitSelection]);
        let viewport = view.viewport(100_000_000);
        assert!(viewport.span_ns() < 100e6, "{viewport:?}");
    }
}
