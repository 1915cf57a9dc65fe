//! Paints the picture on a canvas: the grid, each row's bars with their patterns, tags, arrows, marks, and what a line of
//! the program lights. Axis, labels and selection are not here: they are elements, so that they take focus and styles.

use forkyard_timeline::{BandKind, CLASSES, Class, Hue, Row, STATES, Scene, SegmentId, Trace, bars, tag, ticks};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::dense::{self, Place};
use super::palette::Palette;
use super::picture::{Picture, most_arrows};

/// Between two marks of the axis, in CSS pixels.
pub(super) const TICK_ROOM: f64 = 88.0;
/// A row with more rectangles than one for so many pixels is written pixel by pixel.
const DENSE: f64 = 3.0;
/// A piece narrower than this is not tagged.
const TAG_LEAST: f64 = 12.0;
/// With less room than this to a message, in CSS pixels, they are drawn lightly.
const BOLD_ROOM: f64 = 30.0;
/// Width of a letter of a tag, about.
const LETTER: f64 = 6.2;

/// A canvas, the colours, and how many device pixels a CSS pixel has.
pub(super) struct Painter<'a> {
    context: CanvasRenderingContext2d,
    palette: &'a Palette,
    scale: f64,
    width: f64,
}

/// A rectangle in device pixels.
type Rectangle = [f64; 4];

impl<'a> Painter<'a> {
    /// A painter for a canvas, which gets the size of the picture.
    pub(super) fn of(canvas: &HtmlCanvasElement, picture: &Picture, palette: &'a Palette) -> Option<Self> {
        let scale = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(0.5, 4.0);
        let (width, height) = ((picture.width * scale).round(), (picture.layout.height * scale).round());
        if (canvas.width(), canvas.height()) != (width as u32, height as u32) {
            canvas.set_width(width as u32);
            canvas.set_height(height as u32);
        }
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.clear_rect(0.0, 0.0, width, height);
        Some(Self { context, palette, scale, width })
    }

    /// Paints everything.
    pub(super) fn paint(&self, scene: &Scene, lit: Option<u32>) {
        self.grid(scene);
        self.rows(scene);
        self.tags(scene);
        if let Some(line) = lit {
            self.line(scene, line);
        }
        self.arrows(scene);
        self.marks(scene);
    }

    fn grid(&self, scene: &Scene) {
        self.context.set_fill_style_str(&self.palette.line);
        let thin = self.scale.max(1.0).round();
        for tick in ticks(scene.viewport, scene.width, TICK_ROOM) {
            let x = (scene.viewport.x(tick.t_ns, scene.width) * self.scale).round();
            self.context.fill_rect(x, 0.0, thin, scene.layout.height * self.scale);
        }
    }

    /// One path for each colour: a canvas is quick at many rectangles of one colour and slow at changing it.
    fn rows(&self, scene: &Scene) {
        let mut states: [Vec<Rectangle>; CLASSES] = Default::default();
        let mut hues: [Vec<Rectangle>; CLASSES] = Default::default();
        let mut shares = vec![[0.0; CLASSES]; self.width as usize];
        for row in &scene.layout.rows {
            let Some(pieces) = scene.traces.get(row.panel).and_then(|trace| trace.pieces(row.lane, row.band)) else { continue };
            pieces.shares(scene.viewport.start_ns(), scene.viewport.end_ns(), &mut shares);
            let groups = if row.band == BandKind::Core { &mut hues } else { &mut states };
            let (top, height) = self.edges(row);
            let bars = bars(&shares);
            if bars.len() as f64 > self.width / DENSE {
                let place = Place { top, height: height as usize, scale: self.scale };
                dense::write(&self.context, &shares, self.palette.bytes(row.band), place);
                continue;
            }
            for bar in bars {
                let upper = (top + height * (1.0 - f64::from(bar.high))).round();
                let lower = (top + height * (1.0 - f64::from(bar.low))).round();
                groups[bar.class.index()].push([bar.x.into(), upper, bar.width.into(), (lower - upper).max(1.0)]);
            }
        }
        for state in STATES {
            let class = Class::of_state(state);
            let rectangles = &states[class.index()];
            self.fill(rectangles, self.palette.state(class));
            let pattern = Palette::pattern_of(state).and_then(|pattern| self.palette.tile(pattern, self.scale));
            if let (Some(pattern), false) = (pattern, rectangles.is_empty()) {
                self.context.set_fill_style_canvas_pattern(&pattern);
                self.context.fill();
            }
        }
        for hue in 0..=Hue::COUNT {
            let hue = Hue(hue);
            self.fill(&hues[Class::of_hue(hue).index()], self.palette.hue(hue));
        }
    }

    fn fill(&self, rectangles: &[Rectangle], colour: &str) {
        self.context.begin_path();
        for [x, y, width, height] in rectangles {
            self.context.rect(*x, *y, *width, *height);
        }
        self.context.set_fill_style_str(colour);
        self.context.fill();
    }

    /// Steps over the row a tag's least width at a time: what is narrower has no tag, so nothing is missed.
    fn tags(&self, scene: &Scene) {
        self.context.set_text_baseline("middle");
        self.context.set_font(&format!("{}px {}", 11.0 * self.scale, self.palette.font));
        for row in scene.layout.rows.iter().filter(|row| row.band != BandKind::Hold) {
            let Some(trace) = scene.traces.get(row.panel) else { continue };
            let Some(pieces) = trace.pieces(row.lane, row.band) else { continue };
            let mut x = 0.0;
            while x < scene.width {
                let t_ns = scene.viewport.time(x, scene.width).max(0.0) as u64;
                let Some(piece) = pieces.at(t_ns).or_else(|| pieces.after(t_ns)) else { break };
                let left = scene.viewport.x(piece.start as f64, scene.width).max(0.0);
                let right = scene.viewport.x(piece.end as f64, scene.width).min(scene.width);
                if left >= scene.width {
                    break;
                }
                if right - left >= TAG_LEAST {
                    self.separate(row, left, piece.start > 0);
                    self.tag(trace, row, (left, right), &piece);
                }
                x = right.max(x + TAG_LEAST / 2.0);
            }
        }
    }

    /// A hair of ground before a piece, so that two of one colour are seen to be two.
    fn separate(&self, row: &Row, left: f64, inside: bool) {
        if inside && left > 0.0 {
            let (top, height) = self.edges(row);
            self.context.set_fill_style_str(&self.palette.ground);
            self.context.fill_rect((left * self.scale).round(), top, self.scale.max(1.0).round(), height);
        }
    }

    fn tag(&self, trace: &Trace, row: &Row, (left, right): (f64, f64), piece: &forkyard_timeline::Piece) {
        let Some(tag) = tag(trace, row.band, piece) else { return };
        let room = right - left - 8.0;
        let fits = |text: &str| !text.is_empty() && text.chars().count() as f64 * LETTER <= room;
        let text = if fits(&tag.text) { tag.text.as_str() } else { tag.letter };
        if text.is_empty() || (text == tag.letter && room < 2.0) {
            return;
        }
        let (top, height) = self.edges(row);
        let width = text.chars().count() as f64 * LETTER * self.scale;
        let x = if text == tag.letter { (left + right) / 2.0 * self.scale - width / 2.0 } else { (left + 5.0) * self.scale };
        // On a plate: a pattern would run through the letters, and no one ink is read well on every state.
        if row.band == BandKind::Main {
            let (inset, above) = (self.scale * 3.0, self.scale * 3.5);
            self.context.set_fill_style_str(&self.palette.ground);
            self.context.begin_path();
            let _ = self.context.round_rect_with_f64(
                x - inset,
                top + above,
                width + 2.0 * inset,
                height - 2.0 * above,
                self.scale * 2.0,
            );
            self.context.fill();
        }
        self.context.set_fill_style_str(if row.band == BandKind::Main { &self.palette.ink } else { &self.palette.on_state });
        let _ = self.context.fill_text(text, x.round(), (top + height / 2.0 + self.scale * 0.5).round());
    }

    /// An outline around every segment of a line, neighbours that cannot be told apart being one.
    fn line(&self, scene: &Scene, line: u32) {
        self.context.set_stroke_style_str(&self.palette.accent);
        self.context.set_line_width(self.scale * 2.0);
        self.context.begin_path();
        for (panel, trace) in scene.traces.iter().enumerate() {
            let mut last = (0, 0.0);
            for id in trace.of_line(line) {
                let Some((row, left, right)) = self.place(scene, (panel, trace), id) else { continue };
                if last.0 == row.lane && right < last.1 + 2.0 && right > last.1 - 2.0 {
                    continue;
                }
                last = (row.lane, right);
                let (top, height) = self.edges(row);
                let (left, width) = (left * self.scale, ((right - left) * self.scale).max(self.scale * 2.0));
                self.context.rect(left.round(), top, width.round(), height);
            }
        }
        self.context.stroke();
    }

    fn place<'s>(&self, scene: &'s Scene, (panel, trace): (usize, &Trace), id: SegmentId) -> Option<(&'s Row, f64, f64)> {
        let segment = trace.segment(id)?;
        let band = forkyard_timeline::Spot::of_segment(trace, panel, id)?.band;
        let row = scene.layout.row(panel, segment.lane, band)?;
        let left = scene.viewport.x(segment.start as f64, scene.width);
        let right = scene.viewport.x(segment.end as f64, scene.width);
        (right >= 0.0 && left <= scene.width).then_some((row, left.max(-4.0), right.min(scene.width + 4.0)))
    }

    /// A few messages are drawn boldly; many lightly, so that the rows below are still seen.
    fn arrows(&self, scene: &Scene) {
        let lines = scene.arrow_lines(most_arrows(scene.width));
        let bold = lines.len() as f64 * BOLD_ROOM <= scene.width;
        self.context.set_line_cap("round");
        self.context.set_global_alpha(if bold { 1.0 } else { 0.5 });
        for line in lines {
            let Some(trace) = scene.traces.get(line.panel) else { continue };
            let Some(arrow) = trace.arrow(line.arrow) else { continue };
            let at = |(x, y): (f64, f64)| (x * self.scale, y * self.scale);
            self.context.begin_path();
            self.context.move_to(at(line.from).0, at(line.from).1);
            self.context.line_to(at(line.to).0, at(line.to).1);
            self.head(at(line.from), at(line.to));
            if bold {
                // A rim of ground, so that it is seen on every colour.
                self.context.set_stroke_style_str(&self.palette.ground);
                self.context.set_line_width(self.scale * 4.5);
                self.context.stroke();
            }
            self.context.set_stroke_style_str(if bold { self.palette.hue(trace.hue(arrow.from)) } else { &self.palette.ink });
            self.context.set_line_width(self.scale * if bold { 1.75 } else { 0.75 });
            self.context.stroke();
        }
        self.context.set_global_alpha(1.0);
    }

    fn head(&self, from: (f64, f64), to: (f64, f64)) {
        let angle = (to.1 - from.1).atan2(to.0 - from.0);
        let length = 5.0 * self.scale;
        for side in [-0.5, 0.5] {
            self.context.move_to(to.0, to.1);
            self.context.line_to(to.0 - length * (angle + side).cos(), to.1 - length * (angle + side).sin());
        }
    }

    fn marks(&self, scene: &Scene) {
        use forkyard_wire::timeline::MarkKind;
        for (panel, trace) in scene.traces.iter().enumerate() {
            let mut last = (0, f64::MIN);
            for mark in trace.marks() {
                let x = (scene.viewport.x(mark.at_ns as f64, scene.width) * self.scale).round();
                if !(0.0..=self.width).contains(&x) || last == (mark.lane, x) {
                    continue;
                }
                last = (mark.lane, x);
                let Some(row) = scene.main_row(panel, mark.lane) else { continue };
                let (top, height) = self.edges(row);
                let failed = matches!(mark.kind, MarkKind::Exception | MarkKind::Signal);
                self.context.set_fill_style_str(if failed { &self.palette.error } else { &self.palette.ink });
                self.notch(x, top + height, if failed { 5.0 } else { 3.5 });
            }
        }
    }

    /// A small triangle that points up at the row's lower edge.
    fn notch(&self, x: f64, y: f64, size: f64) {
        let size = size * self.scale;
        self.context.begin_path();
        self.context.move_to(x, y - size * 0.6);
        self.context.line_to(x - size, y + size);
        self.context.line_to(x + size, y + size);
        self.context.close_path();
        self.context.fill();
    }

    fn edges(&self, row: &Row) -> (f64, f64) {
        let (top, bottom) = ((row.top * self.scale).round(), (row.bottom() * self.scale).round());
        (top, bottom - top)
    }
}
