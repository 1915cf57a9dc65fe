//! Two runs' figures, one below the other, and what the second is beside the first.

use forkyard_wire::run::{Finished, Outcome};
use yew::prelude::*;

use super::figures::{FIGURES, Figure};
use crate::run::figures::ratio;

/// A table of the run with processes and the one with threads, each once it is over.
pub fn compare(processes: Option<&Finished>, threads: Option<&Finished>) -> Html {
    let row = |name: &'static str, run: Option<&Finished>| {
        let cell = |figure: &Figure| run.map_or_else(|| "–".to_owned(), figure.value);
        html! {
            <tr>
                <th scope="row">{ name }</th>
                { for FIGURES.iter().map(|figure| html! { <td>{ cell(figure) }</td> }) }
            </tr>
        }
    };
    // What was ended early would seem the quicker one.
    let whole = |run: Option<&'_ Finished>| run.is_some_and(|run| run.outcome == Outcome::Completed);
    let compared = |figure: &Figure| match (processes, threads) {
        _ if !whole(processes) || !whole(threads) => "–".to_owned(),
        (Some(processes), Some(threads)) => ratio((figure.size)(processes), (figure.size)(threads)),
        _ => "–".to_owned(),
    };
    html! {
        <div class="compare" tabindex="0" role="group" aria-label="Figures of both runs">
            <table>
                <caption class="only-heard">{ "The same program with processes and with threads" }</caption>
                <thead>
                    <tr>
                        <td />
                        { for FIGURES.iter().map(|figure| html! {
                            <th scope="col" title={figure.meaning}>{ figure.name }</th>
                        }) }
                    </tr>
                </thead>
                <tbody>
                    { row("with processes", processes) }
                    { row("with threads", threads) }
                    <tr class="compare-ratio">
                        <th scope="row">{ "threads : processes" }</th>
                        { for FIGURES.iter().map(|figure| html! { <td>{ compared(figure) }</td> }) }
                    </tr>
                </tbody>
            </table>
        </div>
    }
}
