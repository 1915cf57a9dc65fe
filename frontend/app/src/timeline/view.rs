//! What the reader did to the picture: where they look, what they chose, what they have open. One reducer; no DOM.

use std::rc::Rc;

use forkyard_timeline::{Follow, Objects, Selection, Viewport};
use yew::Reducible;

/// What is shown in place of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Pane {
    /// The picture itself.
    #[default]
    Picture,
    /// The table with the same rows.
    Table,
}

/// A sheet over the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sheet {
    /// What the colours mean, and the keys.
    Help,
}

/// What the pointer is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hover {
    /// What.
    pub(super) what: Selection,
    /// Where the pointer is, in CSS pixels from the picture's upper left corner.
    pub(super) x: f64,
    /// The same, downwards.
    pub(super) y: f64,
}

/// The reader's state.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct View {
    viewport: Viewport,
    /// Whose it is.
    of: Vec<usize>,
    /// What is chosen.
    pub(super) selection: Option<Selection>,
    /// What the pointer is over.
    pub(super) hover: Option<Hover>,
    /// Picture or table.
    pub(super) pane: Pane,
    /// What lies over it.
    pub(super) sheet: Option<Sheet>,
    /// Where `[` was pressed.
    pub(super) range_start: Option<u64>,
    /// What is looked for; none while nothing is.
    pub(super) words: Option<String>,
    /// Which of the hits was gone to, from 0.
    pub(super) hit: Option<usize>,
    /// Whether the critical path is shown.
    pub(super) critical: bool,
    /// Whether objects have rows; none while the reader has not said.
    pub(super) objects: Option<Objects>,
}

impl View {
    /// The window onto runs of this length: where the reader left it, or everything.
    pub(super) fn viewport(&self, length_ns: u64) -> Viewport {
        self.viewport.grown(length_ns)
    }
}

/// What the reader does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    /// Looks there.
    Look(Viewport),
    /// Chooses.
    Select(Option<Selection>),
    /// Chooses, and looks where it is.
    Go(Selection, Viewport),
    /// Points.
    Hover(Option<Hover>),
    /// Folds the objects' rows away when they are as told, and the other way round.
    ToggleObjects(Objects),
    /// Looks for these words, or for nothing any more.
    Find(Option<String>),
    /// Went to this hit.
    Hit(usize),
    /// Shows the critical path, or hides it.
    ToggleCritical,
    /// Changes between picture and table.
    TogglePane,
    /// Opens or closes the sheet.
    ToggleSheet(Sheet),
    /// Marks where a range begins.
    RangeStart(u64),
    /// Gives up, one thing at a time.
    Escape,
    /// Looks at runs that are these, or that are over now.
    Show {
        /// What tells them apart from others.
        of: Vec<usize>,
        /// From when on a run is to be seen at first, and its length; none where it is all of it.
        opening: Option<(u64, u64)>,
    },
}

impl Reducible for View {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        // Pointing at the same nothing again must not draw everything again.
        if let (Action::Hover(None), None) = (&action, self.hover) {
            return self;
        }
        let mut view = (*self).clone();
        match action {
            // What was under the pointer has moved away.
            Action::Look(viewport) => (view.viewport, view.hover) = (viewport, None),
            Action::Select(selection) => view.selection = selection,
            Action::Go(selection, viewport) => {
                (view.selection, view.viewport, view.hover) = (Some(selection), viewport, None);
            }
            Action::Hover(hover) => view.hover = hover,
            Action::ToggleObjects(shown) => {
                view.objects = Some(match shown {
                    Objects::Shown => Objects::Folded,
                    Objects::Folded => Objects::Shown,
                });
            }
            Action::Find(words) => (view.words, view.hit) = (words, None),
            Action::Hit(hit) => view.hit = Some(hit),
            // What was selected would keep its sentence from being read.
            Action::ToggleCritical => (view.critical, view.selection) = (!view.critical, None),
            Action::TogglePane => {
                view.pane = match view.pane {
                    Pane::Picture => Pane::Table,
                    Pane::Table => Pane::Picture,
                }
            }
            Action::ToggleSheet(sheet) => view.sheet = if view.sheet == Some(sheet) { None } else { Some(sheet) },
            Action::RangeStart(t_ns) => view.range_start = Some(t_ns),
            Action::Escape => {
                let other = view.sheet.take().is_some() || view.range_start.take().is_some();
                if !other && view.selection.take().is_none() {
                    view.critical = false;
                }
                view.hover = None;
            }
            Action::Show { of, opening } => {
                // Another run: what was selected in the last one means nothing here.
                if view.of != of {
                    view = View { of, pane: view.pane, sheet: view.sheet, objects: view.objects, ..View::default() };
                }
                if let (Some((from_ns, length_ns)), Follow::All) = (opening, view.viewport.follow()) {
                    let all = view.viewport(length_ns);
                    view.viewport = all.window(from_ns as f64, all.end_ns());
                }
            }
        }
        Rc::new(view)
    }
}
