//! What a run printed: each line beside the name of its process, in the process's hue.
//!
//! Draws the last lines unless all are asked for; a block of lines is drawn again only when it changed.

use std::collections::HashMap;
use std::rc::Rc;

use forkyard_wire::run::Stream;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::copy::CopyButton;
use crate::run::console::{BLOCK, Row};
use crate::run::figures::{count, grouped};
use crate::run::traceback::LineKind;
use crate::run::{Phase, Run};
use crate::workbench::{Session, Which, use_session};

/// How many blocks of lines are drawn unless all are asked for.
const SHOWN_BLOCKS: usize = 10;

/// How near to the end, in CSS pixels, counts as being there: then the view follows.
const NEAR_END: i32 = 24;

/// Whose output is shown.
#[derive(Properties, PartialEq)]
pub struct ConsoleProps {
    /// The program.
    pub session: Rc<Session>,
    /// Which of its runs.
    pub which: Which,
    /// How the reader chooses between them, where there are two.
    pub choice: Option<Html>,
}

/// The output of a run.
#[component]
pub fn Console(props: &ConsoleProps) -> Html {
    use_session(&props.session);
    let all = use_state(|| false);
    let unfolded = use_state(|| false);
    let node = use_node_ref();
    let follows = use_mut_ref(|| true);
    // How far the end was below the upper edge when lines were put in above: what was in sight stays there.
    let below = use_mut_ref(|| None::<i32>);
    {
        let (node, follows, below) = (node.clone(), follows.clone(), below.clone());
        use_effect(move || {
            let below = below.borrow_mut().take();
            let Some(node) = node.cast::<HtmlElement>() else { return };
            match below {
                _ if *follows.borrow() => node.set_scroll_top(node.scroll_height()),
                Some(below) => node.set_scroll_top(node.scroll_height() - below),
                None => {}
            }
        });
    }
    let onscroll = {
        let (node, follows) = (node.clone(), follows.clone());
        Callback::from(move |_: Event| {
            if let Some(node) = node.cast::<HtmlElement>() {
                *follows.borrow_mut() = node.scroll_top() + node.client_height() + NEAR_END >= node.scroll_height();
            }
        })
    };

    let view = props.session.view();
    let nothing = Run::new();
    let run = view.run(props.which).unwrap_or(&nothing);
    let blocks = run.console.blocks();
    let first = if *all { 0 } else { blocks.len().saturating_sub(SHOWN_BLOCKS) };
    let (hidden, foreign) = (first * BLOCK, run.console.foreign_frames());
    let hues = Hues(run.hues());
    let show_all = {
        let (all, node, below) = (all.setter(), node.clone(), below.clone());
        Callback::from(move |_: MouseEvent| {
            *below.borrow_mut() = node.cast::<HtmlElement>().map(|node| node.scroll_height() - node.scroll_top());
            all.set(true);
        })
    };
    let unfold = {
        let unfolded = unfolded.clone();
        Callback::from(move |_: MouseEvent| unfolded.set(!*unfolded))
    };
    html! {
        <div class="output">
            <div class="output-head">
                <p class="output-title">{ "Output" }</p>
                { props.choice.clone() }
                <span class="output-room" />
                if foreign > 0 {
                    <button type="button" class="button is-quiet" aria-pressed={unfolded.to_string()} onclick={unfold}>
                        { if *unfolded { "Hide" } else { "Show" } }
                        { format!(" {} inside Python", count(foreign, "frame", "frames")) }
                    </button>
                }
                if hidden > 0 {
                    <button type="button" class="button is-quiet" onclick={show_all}>
                        { format!("Show all {} lines", grouped(run.console.rows())) }
                    </button>
                }
                <CopyButton what="the output" disabled={run.console.is_empty()} text={printed(props)} />
            </div>
            <div class={classes!("console", (!*unfolded).then_some("is-folded"), run.console.has_stderr().then_some("has-stderr"))} ref={node} {onscroll} tabindex="0"
                role="group" aria-label={format!("Output: {}", props.session.title)}>
                if run.console.is_empty() {
                    <p class="console-empty">{ empty(&run.phase) }</p>
                }
                { for blocks.iter().enumerate().skip(first).map(|(index, block)| html! {
                    <ConsoleBlock key={index} block={ConsoleRows(block.clone())} hues={hues.clone()} />
                }) }
                if run.finished().is_some_and(|finished| finished.output_truncated) {
                    <p class="console-note">{ "The program printed more than is kept; the rest was left out." }</p>
                }
            </div>
        </div>
    }
}

fn empty(phase: &Phase) -> &'static str {
    match phase {
        Phase::Idle => "Press Run. What the program prints appears here, each line beside the process that printed it.",
        Phase::Asked | Phase::Queued { .. } | Phase::Starting | Phase::Running | Phase::WaitingForInput => "",
        Phase::Ended(_) | Phase::Stopped => "The program printed nothing.",
        Phase::Refused { .. } | Phase::ServerGone { .. } => "Nothing was printed.",
    }
}

/// Everything that was printed, drawn or not.
fn printed(props: &ConsoleProps) -> Callback<(), String> {
    let (session, which) = (props.session.clone(), props.which);
    Callback::from(move |()| session.view().run(which).map(|run| run.console.plain().to_owned()).unwrap_or_default())
}

/// Rows that are compared by identity: a block that changed is another block.
#[derive(Clone)]
struct ConsoleRows(Rc<Vec<Row>>);

impl PartialEq for ConsoleRows {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) && self.0.len() == other.0.len()
    }
}

/// Each lane's hue, compared by identity.
#[derive(Clone)]
struct Hues(Rc<HashMap<u32, u8>>);

impl PartialEq for Hues {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Properties, PartialEq)]
struct ConsoleBlockProps {
    block: ConsoleRows,
    hues: Hues,
}

#[component]
fn ConsoleBlock(props: &ConsoleBlockProps) -> Html {
    let rows = &props.block.0;
    html! {
        <div class="console-block">
            { for rows.iter().enumerate().map(|(index, row)| {
                let before = index.checked_sub(1).map(|before| &rows[before]);
                row_of(row, props.hues.0.get(&row.lane).copied().unwrap_or(0), before)
            }) }
        </div>
    }
}

/// What the line before says already, its process and its stream, is not repeated for the eye.
fn row_of(row: &Row, hue: u8, before: Option<&Row>) -> Html {
    let stderr = row.stream == Stream::Stderr;
    let same_process = before.is_some_and(|before| before.process == row.process && before.lane == row.lane);
    let same_stream = same_process && before.is_some_and(|before| before.stream == row.stream);
    let class = classes!(
        "row",
        format!("hue-{hue}"),
        stderr.then_some("is-stderr"),
        same_process.then_some("is-same-process"),
        same_stream.then_some("is-same-stream"),
        (row.kind == LineKind::ForeignFrame).then_some("is-foreign"),
    );
    html! {
        <div {class}>
            <span class="row-process">{ &*row.process }</span>
            <span class="row-stream">{ if stderr { "err" } else { "" } }</span>
            <span class="row-text">{ row.text.clone() }</span>
        </div>
    }
}
