//! A run's figures, with room kept before there are any.

use forkyard_timeline::units::{bytes, duration, fixed};
use forkyard_wire::run::Finished;
use yew::prelude::*;

use crate::run::figures::grouped;

/// One figure.
pub struct Figure {
    /// What it is called.
    pub name: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// The figure, with its unit.
    pub value: fn(&Finished) -> String,
    /// The figure, to be compared.
    pub size: fn(&Finished) -> f64,
}

/// Every figure, in order.
pub const FIGURES: [Figure; 5] = [
    Figure {
        name: "Wall",
        meaning: "From start to end, by the clock on the wall",
        value: |run| duration(run.wall_ns),
        size: |run| run.wall_ns as f64,
    },
    Figure {
        name: "CPU",
        meaning: "Time on cores, of all processes together",
        value: |run| duration(run.cpu_ns),
        size: |run| run.cpu_ns as f64,
    },
    Figure {
        name: "Cores used",
        meaning: "How many cores were busy, on average",
        value: |run| fixed(run.cores_used, 1),
        size: |run| run.cores_used,
    },
    Figure {
        name: "Processes",
        meaning: "Over the run's life, the main one included",
        value: |run| grouped(run.processes as usize),
        size: |run| f64::from(run.processes),
    },
    Figure {
        name: "Peak memory",
        meaning: "The most that the run held at once",
        value: |run| bytes(run.peak_memory_bytes),
        size: |run| run.peak_memory_bytes as f64,
    },
];

/// A line of figures of a run, once it is over.
pub fn figures(finished: Option<&Finished>) -> Html {
    html! {
        <dl class="figures">
            { for FIGURES.iter().map(|figure| html! {
                <div class="figure" title={figure.meaning}>
                    <dt>{ figure.name }</dt>
                    <dd>{ finished.map_or_else(|| "–".to_owned(), figure.value) }</dd>
                </div>
            }) }
        </dl>
    }
}
