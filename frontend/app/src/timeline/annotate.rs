//! What is written and drawn over the bars: tags in the pieces that have room for one, messages, moments.

use forkyard_timeline::units::fixed;
use forkyard_timeline::{ArrowLine, BandKind, Piece, Row, Scene, Trace, tag};
use forkyard_wire::timeline::{Mark, MarkKind};

use super::paint::{Filled, Painter};

/// A piece narrower than this, in CSS pixels, is not tagged.
pub(super) const TAG_LEAST: f64 = 12.0;
/// Width of a letter of a tag, about.
const LETTER: f64 = 6.2;
/// A barb of an arrow's head: how far it reaches back and aside, in CSS pixels.
const BARB: (f64, f64) = (4.4, 2.4);
/// With less room than this to a message, in CSS pixels, they are drawn lightly.
const BOLD_ROOM: f64 = 45.0;
/// The pickling or unpickling of a message is seen from this width on, in CSS pixels.
const PART_LEAST: f64 = 3.0;

/// A piece with room for a tag, and the part of it in sight, in CSS pixels.
pub(super) struct Wide<'a> {
    row: &'a Row,
    piece: Piece,
    left: f64,
    right: f64,
}

/// Something that went wrong in sight, and where its name stands, in device pixels.
pub(super) struct Failure<'a> {
    row: &'a Row,
    text: &'a str,
    left: f64,
    width: f64,
}

impl Painter<'_> {
    /// What everything is written in.
    pub(super) fn letters(&self) {
        self.context.set_text_baseline("middle");
        self.context.set_font(&format!("{}px {}", fixed(11.0 * self.scale, 2), self.palette.font));
    }

    /// The pieces with room for a tag, of what fills many pixels. Steps over each stretch half a tag's least width at a time: what is
    /// narrower has no tag, so nothing is missed, and the cost goes with the pixels.
    pub(super) fn wide_pieces<'s>(&self, scene: &Scene<'s>, filled: &[Filled<'s>]) -> Vec<Wide<'s>> {
        let mut wide = Vec::new();
        for Filled { row, range } in filled.iter().filter(|filled| !matches!(filled.row.band, BandKind::Hold | BandKind::Gil)) {
            let Some(pieces) = scene.traces.get(row.panel).and_then(|trace| trace.pieces(row.lane, row.band)) else { continue };
            let (mut x, end) = ((range.start as f64 + 0.5) / self.scale, range.end as f64 / self.scale);
            while x < end {
                let t_ns = scene.viewport.time(x, scene.width).max(0.0) as u64;
                let Some(piece) = pieces.at(t_ns).or_else(|| pieces.after(t_ns)) else { break };
                let left = scene.viewport.x(piece.start as f64, scene.width).max(0.0);
                let right = scene.viewport.x(piece.end as f64, scene.width).min(scene.width);
                if left >= scene.width {
                    break;
                }
                if right - left >= TAG_LEAST {
                    wide.push(Wide { row, piece, left, right });
                }
                x = right.max(x + TAG_LEAST / 2.0);
            }
        }
        wide
    }

    /// A hair of ground before each piece, so that two of one colour are seen to be two.
    pub(super) fn separate(&self, pieces: &[Wide]) {
        self.context.set_fill_style_str(&self.palette.ground);
        for wide in pieces.iter().filter(|wide| wide.left > 0.0) {
            let (top, height) = self.edges(wide.row);
            self.context.fill_rect((wide.left * self.scale).round(), top, self.scale.max(1.0).round(), height);
        }
    }

    /// The tags, but where the name of what went wrong will stand.
    pub(super) fn tags(&self, scene: &Scene, pieces: &[Wide], failures: &[Failure]) {
        for wide in pieces {
            if let Some(trace) = scene.traces.get(wide.row.panel) {
                self.tag(trace, wide, failures);
            }
        }
    }

    fn tag(&self, trace: &Trace, wide: &Wide, failures: &[Failure]) {
        let Wide { row, piece, left, right } = wide;
        let Some(tag) = tag(trace, row.band, piece) else { return };
        let room = right - left - 8.0;
        let fits = |text: &str| !text.is_empty() && text.chars().count() as f64 * LETTER <= room;
        let text = if fits(&tag.text) { tag.text.as_str() } else { tag.letter };
        if text.is_empty() || (text == tag.letter && room < 2.0) {
            return;
        }
        let (top, height) = self.edges(row);
        let guess = text.chars().count() as f64 * LETTER * self.scale;
        let width = self.context.measure_text(text).map_or(guess, |measure| measure.width());
        let x = if text == tag.letter { (left + right) / 2.0 * self.scale - width / 2.0 } else { (left + 5.0) * self.scale };
        let hides = |failure: &Failure| failure.row == *row && failure.left < x + width && x < failure.left + failure.width;
        if failures.iter().any(hides) {
            return;
        }
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

    /// A few messages are drawn boldly; many lightly, so that the rows below are still seen.
    pub(super) fn arrows(&self, scene: &Scene, lines: &[ArrowLine]) {
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

    /// How long messages were pickled and unpickled, along the rows of who did it.
    pub(super) fn parts(&self, scene: &Scene, lines: &[ArrowLine]) {
        for line in lines {
            let Some(trace) = scene.traces.get(line.panel) else { continue };
            let Some(arrow) = trace.arrow(line.arrow) else { continue };
            let ends = [("pickle", arrow.from, line.pickled, line.from), ("unpickle", arrow.to, line.unpickled, line.to)];
            for (name, lane, x, (end, y)) in ends {
                let (left, right) = (x.min(end).max(0.0), x.max(end).min(scene.width));
                if right - left < PART_LEAST {
                    continue;
                }
                let named = name.len() as f64 * LETTER + 8.0 <= right - left;
                let high = if named { 14.0 } else { 5.0 };
                let plate = |rim: f64| {
                    let [x, y] = [left - rim, y - high / 2.0 - rim].map(|length| length * self.scale);
                    let [width, height] = [right - left + 2.0 * rim, high + 2.0 * rim].map(|length| length * self.scale);
                    self.context.begin_path();
                    let _ = self.context.round_rect_with_f64(x, y, width, height, 2.5 * self.scale);
                    self.context.fill();
                };
                self.context.set_fill_style_str(&self.palette.ground);
                plate(1.5);
                self.context.set_fill_style_str(self.palette.hue(trace.hue(lane)));
                plate(0.0);
                if named {
                    self.context.set_fill_style_str(&self.palette.on_state);
                    let _ = self.context.fill_text(name, (left + 4.0) * self.scale, (y + 0.5) * self.scale);
                }
            }
        }
    }

    pub(super) fn head(&self, from: (f64, f64), to: (f64, f64)) {
        let (right, down) = (to.0 - from.0, to.1 - from.1);
        let length = (right * right + down * down).sqrt().max(f64::MIN_POSITIVE);
        let (back, aside) = (BARB.0 * self.scale / length, BARB.1 * self.scale / length);
        for side in [-aside, aside] {
            self.context.move_to(to.0, to.1);
            self.context.line_to(to.0 - back * right - side * down, to.1 - back * down + side * right);
        }
    }

    /// Prints, exceptions, signals.
    pub(super) fn marks(&self, scene: &Scene) {
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
                let failed = failed(mark);
                self.context.set_fill_style_str(if failed { &self.palette.error } else { &self.palette.ink });
                self.notch(x, top + height, if failed { 5.0 } else { 3.5 });
            }
        }
    }

    /// What went wrong in sight, and where its name stands.
    pub(super) fn failures<'s>(&self, scene: &'s Scene) -> Vec<Failure<'s>> {
        let mut failures: Vec<Failure> = Vec::new();
        for (panel, trace) in scene.traces.iter().enumerate() {
            for mark in trace.marks().iter().filter(|mark| failed(mark)) {
                let x = (scene.viewport.x(mark.at_ns as f64, scene.width) * self.scale).round();
                let Some(row) = scene.main_row(panel, mark.lane).filter(|_| (0.0..=self.width).contains(&x)) else { continue };
                let text = mark.text.split(':').next().unwrap_or_default();
                let (left, width) = self.room(text, x);
                if failures.last().is_none_or(|last| last.row != row || last.left != left) {
                    failures.push(Failure { row, text, left, width });
                }
            }
        }
        failures
    }

    /// The names of what went wrong.
    pub(super) fn names(&self, failures: &[Failure]) {
        for Failure { row, text, left, width } in failures {
            let (top, height) = self.edges(row);
            self.plate(text, (*left, *width), top + height / 2.0);
        }
    }

    /// What went wrong, beside its sign.
    pub(super) fn name(&self, text: &str, x: f64, middle: f64) {
        self.plate(text, self.room(text, x), middle);
    }

    /// Where something is written beside a sign, and how wide it is.
    fn room(&self, text: &str, x: f64) -> (f64, f64) {
        let guess = text.chars().count() as f64 * LETTER * self.scale;
        let width = self.context.measure_text(text).map_or(guess, |measure| measure.width());
        // To the right there is nothing any more as a rule, but perhaps no room.
        let apart = 9.0 * self.scale;
        (if x + width + apart * 4.0 / 3.0 > self.width { x - width - apart } else { x + apart }, width)
    }

    fn plate(&self, text: &str, (left, width): (f64, f64), middle: f64) {
        let (inset, half) = (3.0 * self.scale, 7.5 * self.scale);
        self.context.set_fill_style_str(&self.palette.ground);
        self.context.fill_rect(left - inset, middle - half, width + 2.0 * inset, 2.0 * half);
        self.context.set_fill_style_str(&self.palette.error);
        let _ = self.context.fill_text(text, left.round(), (middle + self.scale * 0.5).round());
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
}

/// Whether something went wrong. A pool ends its workers with SIGTERM when it is done.
fn failed(mark: &Mark) -> bool {
    mark.kind == MarkKind::Exception || (mark.kind == MarkKind::Signal && mark.text != "SIGTERM")
}
