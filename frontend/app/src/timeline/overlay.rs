//! What lies over the canvas as SVG: the selection, the range, who ended a wait, what the pointer is over.

use forkyard_timeline::critical::Step;
use forkyard_timeline::units::fixed;
use forkyard_timeline::{BandKind, Finding, Row, Scene, Selection, Spot};
use forkyard_wire::timeline::{Category, SegmentKind};
use yew::prelude::*;

use super::picture::Picture;

/// What an [`overlay`] shows.
pub(super) struct Over<'a> {
    /// The picture below.
    pub(super) picture: &'a Picture,
    /// What is chosen.
    pub(super) selection: Option<Selection>,
    /// What the pointer is over.
    pub(super) hover: Option<Selection>,
    /// Where `[` was pressed.
    pub(super) range_start: Option<u64>,
    /// The critical path of each run; empty when it is not shown.
    pub(super) paths: &'a [Vec<Step>],
}

/// The selection and its like.
pub(super) fn overlay(over: &Over) -> Html {
    let Picture { width, layout, viewport, .. } = over.picture;
    let height = layout.height;
    let marks = over.picture.ask(|scene| {
        let hover = over.hover.filter(|hover| Some(*hover) != over.selection);
        html! {
            <>
                { for over.paths.iter().enumerate().map(|(panel, path)| critical(scene, panel, path)) }
                { hover.map(|hover| drawn(scene, hover, "timeline-hover")) }
                { over.selection.map(|selection| drawn(scene, selection, "timeline-selected")) }
            </>
        }
    });
    let start = over.range_start.map(|t_ns| {
        let x = fixed(viewport.x(t_ns as f64, *width), 1);
        html! { <line class="timeline-range-start" x1={x.clone()} x2={x} y1="0" y2={fixed(height, 0)} /> }
    });
    html! {
        <svg class="timeline-overlay" width={fixed(*width, 1)} height={fixed(height, 0)} aria-hidden="true">
            <defs>
                <marker id="timeline-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                    <path d="M0 0 8 4 0 8z" />
                </marker>
            </defs>
            { start }
            { marks }
        </svg>
    }
}

fn drawn(scene: &Scene, selection: Selection, class: &'static str) -> Html {
    match selection {
        Selection::Segment(spot) => segment(scene, &spot, class),
        Selection::Arrow { panel, arrow } => match scene.arrow_line(panel, arrow) {
            Some(line) => {
                let parts = [(line.pickled, line.from), (line.unpickled, line.to)];
                html! { <>{ arrow_line(line.from, line.to, class) }{ for parts.into_iter().filter_map(|(x, end)| part(scene, x, end)) }</> }
            }
            None => Html::default(),
        },
        Selection::Mark { panel, mark } => {
            let place = scene.traces.get(panel).and_then(|trace| scene.mark_place(panel, trace.mark_at(mark)?));
            place.map_or_else(Html::default, |(x, y)| {
                html! { <circle {class} cx={fixed(x, 1)} cy={fixed(y + 1.0, 1)} r="7" /> }
            })
        }
        Selection::Finding { panel, finding: finding @ Finding::LostUpdates(_) } => {
            scene.finding_place(panel, finding).map_or_else(Html::default, |(x, y)| {
                html! { <circle {class} cx={fixed(x, 1)} cy={fixed(y, 1)} r="7" /> }
            })
        }
        Selection::Finding { panel, finding } => {
            let extent = scene.traces.get(panel).and_then(|trace| finding.extent(trace));
            let (Some((from, to)), Some(row)) = (extent, scene.finding_row(panel, finding)) else { return Html::default() };
            outline(scene, row, (from, to), class)
        }
        Selection::Range { from_ns, to_ns } => {
            let (left, right) = edges(scene, from_ns, to_ns);
            let (left, width) = (fixed(left, 1), fixed((right - left).max(1.0), 1));
            html! { <rect class="timeline-range" x={left} y="0" {width} height={fixed(scene.layout.height, 0)} /> }
        }
    }
}

fn segment(scene: &Scene, spot: &Spot, class: &'static str) -> Html {
    let Some(trace) = scene.traces.get(spot.panel) else { return Html::default() };
    let (Some((from, to)), Some(row)) = (spot.extent(trace), trace.segment(spot.segment)) else { return Html::default() };
    // A time on a core and a hold are seen on two rows.
    let twin = match (row.kind, spot.band) {
        (SegmentKind::Hold, BandKind::Holder) => Some((row.lane, BandKind::Hold)),
        (SegmentKind::Hold, _) => Some((row.object, BandKind::Holder)),
        (SegmentKind::OnCore, BandKind::Core) => Some((row.holder, BandKind::Main)),
        (SegmentKind::OnCore, _) => Some((row.lane, BandKind::Core)),
        _ => None,
    };
    let rows = std::iter::once((spot.lane, spot.band)).chain(twin);
    let boxes = rows.filter_map(|(lane, band)| scene.layout.row(spot.panel, lane, band));
    let boxes = boxes.map(|row| outline(scene, row, (from, to), class));
    let ended_by = (row.kind.category() == Category::Wait && row.released_by != 0 && row.released_by != row.lane).then(|| {
        let (from, to) = (scene.main_row(spot.panel, row.released_by)?, scene.main_row(spot.panel, row.lane)?);
        let x = scene.viewport.x(row.end as f64, scene.width);
        // From the edge of the one that faces the other.
        let (y0, y1) = if from.top < to.top { (from.bottom(), to.top - 2.0) } else { (from.top, to.bottom() + 2.0) };
        Some(arrow_line((x, y0), (x, y1), class))
    });
    html! { <>{ for boxes }{ ended_by.flatten() }</> }
}

fn outline(scene: &Scene, row: &Row, (from, to): (u64, u64), class: &'static str) -> Html {
    let (left, right) = edges(scene, from, to);
    let (x, y) = (fixed(left - 1.0, 1), fixed(row.top - 1.5, 1));
    let (width, height) = (fixed((right - left).max(2.0) + 2.0, 1), fixed(row.height + 3.0, 1));
    html! { <rect {class} {x} {y} {width} {height} rx="3" /> }
}

/// One line above the rows of the steps. A step narrower than a pixel after the last corner is left out.
fn critical(scene: &Scene, panel: usize, path: &[Step]) -> Html {
    let (mut d, mut corner) = (String::new(), f64::MIN);
    for step in path {
        let Some(row) = scene.main_row(panel, step.lane) else { continue };
        let (left, end) = edges(scene, step.from_ns, step.to_ns);
        if end < corner + 1.0 || end <= -20.0 || left >= scene.width + 20.0 {
            continue;
        }
        let y = fixed(row.top - 2.5, 1);
        let (left, right) = (fixed(left, 1), fixed(end, 1));
        d += &if d.is_empty() { format!("M{left} {y}H{right}") } else { format!("H{left}V{y}H{right}") };
        corner = end;
    }
    html! { <><path class="timeline-arrow-rim" d={d.clone()} /><path class="timeline-critical" {d} /></> }
}

/// The pickling or unpickling of a message: along the row, to the end of its arrow.
fn part(scene: &Scene, x: f64, (end, y): (f64, f64)) -> Option<Html> {
    let near = |x: f64| x.max(-20.0).min(scene.width + 20.0);
    let (left, right) = (near(x.min(end)), near(x.max(end)));
    (right - left >= 1.0).then(|| {
        let (x, y, width) = (fixed(left, 1), fixed(y - 3.0, 1), fixed(right - left, 1));
        html! { <rect class="timeline-part" {x} {y} {width} height="6" rx="2" /> }
    })
}

fn arrow_line(from: (f64, f64), to: (f64, f64), class: &'static str) -> Html {
    let d = [("M", from), (" L", to)].map(|(step, (x, y))| format!("{step}{} {}", fixed(x, 1), fixed(y, 1))).concat();
    html! {
        <>
            <path class="timeline-arrow-rim" d={d.clone()} />
            <path class={classes!("timeline-arrow", class)} {d} marker-end="url(#timeline-head)" />
        </>
    }
}

/// Kept near the picture: an SVG with an edge a million pixels away is drawn wrong.
fn edges(scene: &Scene, from_ns: u64, to_ns: u64) -> (f64, f64) {
    let x = |t_ns: u64| scene.viewport.x(t_ns as f64, scene.width).max(-20.0).min(scene.width + 20.0);
    (x(from_ns), x(to_ns))
}
