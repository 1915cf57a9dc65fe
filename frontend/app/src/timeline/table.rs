//! The table with the same rows as the picture, some hundreds at first and more of them when they are asked for.

use std::rc::Rc;

use forkyard_timeline::{Column, Order, Query, ROWS, Rows, Subject, TableRow, table, totals, units};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use super::recording::Recording;

/// So many rows are made at once: more would take the page longer than one notices.
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
    let shown = use_mut_ref(Vec::<Shown>::new);
    let update = use_force_update();
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
    let query = Query { rows: *rows, range: props.range, column, order, after: None, limit: MOST };
    let on_sort = {
        let sort = sort.clone();
        Callback::from(move |column: Column| {
            let order = if *sort == (column, Order::Ascending) { Order::Descending } else { Order::Ascending };
            sort.set((column, order));
        })
    };
    // One for all rows: hundreds of them are made at once.
    let pressed = |panel: usize| {
        let (shown, on_select, update) = (shown.clone(), props.on_select.clone(), update.clone());
        Callback::from(move |event: MouseEvent| {
            let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let Some(row) = pressed.and_then(|pressed| pressed.get_attribute("data-row")) else { return };
            let subject = match row.parse() {
                Ok(row) => shown.borrow()[panel].subject(row),
                Err(_) => {
                    shown.borrow_mut()[panel].want_more();
                    update.force_update();
                    None
                }
            };
            subject.into_iter().for_each(|subject| on_select.emit((panel, subject)));
        })
    };
    shown.borrow_mut().resize_with(props.runs.len(), Shown::default);
    let tables = props.runs.iter().enumerate().map(|(panel, run)| {
        let mut shown = shown.borrow_mut();
        shown[panel].fill(run, &query);
        html! { <div key={panel} onclick={pressed(panel)}>{ one(props, panel, &shown[panel], &on_sort) }</div> }
    });
    html! {
        <div class="timeline-tables">
            <label class="timeline-choice">{ "Show " }<select {onchange}>{ for options }</select></label>
            { for tables }
        </div>
    }
}

/// What is shown of a run.
#[derive(Default)]
struct Shown {
    of: Option<(Recording, Query)>,
    /// So many blocks of rows are asked for.
    wanted: usize,
    blocks: Vec<Block>,
    /// How many rows there are.
    total: usize,
}

/// Rows, each with its hue. Compared by identity.
#[derive(Clone)]
struct Block(Rc<Vec<(TableRow, u8)>>);

impl PartialEq for Block {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Shown {
    /// Finds the rows that are asked for and not there.
    fn fill(&mut self, run: &Recording, query: &Query) {
        let of = Some((run.clone(), *query));
        if self.of != of {
            // Of a run that goes on, as much as before.
            let same = self.of.as_ref().is_some_and(|(before, asked)| before.is_same_run(run) && asked == query);
            *self = Shown { of, wanted: if same { self.wanted } else { 1 }, ..Shown::default() };
        }
        let trace = run.trace();
        while self.blocks.len() < self.wanted {
            let after = self.blocks.last().and_then(|block| block.0.last()).map(|(row, _)| row.subject);
            let found = table(&trace, &Query { after, ..*query });
            self.total = found.total;
            let rows = found.rows.into_iter().map(|row| {
                let hue = trace.hue(row.lane).0;
                (row, hue)
            });
            self.blocks.push(Block(Rc::new(rows.collect())));
        }
    }

    /// Asks for one block more, where there is one.
    fn want_more(&mut self) {
        self.wanted += usize::from(self.wanted * MOST < self.total);
    }

    fn subject(&self, row: usize) -> Option<Subject> {
        self.blocks.get(row / MOST)?.0.get(row % MOST).map(|(row, _)| row.subject)
    }
}

fn one(props: &TraceTableProps, panel: usize, shown: &Shown, on_sort: &Callback<Column>) -> Html {
    let Some((run, query)) = &shown.of else { return Html::default() };
    let trace = run.trace();
    let there = shown.total.min(shown.wanted * MOST);
    let range = if query.range.is_some() { " in the selected range." } else { "." };
    let count = match units::count(shown.total, "row", "rows") {
        all if there < shown.total => format!("First {there} of {all}{range}"),
        all => all + range,
    };
    let cores = totals::cores_used(&trace, query.range.unwrap_or((0, trace.end_ns()))).filter(|_| query.rows == Rows::Used);
    let cores = cores.map_or_else(String::new, |cores| format!("In the mean {} cores were used. ", units::fixed(cores, 1)));
    let title = props.titles.get(panel).filter(|_| props.runs.len() > 1);
    let title = title.map_or_else(String::new, |title| format!("{title}: "));
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
    let selected = props.selected.filter(|selected| selected.0 == panel).map(|selected| selected.1);
    let blocks = shown.blocks.iter().enumerate().map(|(number, block)| {
        let selected = selected.filter(|selected| block.0.iter().any(|(row, _)| row.subject == *selected));
        html! { <TableBlock key={number} {number} block={block.clone()} {selected} /> }
    });
    // A list of its own: among what has no key none would be told from another, and all would be made anew.
    let blocks = blocks.collect::<Html>();
    let left = shown.total - there;
    html! {
        <>
            <table class="timeline-table">
                <caption>{ title }{ cores }{ &count }</caption>
                <thead><tr>{ for heads }</tr></thead>
                { blocks }
            </table>
            if shown.total > MOST {
                // It stays when there is no more to show: who has pressed it has the keyboard there.
                <button type="button" class="button timeline-more" data-row="more" aria-disabled={(left == 0).then_some("true")}>
                    { if left == 0 { "All rows are shown".to_owned() } else { format!("{} more", left.min(MOST)) } }
                </button>
                <p class="timeline-words" role="status">{ if shown.wanted > 1 { count } else { String::new() } }</p>
            }
        </>
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

/// Rows that come together, and are drawn again only when one of them is chosen, or no longer.
#[derive(Properties, PartialEq)]
struct TableBlockProps {
    /// Which block of the table, from 0.
    number: usize,
    block: Block,
    selected: Option<Subject>,
}

#[component]
fn TableBlock(props: &TableBlockProps) -> Html {
    let rows = props.block.0.iter().enumerate();
    html! {
        <tbody>
            { for rows.map(|(place, (row, hue))| line(row, *hue, (props.number * MOST + place, props.selected == Some(row.subject)))) }
        </tbody>
    }
}

fn line(row: &TableRow, hue: u8, (number, selected): (usize, bool)) -> Html {
    let colour = if hue == 0 { "var(--timeline-other)".to_owned() } else { format!("var(--lane-{hue})") };
    let duration = match row.subject {
        // A moment has none.
        Subject::Mark(_) => String::new(),
        _ => units::duration(row.duration_ns) + if row.open { " so far" } else { "" },
    };
    html! {
        <tr class={selected.then_some("is-selected")} aria-current={selected.then_some("true")}>
            <th scope="row" style={format!("--hue: {colour}")} class="timeline-who">{ &row.who }</th>
            <td><button type="button" class="timeline-row-button" data-row={number.to_string()}>{ row.what }</button></td>
            <td>{ &row.object }</td>
            <td class="is-figure">{ if row.line == 0 { String::new() } else { row.line.to_string() } }</td>
            <td class="is-figure">{ units::duration(row.start_ns) }</td>
            <td class="is-figure">{ duration }</td>
            <td>{ &row.by_whom }</td>
        </tr>
    }
}

fn figures(column: Column) -> bool {
    matches!(column, Column::Line | Column::Start | Column::Duration)
}
