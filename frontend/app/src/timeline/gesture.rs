//! Pointers over the picture: a click selects, a drag selects a range, with a finger a drag moves and two fingers zoom.
//! Pure: where pointers are in, what they ask for out.

use forkyard_timeline::{Selection, Viewport};

use super::picture::Picture;

/// A pointer that moved less than this has not moved.
const SLACK: f64 = 4.0;

/// A pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pointer {
    /// The browser's number for it.
    pub(super) id: i32,
    /// From the picture's left edge, in CSS pixels.
    pub(super) x: f64,
    /// From its upper edge.
    pub(super) y: f64,
    /// What it is.
    pub(super) tool: Tool,
}

/// What a pointer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    /// A mouse or a pen.
    Mouse,
    /// A mouse with Shift or the middle button: moves the picture.
    Grab,
    /// A finger.
    Finger,
}

/// What the pointers ask for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wish {
    /// Select what lies there.
    Pick(f64, f64),
    /// Select this range.
    Range(Selection),
    /// Look there.
    Look(Viewport),
}

/// The pointers that are down.
#[derive(Debug, Clone, Default)]
pub(super) struct Gesture {
    down: Vec<Pointer>,
    /// Where the first went down, and the window then.
    begun: Option<(Pointer, Viewport)>,
    /// The distance of two fingers and the moment between them, when the second went down.
    pinch: Option<(f64, f64, Viewport)>,
    moved: Moved,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Moved {
    #[default]
    No,
    Yes,
}

impl Gesture {
    /// A pointer goes down.
    pub(super) fn press(&mut self, pointer: Pointer, picture: &Picture) {
        self.down.retain(|other| other.id != pointer.id);
        self.down.push(pointer);
        match self.down[..] {
            [only] => {
                self.begun = Some((only, picture.viewport));
                self.moved = Moved::No;
            }
            [first, second, ..] => {
                let middle = (first.x + second.x) / 2.0;
                let apart = (first.x - second.x).abs().max(20.0);
                self.pinch = Some((apart, picture.viewport.time(middle, picture.width), picture.viewport));
                self.moved = Moved::Yes;
            }
            [] => {}
        }
    }

    /// A pointer that is down moves.
    pub(super) fn drag(&mut self, pointer: Pointer, picture: &Picture) -> Option<Wish> {
        let known = self.down.iter_mut().find(|other| other.id == pointer.id)?;
        (known.x, known.y) = (pointer.x, pointer.y);
        if let ([first, second, ..], Some((apart, about, viewport))) = (&self.down[..], self.pinch) {
            let middle = (first.x + second.x) / 2.0;
            let zoomed = viewport.zoomed(about, apart / (first.x - second.x).abs().max(20.0));
            // The moment between the fingers stays between them.
            let slip = about - zoomed.time(middle, picture.width);
            return Some(Wish::Look(zoomed.panned(slip)));
        }
        let (begun, viewport) = self.begun?;
        if (pointer.x - begun.x).abs() > SLACK {
            self.moved = Moved::Yes;
        }
        if self.moved == Moved::No {
            return None;
        }
        match begun.tool {
            Tool::Mouse => Some(Wish::Range(range(picture, begun.x, pointer.x))),
            Tool::Grab | Tool::Finger => {
                let by = (begun.x - pointer.x) / picture.width.max(1.0) * viewport.span_ns();
                Some(Wish::Look(viewport.panned(by)))
            }
        }
    }

    /// A pointer goes up.
    pub(super) fn release(&mut self, pointer: Pointer, picture: &Picture) -> Option<Wish> {
        let was_down = self.down.iter().any(|other| other.id == pointer.id);
        self.down.retain(|other| other.id != pointer.id);
        self.pinch = None;
        if let [left] = self.down[..] {
            // One finger stays: it moves the picture from where it is now.
            self.begun = Some((left, picture.viewport));
            return None;
        }
        let picked = was_down && self.moved == Moved::No;
        picked.then_some(Wish::Pick(pointer.x, pointer.y))
    }

    /// The browser took the pointers away, to scroll.
    pub(super) fn cancel(&mut self) {
        *self = Self::default();
    }

    /// Whether a pointer is down.
    pub(super) fn is_busy(&self) -> bool {
        !self.down.is_empty()
    }
}

fn range(picture: &Picture, from_x: f64, to_x: f64) -> Selection {
    let time = |x: f64| picture.viewport.time(x, picture.width).max(0.0).min(picture.viewport.length_ns()) as u64;
    let (from, to) = (time(from_x), time(to_x));
    Selection::Range { from_ns: from.min(to), to_ns: from.max(to) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::picture::sample::picture;

    fn at(id: i32, x: f64, tool: Tool) -> Pointer {
        Pointer { id, x, y: 20.0, tool }
    }

    #[test]
    fn a_press_that_does_not_move_picks() {
        let (mut gesture, picture) = (Gesture::default(), picture());
        gesture.press(at(1, 100.0, Tool::Mouse), &picture);
        assert_eq!(gesture.drag(at(1, 102.0, Tool::Mouse), &picture), None);
        assert_eq!(gesture.release(at(1, 102.0, Tool::Mouse), &picture), Some(Wish::Pick(102.0, 20.0)));
        assert!(!gesture.is_busy());
    }

    #[test]
    fn a_drag_with_the_mouse_selects_a_range_and_picks_nothing() {
        let (mut gesture, picture) = (Gesture::default(), picture());
        gesture.press(at(1, 500.0, Tool::Mouse), &picture);
        let Some(Wish::Range(Selection::Range { from_ns, to_ns })) = gesture.drag(at(1, 200.0, Tool::Mouse), &picture) else {
            panic!("no range");
        };
        assert!(from_ns < to_ns, "also when it is dragged to the left");
        assert_eq!(gesture.release(at(1, 200.0, Tool::Mouse), &picture), None);
    }

    #[test]
    fn a_finger_moves_what_it_lies_on() {
        let (mut gesture, mut picture) = (Gesture::default(), picture());
        picture.viewport = picture.viewport.window(40e6, 60e6);
        let below = picture.viewport.time(500.0, 1_000.0);
        gesture.press(at(1, 500.0, Tool::Finger), &picture);
        let Some(Wish::Look(moved)) = gesture.drag(at(1, 300.0, Tool::Finger), &picture) else { panic!("not moved") };
        assert!((moved.x(below, 1_000.0) - 300.0).abs() < 1e-6);
    }

    #[test]
    fn two_fingers_zoom_and_the_moment_between_them_stays() {
        let (mut gesture, mut picture) = (Gesture::default(), picture());
        picture.viewport = picture.viewport.window(40e6, 60e6);
        let between = picture.viewport.time(500.0, 1_000.0);
        gesture.press(at(1, 450.0, Tool::Finger), &picture);
        gesture.press(at(2, 550.0, Tool::Finger), &picture);
        gesture.drag(at(1, 400.0, Tool::Finger), &picture);
        let Some(Wish::Look(zoomed)) = gesture.drag(at(2, 600.0, Tool::Finger), &picture) else { panic!("not zoomed") };
        assert!((zoomed.span_ns() - 10e6).abs() < 1.0, "twice as far apart shows half as much");
        assert!((zoomed.x(between, 1_000.0) - 500.0).abs() < 1e-6);
        assert_eq!(gesture.release(at(1, 400.0, Tool::Finger), &picture), None);
        assert_eq!(gesture.release(at(2, 600.0, Tool::Finger), &picture), None, "a pinch picks nothing");
    }

    #[test]
    fn a_pointer_that_was_never_down_does_nothing() {
        let (mut gesture, picture) = (Gesture::default(), picture());
        assert_eq!(gesture.drag(at(1, 300.0, Tool::Mouse), &picture), None);
        assert_eq!(gesture.release(at(1, 300.0, Tool::Mouse), &picture), None);
    }
}
