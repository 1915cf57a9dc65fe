//! Paints the picture on a canvas: the grid, each row's bars with their patterns, and what a line of the
//! program lights. `annotate` adds tags, arrows and marks, `findings` what is no segment. Axis, labels and selection are not here: they are elements, so that they take focus and styles.

use std::ops::Range;

use forkyard_timeline::{CLASSES, Class, Hue, Row, STATES, Scene, SegmentId, Trace, bars, changes, filled, ticks};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::annotate::TAG_LEAST;
use super::dense::{Place, Writer};
use super::palette::Palette;
use super::picture::{Picture, most_arrows};

/// Between two marks of the axis, in CSS pixels.
pub(super) const TICK_ROOM: f64 = 88.0;
/// A row in which more than one of so many pixels differs from the one before is written pixel by pixel.
const DENSE: f64 = 3.0;

/// A canvas, the colours, and how many device pixels a CSS pixel has.
pub(super) struct Painter<'a> {
    pub(super) context: CanvasRenderingContext2d,
    pub(super) palette: &'a Palette,
    pub(super) scale: f64,
    /// In device pixels.
    pub(super) width: f64,
    /// From where to where there are rows on the canvas, in CSS pixels.
    sight: (f64, f64),
}

/// A stretch of a row that one class fills, in device pixels.
pub(super) struct Filled<'s> {
    /// The row.
    pub(super) row: &'s Row,
    /// From where to where.
    pub(super) range: Range<usize>,
}

/// A rectangle in device pixels.
type Rectangle = [f64; 4];

impl<'a> Painter<'a> {
    /// A painter for a canvas, which gets the size of the picture.
    pub(super) fn of(canvas: &HtmlCanvasElement, picture: &Picture, palette: &'a Palette) -> Option<Self> {
        let scale = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(0.5, 4.0);
        let sight = picture.painted();
        let (width, height) = ((picture.width * scale).round(), ((sight.1 - sight.0) * scale).round());
        if (canvas.width(), canvas.height()) != (width as u32, height as u32) {
            canvas.set_width(width as u32);
            canvas.set_height(height as u32);
        }
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
        context.clear_rect(0.0, 0.0, width, height);
        let painter = Self { context, palette, scale, width, sight };
        // Everything is drawn where it lies in the whole picture.
        painter.context.translate(0.0, -painter.above()).ok()?;
        Some(painter)
    }

    /// The rows on the canvas.
    pub(super) fn rows<'s>(&self, scene: &Scene<'s>) -> impl Iterator<Item = &'s Row> {
        let (top, bottom) = self.sight;
        scene.layout.rows.iter().filter(move |row| row.bottom() > top && row.top < bottom)
    }

    /// What of the picture lies above the canvas, in device pixels.
    fn above(&self) -> f64 {
        (self.sight.0 * self.scale).round()
    }

    /// Paints everything.
    pub(super) fn paint(&self, scene: &Scene, lit: Option<u32>) {
        self.grid(scene);
        let filled = self.bars(scene);
        self.used(scene);
        self.levels(scene);
        self.gaps(scene);
        let pieces = self.wide_pieces(scene, &filled);
        self.separate(&pieces);
        if let Some(line) = lit {
            self.line(scene, line);
        }
        let lines = scene.arrow_lines(most_arrows(scene.width));
        self.arrows(scene, &lines);
        self.letters();
        let failures = self.failures(scene);
        self.tags(scene, &pieces, &failures);
        self.parts(scene, &lines);
        self.marks(scene);
        self.names(&failures);
        self.lost_updates(scene);
        self.deadlocks(scene);
    }

    fn grid(&self, scene: &Scene) {
        self.context.set_fill_style_str(&self.palette.line);
        let (top, bottom) = self.sight;
        let thin = self.scale.max(1.0).round();
        for tick in ticks(scene.viewport, scene.width, TICK_ROOM) {
            let x = (scene.viewport.x(tick.t_ns, scene.width) * self.scale).round();
            self.context.fill_rect(x, top * self.scale, thin, (bottom - top) * self.scale);
        }
    }

    /// One path for each colour: a canvas is quick at many rectangles of one colour and slow at changing it. Gives for each row
    /// where something has room for a tag.
    fn bars<'s>(&self, scene: &Scene<'s>) -> Vec<Filled<'s>> {
        let mut wide = Vec::new();
        let least = (TAG_LEAST * self.scale) as usize - 2;
        let mut writer = Writer::default();
        let mut states: [Vec<Rectangle>; CLASSES] = Default::default();
        let mut hues: [Vec<Rectangle>; CLASSES] = Default::default();
        let mut shares = vec![[0.0; CLASSES]; self.width as usize];
        for row in self.rows(scene) {
            let Some(pieces) = scene.traces.get(row.panel).and_then(|trace| trace.pieces(row.lane, row.band)) else { continue };
            pieces.shares(scene.viewport.start_ns(), scene.viewport.end_ns(), &mut shares);
            let groups = if row.band.shows_hues() { &mut hues } else { &mut states };
            let (top, height) = self.edges(row);
            wide.extend(filled(&shares, least).into_iter().map(|range| Filled { row, range }));
            if changes(&shares) as f64 > self.width / DENSE {
                let place = Place { top: top - self.above(), height: height as usize, scale: self.scale };
                writer.write(&self.context, &shares, self.palette.bytes(row.band), place);
                continue;
            }
            for bar in bars(&shares) {
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
        wide
    }

    fn fill(&self, rectangles: &[Rectangle], colour: &str) {
        self.context.begin_path();
        for [x, y, width, height] in rectangles {
            self.context.rect(*x, *y, *width, *height);
        }
        self.context.set_fill_style_str(colour);
        self.context.fill();
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

    /// A row's upper edge and height in device pixels.
    pub(super) fn edges(&self, row: &Row) -> (f64, f64) {
        let (top, bottom) = ((row.top * self.scale).round(), (row.bottom() * self.scale).round());
        (top, bottom - top)
    }
}
