//! A run's figures, with room kept before there are any.

use forkyard_wire::run::Finished;
use yew::prelude::*;

use crate::run::figures::{cores, grouped, memory, time};

/// The run.
#[derive(Properties, PartialEq)]
pub struct FiguresProps {
    /// Its end, if it has come.
    pub finished: Option<Finished>,
}

/// One figure.
struct Figure {
    name: &'static str,
    meaning: &'static str,
    value: fn(&Finished) -> String,
}

const FIGURES: [Figure; 5] = [
    Figure { name: "Wall", meaning: "From start to end, by the clock on the wall", value: |run| time(run.wall_ns) },
    Figure { name: "CPU", meaning: "Time on cores, of all processes together", value: |run| time(run.cpu_ns) },
    Figure { name: "Cores used", meaning: "How many cores were busy, on average", value: |run| cores(run.cores_used) },
    Figure {
        name: "Processes",
        meaning: "Over the run's life, the main one included",
        value: |run| grouped(run.processes as usize),
    },
    Figure { name: "Peak memory", meaning: "The most that the run held at once", value: |run| memory(run.peak_memory_bytes) },
];

/// A line of figures.
#[component]
pub fn Figures(props: &FiguresProps) -> Html {
    html! {
        <dl class="figures">
            { for FIGURES.iter().map(|figure| html! {
                <div class="figure" title={figure.meaning}>
                    <dt>{ figure.name }</dt>
                    <dd>
                        { props.finished.as_ref().map_or_else(|| "–".to_owned(), figure.value) }
                    </dd>
                </div>
            }) }
        </dl>
    }
}
