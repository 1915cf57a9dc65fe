//! Paints what is no segment: the cores in use, the levels of objects as steps, gaps where nothing is known, updates that were lost.

use forkyard_timeline::{BandKind, Finding, Pattern, Row, Scene, totals};
use forkyard_wire::timeline::{LaneKind, Measure};

use super::paint::Painter;

/// Below the highest level of a row, in CSS pixels, so that it does not touch the row above.
const HEADROOM: f64 = 2.0;
/// Half the width of the sign of a lost update, in CSS pixels.
const SIGN: f64 = 4.0;
/// Signs of lost updates are counted together up to here, in CSS pixels.
const APART: f64 = 80.0;
/// Between two arrows of a deadlock, in CSS pixels.
const ARROWS: f64 = 14.0;
/// Room for the name of what is waited for, in CSS pixels.
const TAG: f64 = 80.0;

impl Painter<'_> {
    /// The levels: as high as there were of something, the most of the whole run filling the row.
    pub(super) fn levels(&self, scene: &Scene) {
        let mut peaks = vec![0; self.width as usize];
        for row in self.rows(scene) {
            let BandKind::Level(measure) = row.band else { continue };
            let levels = scene.traces.get(row.panel).and_then(|trace| trace.findings().levels(row.lane, measure));
            let Some(levels) = levels else { continue };
            levels.peaks(scene.viewport.start_ns(), scene.viewport.end_ns(), &mut peaks);
            // The last one holds for good, and is known until now.
            let known = scene.traces.get(row.panel).map_or(0, |trace| trace.end_ns());
            let end = (scene.viewport.x(known as f64, scene.width) * self.scale) as usize;
            peaks.iter_mut().skip(end).for_each(|peak| *peak = 0);
            self.steps(row, measure, &peaks, levels.most());
        }
    }

    fn steps(&self, row: &Row, measure: Measure, peaks: &[u32], most: u32) {
        let (top, height) = self.edges(row);
        let room = height - HEADROOM * self.scale;
        self.context.begin_path();
        let mut x = 0;
        for run in peaks.chunk_by(|a, b| a == b) {
            let tall = (room * f64::from(run[0]) / f64::from(most.max(1))).round();
            if run[0] > 0 {
                // Of ten thousand one is still seen.
                let tall = tall.max(self.scale.round());
                self.context.rect(x as f64, top + height - tall, run.len() as f64, tall);
            }
            x += run.len();
        }
        let colour = if measure == Measure::Waiters { self.palette.waiting() } else { &self.palette.quiet };
        self.context.set_fill_style_str(colour);
        self.context.fill();
        self.context.set_fill_style_str(&self.palette.line);
        self.context.fill_rect(0.0, top + height - self.scale.max(1.0).round(), self.width, self.scale.max(1.0).round());
    }

    /// How many cores the run was on, all of them filling the row.
    pub(super) fn used(&self, scene: &Scene) {
        let mut used = vec![0.0; self.width as usize];
        for row in self.rows(scene).filter(|row| row.band == BandKind::Used) {
            let Some(trace) = scene.traces.get(row.panel) else { continue };
            totals::cores_used_in(trace, (scene.viewport.start_ns(), scene.viewport.end_ns()), &mut used);
            let cores = trace.lanes().iter().filter(|lane| lane.kind == LaneKind::Core).count();
            let (top, height) = self.edges(row);
            self.context.begin_path();
            for (x, used) in used.iter().enumerate().filter(|(_, used)| **used > 0.0) {
                let tall = height * f64::from(*used) / cores.max(1) as f64;
                self.context.rect(x as f64, top + height - tall, 1.0, tall);
            }
            self.context.set_fill_style_str(&self.palette.quiet);
            self.context.fill();
        }
    }

    /// Where nothing is known of a process: its row is struck out.
    pub(super) fn gaps(&self, scene: &Scene) {
        let Some(pattern) = self.palette.tile(Pattern::Falling, self.scale) else { return };
        for (panel, trace) in scene.traces.iter().enumerate() {
            for gap in &trace.findings().gaps {
                let Some(row) = scene.main_row(panel, gap.lane) else { continue };
                let x = |t_ns: u64| (scene.viewport.x(t_ns as f64, scene.width) * self.scale).max(-1.0).min(self.width + 1.0);
                let (left, right) = (x(gap.from_ns), x(gap.to_ns));
                let (top, height) = self.edges(row);
                self.context.begin_path();
                self.context.rect(left, top, (right - left).max(self.scale), height);
                self.context.set_fill_style_str(&self.palette.ground);
                self.context.fill();
                self.context.set_fill_style_canvas_pattern(&pattern);
                self.context.fill();
                self.context.set_stroke_style_str(&self.palette.error);
                self.context.set_line_width(self.scale);
                self.context.stroke();
            }
        }
    }

    /// Who waits for whom in a circle: from each row to the one that would have to let go, where the circle closed.
    pub(super) fn deadlocks(&self, scene: &Scene) {
        for (panel, trace) in scene.traces.iter().enumerate() {
            for deadlock in &trace.findings().deadlocks {
                // In the waits, to the right of what is written in them.
                let closed = scene.viewport.x(deadlock.at_ns as f64, scene.width).max(0.0) + TAG;
                let closed = closed.min(scene.width - ARROWS * (deadlock.waits.len() as f64 + 1.0));
                for (place, wait) in deadlock.waits.iter().enumerate() {
                    let (Some(from), Some(to)) = (scene.main_row(panel, wait.lane), scene.main_row(panel, wait.waits_for)) else {
                        continue;
                    };
                    let x = (closed + ARROWS * place as f64) * self.scale;
                    self.arrow((x, from.middle() * self.scale), (x, to.middle() * self.scale));
                }
            }
        }
    }

    fn arrow(&self, from: (f64, f64), to: (f64, f64)) {
        self.context.begin_path();
        self.context.move_to(from.0, from.1);
        self.context.line_to(to.0, to.1);
        self.head(from, to);
        for (colour, width) in [(&self.palette.ground, 5.0), (&self.palette.error, 2.0)] {
            self.context.set_stroke_style_str(colour);
            self.context.set_line_width(self.scale * width);
            self.context.stroke();
        }
    }

    /// A sign on the upper edge of whoever overwrote another's update.
    pub(super) fn lost_updates(&self, scene: &Scene) {
        for (panel, trace) in scene.traces.iter().enumerate() {
            let mut last = (0, f64::MIN);
            // The sum of signs that stand beside one another on a row, and where the last of them does.
            let mut sums: Vec<(u32, u32, f64)> = Vec::new();
            for (index, lost) in trace.findings().lost_updates.iter().enumerate() {
                let Some((x, y)) = scene.finding_place(panel, Finding::LostUpdates(index as u32)) else { continue };
                let (x, y, size) = ((x * self.scale).round(), (y * self.scale).round(), SIGN * self.scale);
                if !(0.0..=self.width).contains(&x) {
                    continue;
                }
                match sums.iter_mut().rfind(|sum| sum.0 == lost.lane).filter(|sum| (x - sum.2).abs() < APART * self.scale) {
                    Some(sum) => (sum.1, sum.2) = (sum.1 + lost.count, x),
                    None => sums.push((lost.lane, lost.count, x)),
                }
                if last == (lost.lane, x) {
                    continue;
                }
                last = (lost.lane, x);
                self.context.set_fill_style_str(&self.palette.error);
                self.context.begin_path();
                self.context.move_to(x, y + size);
                self.context.line_to(x - size, y - size * 0.6);
                self.context.line_to(x + size, y - size * 0.6);
                self.context.close_path();
                self.context.fill();
            }
            for (lane, count, x) in sums {
                let Some(row) = scene.main_row(panel, lane) else { continue };
                self.name(&format!("{count} lost"), x, row.middle() * self.scale);
            }
        }
    }
}
