//! Two runs' figures side by side, and what the second is beside the first.

use forkyard_wire::run::Finished;
use yew::prelude::*;

use crate::run::figures::{cores, grouped, memory, ratio, time};

/// Two runs.
#[derive(Properties, PartialEq)]
pub struct CompareProps {
    /// The run with processes, if it is over.
    pub processes: Option<Finished>,
    /// The run with threads, if it is over.
    pub threads: Option<Finished>,
}

struct Row {
    name: &'static str,
    show: fn(&Finished) -> String,
    size: fn(&Finished) -> f64,
    more: &'static str,
}

const ROWS: [Row; 5] = [
    Row { name: "Wall", show: |run| time(run.wall_ns), size: |run| run.wall_ns as f64, more: "long" },
    Row { name: "CPU", show: |run| time(run.cpu_ns), size: |run| run.cpu_ns as f64, more: "much" },
    Row { name: "Cores used", show: |run| cores(run.cores_used), size: |run| run.cores_used, more: "many" },
    Row { name: "Processes", show: |run| grouped(run.processes as usize), size: |run| f64::from(run.processes), more: "many" },
    Row {
        name: "Peak memory",
        show: |run| memory(run.peak_memory_bytes),
        size: |run| run.peak_memory_bytes as f64,
        more: "much",
    },
];

/// A table of both.
#[component]
pub fn Compare(props: &CompareProps) -> Html {
    let shown = |run: &Option<Finished>, row: &Row| run.as_ref().map_or_else(|| "–".to_owned(), row.show);
    html! {
        <table class="compare">
            <caption class="only-heard">{ "The same program with processes and with threads" }</caption>
            <thead>
                <tr>
                    <th scope="col"><span class="only-heard">{ "Figure" }</span></th>
                    <th scope="col">{ "Processes" }</th>
                    <th scope="col">{ "Threads" }</th>
                    <th scope="col">{ "Threads, compared" }</th>
                </tr>
            </thead>
            <tbody>
                { for ROWS.iter().map(|row| html! {
                    <tr>
                        <th scope="row">{ row.name }</th>
                        <td>{ shown(&props.processes, row) }</td>
                        <td>{ shown(&props.threads, row) }</td>
                        <td class="compare-ratio">
                            { match (&props.processes, &props.threads) {
                                (Some(processes), Some(threads)) => ratio((row.size)(processes), (row.size)(threads), row.more),
                                _ => "–".to_owned(),
                            } }
                        </td>
                    </tr>
                }) }
            </tbody>
        </table>
    }
}
