//! What a run printed: each line beside the name of its process, in the process's hue.
//!
//! Only the blocks of lines in sight are drawn; a block is drawn again only when it changed. Everything can be scrolled to and is
//! copied by the button; what the browser itself finds is what is drawn.

use std::rc::Rc;

use forkyard_wire::run::{Finished, Outcome, Stream};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::copy::use_copy_button;
use crate::page::in_sight::{Heights, InSight};
use crate::run::console::Row;
use crate::run::figures::count;
use crate::run::terminal::shown;
use crate::run::traceback::LineKind;
use crate::run::{Phase, Run};
use crate::workbench::{Printed, Seen, Session, Which, use_session};

/// The height of a line that is not wrapped, in CSS pixels: the code's size times its line (styles/scale.css).
const LINE: f64 = 19.5;

/// What is drawn of the end while the view follows it, at the least, in CSS pixels.
const AT_END: f64 = 1_000.0;

/// How far one scrolls before the blocks in sight are looked for again, in CSS pixels.
const STEP: i32 = 200;

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
    let unfolded = use_state_eq(|| false);
    let node = use_node_ref();
    // Whether the view follows the end, where its upper edge was last, and how long everything was then.
    let follows = use_mut_ref(|| (true, 0, 0));
    // The view's upper edge and height; none while it follows the end.
    let at = use_state_eq(|| None::<(i32, i32)>);
    let heights = use_mut_ref(Heights::default);
    let seen = use_mut_ref(|| (0_usize, false));
    let drawn = use_mut_ref(|| 0..0);
    {
        let (node, follows, heights, drawn) = (node.clone(), follows.clone(), heights.clone(), drawn.clone());
        let width = use_mut_ref(|| 0);
        use_effect(move || {
            let Some(node) = node.cast::<HtmlElement>() else { return };
            // Asked for here, with the rest, and not while things are drawn: each answer has the browser lay out what changed before.
            if std::mem::replace(&mut *width.borrow_mut(), node.client_width()) != node.client_width() {
                heights.borrow_mut().forget();
            }
            if follows.borrow().0 {
                node.set_scroll_top(node.scroll_height());
                *follows.borrow_mut() = (true, node.scroll_top(), node.scroll_height());
            }
            let blocks = node.query_selector_all(".console-block").ok();
            let elements = (0..).map_while(|place| blocks.as_ref()?.get(place)?.dyn_into::<HtmlElement>().ok());
            for (block, element) in drawn.borrow().clone().zip(elements) {
                heights.borrow_mut().learn(block, element.offset_height().into());
            }
        });
    }
    let onscroll = {
        let (node, follows, at) = (node.clone(), follows.clone(), at.setter());
        Callback::from(move |_: Event| {
            if let Some(node) = node.cast::<HtmlElement>() {
                let (top, height, whole) = (node.scroll_top(), node.client_height(), node.scroll_height());
                let (followed, before, was) = *follows.borrow();
                // Away from the end goes who scrolls upwards. While lines come in, the end itself is ahead for a moment, and where a
                // guessed height was wrong the browser moves the view.
                let end = top + height + NEAR_END >= whole || (followed && (top >= before || whole != was));
                if end && followed {
                    node.set_scroll_top(whole);
                }
                *follows.borrow_mut() = (end, node.scroll_top(), whole);
                // In steps, so that not every pixel draws anew.
                at.set((!end).then_some((top / STEP * STEP, height)));
            }
        })
    };

    let view = props.session.view();
    let nothing = Run::new();
    let run = view.run(props.which).unwrap_or(&nothing);
    let blocks = run.console.blocks();
    let foreign = run.console.foreign_frames();
    let hues = Hues(run.hues());
    {
        // Another run or other lines shown: the heights are others, as they are with another width.
        let mut seen = seen.borrow_mut();
        if run.console.rows() < seen.0 || *unfolded != seen.1 {
            heights.borrow_mut().forget();
        }
        *seen = (run.console.rows(), *unfolded);
    }
    let guesses: Vec<f64> = blocks.iter().map(|block| block.len() as f64 * LINE).collect();
    let end = (heights.borrow().total(&guesses) - AT_END).max(0.0);
    let in_view = at.map_or((end, AT_END), |(top, height)| (top.into(), height.into()));
    let InSight { blocks: shown, above, below } = heights.borrow().in_sight(&guesses, in_view);
    *drawn.borrow_mut() = shown.clone();
    let lit = view.printed.filter(|printed| printed.which == props.which);
    let onpointerover = {
        let (session, which) = (props.session.clone(), props.which);
        Callback::from(move |event: PointerEvent| session.look_at_print(pointed(&event, which)))
    };
    let onpointerleave = {
        let session = props.session.clone();
        Callback::from(move |_: PointerEvent| session.look_at_print(None))
    };
    {
        // What the picture points to is brought into sight, unless the view follows a run.
        let wanted = lit.filter(|lit| lit.seen == Seen::Timeline && !run.phase.is_going_on());
        let place = wanted.and_then(|lit| place_of(blocks, &lit));
        let top = place.map(|(block, row)| heights.borrow().total(&guesses[..block]) + row as f64 * LINE);
        let (node, follows) = (node.clone(), follows.clone());
        use_effect_with(top.map(|top| top as i32), move |top| {
            let (Some(top), Some(node)) = (*top, node.cast::<HtmlElement>()) else { return };
            if !(node.scroll_top()..node.scroll_top() + node.client_height() - LINE as i32).contains(&top) {
                *follows.borrow_mut() = (false, i32::MAX, 0);
                node.set_scroll_top(top - node.client_height() / 2);
            }
        });
    }
    let unfold = {
        let unfolded = unfolded.clone();
        Callback::from(move |_: MouseEvent| unfolded.set(!*unfolded))
    };
    let copy = use_copy_button("the output", (!run.console.is_empty()).then(|| printed(props)));
    html! {
        <div class={classes!("output", (foreign > 0 || props.choice.is_some()).then_some("has-tools"))}>
            <div class="output-tools">
                { props.choice.clone() }
                if foreign > 0 {
                    <button type="button" class="button is-quiet" aria-pressed={unfolded.to_string()} onclick={unfold}>
                        { if *unfolded { "Hide" } else { "Show" } }
                        { format!(" {} inside Python", count(foreign, "frame", "frames")) }
                    </button>
                }
                { copy }
            </div>
            <div class={classes!("console", (!*unfolded).then_some("is-folded"), run.console.has_stderr().then_some("has-stderr"))} ref={node} {onscroll}
                {onpointerover} {onpointerleave} tabindex="0"
                role="group" aria-label={format!("Output: {}", props.session.title)}>
                if run.console.is_empty() {
                    <p class="console-empty">{ empty(&run.phase) }</p>
                }
                <div style={format!("height: {}px", above as i64)} />
                { for blocks[shown.clone()].iter().zip(shown).map(|(block, index)| html! {
                    <ConsoleBlock key={index} block={ConsoleRows(block.clone())} hues={hues.clone()}
                        lit={lit.map(|lit| (lit.lane, lit.at_ns)).filter(|lit| block.iter().any(|row| is_of(row, *lit)))} />
                }) }
                <div style={format!("height: {}px", below as i64)} />
                if let Some(note) = run.finished().and_then(note) {
                    <p class="console-note">{ note }</p>
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

/// What is said below the output: all of what the status has no room for.
fn note(finished: &Finished) -> Option<String> {
    let told = finished.message.clone().filter(|_| finished.outcome != Outcome::Stopped);
    let left_out = || "The program printed more than is kept; the rest was left out.".to_owned();
    told.or_else(|| finished.output_truncated.then(left_out))
}

/// What the row under the pointer says of itself.
fn pointed(event: &PointerEvent, which: Which) -> Option<Printed> {
    let row = event.target()?.dyn_into::<Element>().ok()?.closest(".row").ok()??;
    let (lane, at_ns) = row.get_attribute("data-printed")?.split_once(' ').map(|(lane, at)| (lane.parse(), at.parse()))?;
    Some(Printed { which, lane: lane.ok()?, at_ns: at_ns.ok()?, seen: Seen::Output })
}

/// The block and the row in it where something printed begins.
fn place_of(blocks: &[Rc<Vec<Row>>], printed: &Printed) -> Option<(usize, usize)> {
    let of = |row: &Row| is_of(row, (printed.lane, printed.at_ns));
    blocks.iter().enumerate().find_map(|(block, rows)| Some((block, rows.iter().position(of)?)))
}

/// Whether a row came of what a lane printed then; what is printed at once may be several rows.
fn is_of(row: &Row, (lane, at_ns): (u32, u64)) -> bool {
    row.lane == lane && row.at_ns == at_ns
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
struct Hues(Rc<Vec<(u32, u8)>>);

impl PartialEq for Hues {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Properties, PartialEq)]
struct ConsoleBlockProps {
    block: ConsoleRows,
    hues: Hues,
    lit: Option<(u32, u64)>,
}

#[component]
fn ConsoleBlock(props: &ConsoleBlockProps) -> Html {
    let rows = &props.block.0;
    html! {
        <div class="console-block">
            { for rows.iter().enumerate().map(|(index, row)| {
                let before = index.checked_sub(1).map(|before| &rows[before]);
                let lit = props.lit.is_some_and(|lit| is_of(row, lit));
                let hue = props.hues.0.iter().find(|(lane, _)| *lane == row.lane).map_or(0, |(_, hue)| *hue);
                row_of(row, hue, (before, lit))
            }) }
        </div>
    }
}

/// What the line before says already, its process and its stream, is repeated neither for the eye nor for the ear.
fn row_of(row: &Row, hue: u8, (before, lit): (Option<&Row>, bool)) -> Html {
    let stderr = row.stream == Stream::Stderr;
    let same_process = before.is_some_and(|before| before.process == row.process && before.lane == row.lane);
    let same_stream = same_process && before.is_some_and(|before| before.stream == row.stream);
    let class = classes!(
        "row",
        format!("hue-{hue}"),
        stderr.then_some("is-stderr"),
        lit.then_some("is-lit"),
        same_process.then_some("is-same-process"),
        same_stream.then_some("is-same-stream"),
        (row.kind == LineKind::ForeignFrame).then_some("is-foreign"),
    );
    html! {
        <div {class} data-printed={format!("{} {}", row.lane, row.at_ns)}>
            <span class="row-process" aria-hidden={same_process.to_string()}>{ &*row.process }</span>
            <span class="row-stream" aria-hidden={same_stream.to_string()}>{ if stderr { "err" } else { "" } }</span>
            <span class="row-text">{ shown(&row.text) }</span>
        </div>
    }
}
