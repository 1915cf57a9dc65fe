//! The table with the same rows as the picture.

use forkyard_timeline::{Column, Finding, Order, Query, ROWS, Rows, Subject, TableRow, table, totals, units};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::recording::Recording;

/// At most so many rows are made: more would be slow, and nobody reads them.
const MOST: usize = 200;

/// What a [`TraceTable`] shows and tells.
#[derive(Properties, PartialEq)]
pub(super) struct TraceTableProps {
    /// The runs.
    pub(super) runs: Vec<Recording>,
    /// Their titles, where there are several.
    pub(super) titles: Vec<AttrValue>,
    /// Only what touches this range.
    pub(super) range: Option<(u64, u64)>,
    /// What is chosen: the run, and the row.
    pub(super) selected: Option<(usize, Subject)>,
    /// A row was chosen.
    pub(super) on_select: Callback<(usize, Subject)>,
}

/// The table of each run.
#[component]
pub(super) fn TraceTable(props: &TraceTableProps) -> Html {
    let rows = use_state(|| Rows::Events);
    let sort = use_state(|| (Column::Start, Order::Ascending));
    let onchange = {
        let rows = rows.clone();
        Callback::from(move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
            if let Some(found) = ROWS.into_iter().find(|rows| chosen.as_deref() == Some(rows.name())) {
                rows.set(found);
            }
        })
    };
    let options = ROWS.into_iter().map(|choice| {
        html! { <option value={choice.name()} selected={choice == *rows}>{ choice.name() }</option> }
    });
    let (column, order) = *sort;
    let query = Query { rows: *rows, range: props.range, column, order, limit: MOST };
    let on_sort = {
        let sort = sort.clone();
        Callback::from(move |column: Column| {
            let order = if *sort == (column, Order::Ascending) { Order::Descending } else { Order::Ascending };
            sort.set((column, order));
        })
    };
    let tables = props.runs.iter().enumerate().map(|(panel, run)| one(props, panel, run, &query, &on_sort));
    html! {
        <div class="timeline-tables">
            <label class="timeline-choice">{ "Show " }<select {onchange}>{ for options }</select></label>
            { for tables }
        </div>
    }
}

fn one(props: &TraceTableProps, panel: usize, run: &Recording, query: &Query, on_sort: &Callback<Column>) -> Html {
    let trace = run.trace();
    let found = table(&trace, query);
    let narrow = if props.range.is_some() { "narrow the range" } else { "select a range in the picture" };
    let count = match found.rows.len() {
        shown if shown < found.total => format!("First {shown} of {}; {narrow} to see the rest.", found.total),
        shown => units::count(shown, "row", "rows") + if props.range.is_some() { " in the selected range." } else { "." },
    };
    let cores = totals::cores_used(&trace, query.range.unwrap_or((0, trace.end_ns()))).filter(|_| query.rows == Rows::Used);
    let count =
        cores.map_or_else(String::new, |cores| format!("In the mean {} cores were used. ", units::fixed(cores, 1))) + &count;
    let title = props.titles.get(panel).filter(|_| props.runs.len() > 1);
    let caption = title.map_or_else(|| count.clone(), |title| format!("{title}: {count}"));
    let heads = [
        (Column::Who, "Who"),
        (Column::What, "What"),
        (Column::Object, "Object"),
        (Column::Line, "Line"),
        (Column::Start, "Start"),
        (Column::Duration, "Duration"),
        (Column::ByWhom, "By whom"),
    ];
    let heads = heads.into_iter().map(|(column, name)| head(query, (column, name), on_sort));
    let rows = found.rows.iter().map(|row| {
        let hue = trace.hue(row.lane).0;
        line(row, hue, props.selected == Some((panel, row.subject)), props.on_select.reform(move |subject| (panel, subject)))
    });
    html! {
        <table class="timeline-table" key={panel}>
            <caption>{ caption }</caption>
            <thead><tr>{ for heads }</tr></thead>
            <tbody>{ for rows }</tbody>
        </table>
    }
}

fn head(query: &Query, (column, name): (Column, &'static str), on_sort: &Callback<Column>) -> Html {
    let (sorted, sign) = match (query.column == column, query.order) {
        (false, _) => ("none", ""),
        (true, Order::Ascending) => ("ascending", " ▲"),
        (true, Order::Descending) => ("descending", " ▼"),
    };
    let onclick = on_sort.reform(move |_: MouseEvent| column);
    let class = figures(column).then_some("is-figure");
    html! {
        <th scope="col" aria-sort={sorted} {class}>
            <button type="button" {onclick}>{ name }<span aria-hidden="true">{ sign }</span></button>
        </th>
    }
}

fn line(row: &TableRow, hue: u8, selected: bool, on_select: Callback<Subject>) -> Html {
    let subject = row.subject;
    let onclick = on_select.reform(move |_: MouseEvent| subject);
    let colour = if hue == 0 { "var(--timeline-other)".to_owned() } else { format!("var(--lane-{hue})") };
    let duration = units::duration(row.duration_ns) + if row.open { " so far" } else { "" };
    html! {
        <tr key={key(row)} class={selected.then_some("is-selected")} aria-current={selected.then_some("true")}>
            <th scope="row" style={format!("--hue: {colour}")} class="timeline-who">{ &row.who }</th>
            <td><button type="button" class="timeline-row-button" {onclick}>{ row.what }</button></td>
            <td>{ &row.object }</td>
            <td class="is-figure">{ if row.line == 0 { String::new() } else { row.line.to_string() } }</td>
            <td class="is-figure">{ units::duration(row.start_ns) }</td>
            <td class="is-figure">{ duration }</td>
            <td>{ &row.by_whom }</td>
        </tr>
    }
}

/// Tells the rows apart: of a kind those with one number begin at different moments.
fn key(row: &TableRow) -> String {
    let (kind, number) = match row.subject {
        Subject::Segment(id) => ('s', id.0),
        Subject::Arrow(id) => ('a', id.0),
        Subject::Mark(id) => ('m', id.0),
        Subject::Finding(Finding::Level { object, measure, .. }) => ('o', object * 4 + measure as u32),
        Subject::Finding(Finding::Cores { .. }) => ('c', 0),
        Subject::Finding(Finding::Gap(index)) => ('g', index),
        Subject::Finding(Finding::LostUpdates(index)) => ('l', index),
    };
    format!("{kind}{number}.{}", row.start_ns)
}

fn figures(column: Column) -> bool {
    matches!(column, Column::Line | Column::Start | Column::Duration)
}
