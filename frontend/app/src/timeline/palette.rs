//! The colours the canvas paints with, read from the page's custom properties, and the patterns laid over them.

use std::cell::{OnceCell, RefCell};

use forkyard_timeline::{BandKind, CLASSES, Class, Hue, Ink, Pattern, STATES, State};
use wasm_bindgen::JsCast;
use web_sys::{CanvasPattern, CanvasRenderingContext2d, CssStyleDeclaration, HtmlCanvasElement, HtmlElement};

/// A tile of a pattern, in CSS pixels.
pub(super) const TILE: f64 = 6.0;

/// For a colour that the styles do not name.
const UNNAMED: &str = "GrayText";

/// Colours of one theme.
#[derive(Clone)]
pub(super) struct Palette {
    states: Vec<String>,
    hues: Vec<String>,
    /// Behind the rows.
    pub(super) ground: String,
    /// The grid.
    pub(super) line: String,
    /// Prints and other moments.
    pub(super) ink: String,
    /// What lies in queues and pools.
    pub(super) quiet: String,
    /// What a line of the program lights.
    pub(super) accent: String,
    /// Exceptions and signals.
    pub(super) error: String,
    /// Letters on a process's colour.
    pub(super) on_state: String,
    /// The patterns' strokes.
    pattern: String,
    /// Made when a row is so full that its pixels are written.
    inks: OnceCell<[[Ink; CLASSES]; 2]>,
    /// Made when a pattern is first filled with, for one scale.
    tiles: RefCell<Vec<(Pattern, f64, CanvasPattern)>>,
    /// Family of the letters.
    pub(super) font: String,
}

impl Palette {
    /// The colours that hold for an element now.
    pub(super) fn of(element: &HtmlElement) -> Option<Self> {
        let style = Asked { element, computed: web_sys::window()?.get_computed_style(element).ok()?? };
        let hues = std::iter::once("--timeline-other".to_owned()).chain((1..=Hue::COUNT).map(|hue| format!("--lane-{hue}")));
        Some(Self {
            states: STATES.iter().map(|state| style.colour(property(*state))).collect(),
            hues: hues.map(|name| style.colour(&name)).collect(),
            ground: style.colour("--ground"),
            line: style.colour("--line"),
            ink: style.colour("--ink"),
            quiet: style.colour("--quiet"),
            accent: style.colour("--accent"),
            error: style.colour("--error"),
            on_state: style.colour("--on-state"),
            inks: OnceCell::new(),
            tiles: RefCell::default(),
            pattern: style.colour("--state-pattern"),
            font: style
                .computed
                .get_property_value("font-family")
                .ok()
                .filter(|font| !font.is_empty())
                .unwrap_or("sans-serif".into()),
        })
    }

    /// The colour of waiting.
    pub(super) fn waiting(&self) -> &str {
        self.state(Class::of_state(State::Wait))
    }

    /// The colour of a state.
    pub(super) fn state(&self, class: Class) -> &str {
        self.states.get(class.index()).map_or(UNNAMED, String::as_str)
    }

    /// The colour of a process.
    pub(super) fn hue(&self, hue: Hue) -> &str {
        self.hues.get(usize::from(hue.0)).map_or(UNNAMED, String::as_str)
    }

    /// The colour of a class on a band, as bytes, and where its pattern runs as bytes too.
    pub(super) fn bytes(&self, band: BandKind) -> &[Ink; CLASSES] {
        let inks = self.inks.get_or_init(|| [self.inks(BandKind::Main), self.inks(BandKind::Core)]);
        if band.shows_hues() { &inks[1] } else { &inks[0] }
    }

    fn inks(&self, band: BandKind) -> [Ink; CLASSES] {
        let names = if band.shows_hues() { &self.hues } else { &self.states };
        let colours: Vec<&String> = names.iter().chain([&self.pattern]).collect();
        let bytes = resolved(&colours).unwrap_or_default();
        let pattern = bytes.get(names.len()).copied().unwrap_or([0, 0, 0, 115]);
        std::array::from_fn(|class| {
            let plain = bytes.get(class).filter(|_| class < names.len()).copied().unwrap_or_default();
            let state = STATES.get(class).copied().filter(|_| !band.shows_hues());
            Ink { plain, crossed: over(plain, pattern), pattern: state.and_then(Self::pattern_of) }
        })
    }

    /// The pattern over a state's colour.
    pub(super) fn pattern_of(state: State) -> Option<Pattern> {
        match state {
            State::Wait => Some(Pattern::Rising),
            State::Start => Some(Pattern::Falling),
            State::Runnable => Some(Pattern::Upright),
            State::Ended => Some(Pattern::Dots),
            State::OnCore | State::Alive | State::Off | State::Hold | State::Task => None,
        }
    }

    /// The pattern as a canvas fills with it, at so many device pixels for each CSS pixel.
    pub(super) fn tile(&self, pattern: Pattern, scale: f64) -> Option<CanvasPattern> {
        let known = self.tiles.borrow().iter().find(|tile| (tile.0, tile.1) == (pattern, scale)).map(|tile| tile.2.clone());
        known.or_else(|| {
            let made = self.new_tile(pattern, scale)?;
            self.tiles.borrow_mut().push((pattern, scale, made.clone()));
            Some(made)
        })
    }

    fn new_tile(&self, pattern: Pattern, scale: f64) -> Option<CanvasPattern> {
        let document = web_sys::window()?.document()?;
        let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
        let size = (TILE * scale).round().max(4.0);
        canvas.set_width(size as u32);
        canvas.set_height(size as u32);
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.set_stroke_style_str(&self.pattern);
        context.set_fill_style_str(&self.pattern);
        context.set_line_width(scale);
        context.begin_path();
        // Strokes go on into the neighbouring tiles, so that the corners have no gaps.
        let strokes: &[[f64; 4]] = match pattern {
            Pattern::Rising => &[[-1.0, 1.0, 1.0, -1.0], [-0.5, 1.5, 1.5, -0.5], [0.0, 2.0, 2.0, 0.0]],
            Pattern::Falling => &[[-1.0, 0.0, 1.0, 2.0], [-0.5, -0.5, 1.5, 1.5], [0.0, -1.0, 2.0, 1.0]],
            Pattern::Upright => &[[0.5, 0.0, 0.5, 1.0]],
            Pattern::Dots => &[],
        };
        for [x0, y0, x1, y1] in strokes {
            context.move_to(x0 * size, y0 * size);
            context.line_to(x1 * size, y1 * size);
        }
        context.stroke();
        if pattern == Pattern::Dots {
            let dot = 1.5 * scale;
            context.fill_rect(size / 4.0, size / 4.0, dot, dot);
            context.fill_rect(size * 3.0 / 4.0, size * 3.0 / 4.0, dot, dot);
        }
        context.create_pattern_with_html_canvas_element(&canvas, "repeat").ok()?
    }
}

/// The bytes of colours, whatever their notation: a canvas knows them all. One is asked for all of them, because answering takes it long.
fn resolved(colours: &[&String]) -> Option<Vec<[u8; 4]>> {
    let document = web_sys::window()?.document()?;
    let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
    let width = colours.len() as u32;
    canvas.set_width(width);
    canvas.set_height(1);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    for (x, colour) in colours.iter().enumerate() {
        context.set_fill_style_str(colour);
        context.fill_rect(x as f64, 0.0, 1.0, 1.0);
    }
    let bytes = context.get_image_data(0.0, 0.0, width.into(), 1.0).ok()?.data();
    Some(bytes.chunks_exact(4).map(|colour| [colour[0], colour[1], colour[2], colour[3]]).collect())
}

/// One colour over an opaque one.
fn over(below: [u8; 4], above: [u8; 4]) -> [u8; 4] {
    let share = u16::from(above[3]);
    std::array::from_fn(|part| match part {
        3 => 255,
        _ => ((u16::from(above[part]) * share + u16::from(below[part]) * (255 - share)) / 255) as u8,
    })
}

/// The custom property of a state's colour.
fn property(state: State) -> &'static str {
    match state {
        State::OnCore => "--state-on-core",
        State::Runnable => "--state-runnable",
        State::Wait => "--state-wait",
        State::Start => "--state-start",
        State::Ended => "--state-ended",
        State::Alive | State::Off => "--state-running",
        State::Hold => "--state-hold",
        State::Task => "--state-task",
    }
}

/// An element that is asked for its colours. A custom property is given out as it was written, `light-dark(…)` and all, which a
/// canvas does not take: so the element takes the colour for its own, and that is computed.
struct Asked<'a> {
    element: &'a HtmlElement,
    computed: CssStyleDeclaration,
}

impl Asked<'_> {
    fn colour(&self, name: &str) -> String {
        let own = self.element.style();
        let _ = own.set_property("color", &format!("var({name}, {UNNAMED})"));
        let colour = self.computed.get_property_value("color").unwrap_or_default();
        let _ = own.remove_property("color");
        if colour.is_empty() { UNNAMED.to_owned() } else { colour }
    }
}
