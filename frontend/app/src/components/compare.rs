//! Two runs' figures, one below the other, and what the second is beside the first.

use forkyard_wire::run::Finished;
use yew::prelude::*;

use super::figures::{FIGURES, Figure};
use crate::run::figures::ratio;

/// Two runs.
#[derive(Properties, PartialEq)]
pub struct CompareProps {
    /// The run with processes, if it is over.
    pub processes: Option<Finished>,
    /// The run with threads, if it is over.
    pub threads: Option<Finished>,
}

/// A table of both.
#[component]
pub fn Compare(props: &CompareProps) -> Html {
    let row = |name: &'static str, run: &Option<Finished>| {
        let cell = |figure: &Figure| run.as_ref().map_or_else(|| "–".to_owned(), figure.value);
        html! {
            <tr>
                <th scope="row">{ name }</th>
                { for FIGURES.iter().map(|figure| html! { <td>{ cell(figure) }</td> }) }
            </tr>
        }
    };
    let compared = |figure: &Figure| match (&props.processes, &props.threads) {
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
                    { row("with processes", &props.processes) }
                    { row("with threads", &props.threads) }
                    <tr class="compare-ratio">
                        <th scope="row">{ "threads : processes" }</th>
                        { for FIGURES.iter().map(|figure| html! { <td>{ compared(figure) }</td> }) }
                    </tr>
                </tbody>
            </table>
        </div>
    }
}
