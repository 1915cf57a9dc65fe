//! What stands beside and above the picture: the names of the rows, the moments of the axis.

use forkyard_timeline::units::fixed;
use forkyard_timeline::{TrackKind, Viewport, ticks};
use yew::prelude::*;

use super::paint::TICK_ROOM;
use super::picture::Picture;

/// Width of a letter of the axis, about, and the room before it.
const LETTER: f64 = 7.0;
const PADDING: f64 = 6.0;

/// So many letters at the end of a name are always shown.
const TAIL: usize = 3;

/// The names of the rows in sight: hundreds of names that nobody sees take time with every change. `titles` are those of the runs and
/// each in a sentence, where there are several.
pub(super) fn labels(picture: &Picture, titles: &[(AttrValue, String)]) -> Html {
    let Picture { layout, sight, .. } = picture;
    let (from, to) = (f64::from(sight.0), f64::from(sight.1));
    let tracks = layout.tracks.iter().filter(|track| track.top + track.height > from && track.top < to).map(|track| {
        let kind = match track.kind {
            TrackKind::Core => "timeline-label timeline-label--core",
            TrackKind::Thread => "timeline-label timeline-label--thread",
            TrackKind::Process => "timeline-label timeline-label--process",
            TrackKind::Object => "timeline-label timeline-label--object",
        };
        let hue = if track.hue.0 == 0 { "var(--timeline-other)".to_owned() } else { format!("var(--lane-{})", track.hue.0) };
        let style = format!("top: {}px; height: {}px; --hue: {hue}", track.top as i32, track.height as i32);
        let whole = format!("{}{}", track.label, track.note);
        let (head, tail) = if track.note.is_empty() { halves(&track.label) } else { (track.label.clone(), track.note.clone()) };
        html! {
            <div key={format!("{}-{}{}", track.panel, track.lane, track.note)} class={kind} {style} title={whole}>
                <span>{ head }</span><span>{ tail }</span>
            </div>
        }
    });
    let headings = layout.headings.iter().map(|heading| {
        let style = format!("top: {}px; height: {}px", heading.top, heading.height);
        let (title, sentence) = titles.get(heading.panel).cloned().unwrap_or_default();
        html! {
            <div key={format!("heading-{}", heading.panel)} class="timeline-heading" {style}>
                <strong>{ title }</strong><span>{ sentence }</span>
            </div>
        }
    });
    let style = format!("height: {}px", layout.height as i32);
    html! { <div class="timeline-labels" {style} aria-hidden="true">{ for headings }{ for tracks }</div> }
}

/// The moments of the axis, of which this part is in sight, so many CSS pixels wide.
pub(super) fn axis(viewport: &Viewport, width: f64) -> Html {
    let ticks = ticks(viewport, width, TICK_ROOM).into_iter().filter_map(|tick| {
        let x = viewport.x(tick.t_ns, width);
        // A label that would be cut off at the edge is left out.
        let length = tick.label.chars().count() as f64 * LETTER + PADDING;
        (x + length <= width).then(|| {
            html! { <span key={tick.label.clone()} class="timeline-tick" style={format!("transform: translateX({}px)", fixed(x, 1))}>{ tick.label }</span> }
        })
    });
    html! { <div class="timeline-axis" aria-hidden="true">{ for ticks }</div> }
}

/// A name and its end, which is kept when there is no room for all of it: the end has the number.
fn halves(name: &str) -> (String, String) {
    let length = name.chars().count();
    let head = name.chars().take(length.saturating_sub(TAIL)).collect();
    (head, name.chars().skip(length.saturating_sub(TAIL)).collect())
}
