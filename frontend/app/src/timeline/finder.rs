//! The field that finds names: how many hits there are, and from one to the next.

use forkyard_timeline::{Selection, search};
use web_sys::{HtmlInputElement, InputEvent, KeyboardEvent};
use yew::prelude::*;

use super::observe::use_focus_when;
use super::picture::Picture;
use super::steer;
use super::view::{Action, View};

/// What the reader does in the field.
#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    /// Other words.
    Words(String),
    /// The next hit.
    Next,
    /// The hit before.
    Previous,
    /// No field.
    Nothing,
}

/// The field while something is looked for; else nothing.
#[hook]
pub(super) fn use_finder(picture: &Picture, view: &View, on_action: &Callback<Action>) -> Html {
    let (words, at) = (view.words.as_deref(), view.hit);
    let hits = use_memo((picture.runs.clone(), words.map(str::to_owned)), |(runs, words)| {
        let found = runs.iter().enumerate().map(|(panel, run)| search(&run.trace(), panel, words.as_deref().unwrap_or("")));
        found.flatten().collect::<Vec<Selection>>()
    });
    let node = use_focus_when(words.is_some());
    let Some(words) = words else { return Html::default() };
    let on_wanted = {
        let (on_action, picture, hits) = (on_action.clone(), picture.clone(), hits.clone());
        Callback::from(move |wanted: Wanted| match wanted {
            Wanted::Words(words) => on_action.emit(Action::Find(Some(words))),
            Wanted::Nothing => on_action.emit(Action::Find(None)),
            Wanted::Next | Wanted::Previous => {
                let Some(at) = step(at, hits.len(), &wanted) else { return };
                on_action.emit(Action::Hit(at));
                steer::go(&picture, hits[at]).into_iter().for_each(|action| on_action.emit(action));
            }
        })
    };
    field(words, said(words, at, hits.len()), &node, &on_wanted)
}

/// The field. Keys within it are its own.
fn field(words: &str, said: String, node: &NodeRef, on_wanted: &Callback<Wanted>) -> Html {
    let oninput = on_wanted.reform(|event: InputEvent| Wanted::Words(event.target_unchecked_into::<HtmlInputElement>().value()));
    let onkeydown = {
        let on_wanted = on_wanted.clone();
        Callback::from(move |event: KeyboardEvent| {
            event.stop_propagation();
            let wanted = match event.key().as_str() {
                "Enter" if event.shift_key() => Wanted::Previous,
                "Enter" => Wanted::Next,
                "Escape" => Wanted::Nothing,
                _ => return,
            };
            event.prevent_default();
            on_wanted.emit(wanted);
        })
    };
    html! {
        <div class="timeline-finder" role="search">
            <input ref={node.clone()} type="text" value={words.to_owned()} {oninput} {onkeydown}
                aria-label="Find on the timeline" placeholder="name, printed text, line 14" spellcheck="false" autocomplete="off" />
            <span role="status">{ said }</span>
        </div>
    }
}

/// Where the next or previous of some hits is, round and round.
fn step(at: Option<usize>, hits: usize, wanted: &Wanted) -> Option<usize> {
    let last = hits.checked_sub(1)?;
    Some(match (at, wanted) {
        (Some(at), Wanted::Previous) => at.checked_sub(1).unwrap_or(last),
        (None, Wanted::Previous) => last,
        (Some(at), _) if at < last => at + 1,
        _ => 0,
    })
}

/// `3 of 12`, `12 hits`, `nothing found`; nothing for no words.
fn said(words: &str, at: Option<usize>, hits: usize) -> String {
    match (at, hits) {
        _ if words.trim().is_empty() => String::new(),
        (_, 0) => "nothing found".to_owned(),
        (Some(at), _) => format!("{} of {hits}", at + 1),
        (None, _) => forkyard_timeline::units::count(hits, "hit", "hits"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hits_go_round() {
        assert_eq!(step(None, 3, &Wanted::Next), Some(0));
        assert_eq!(step(Some(2), 3, &Wanted::Next), Some(0));
        assert_eq!(step(None, 3, &Wanted::Previous), Some(2));
        assert_eq!(step(Some(0), 3, &Wanted::Previous), Some(2));
        assert_eq!(step(None, 0, &Wanted::Next), None);
    }

    #[test]
    fn the_field_says_how_many() {
        assert_eq!(said("x", None, 1), "1 hit");
        assert_eq!(said("x", Some(2), 12), "3 of 12");
        assert_eq!(said("x", None, 0), "nothing found");
        assert_eq!(said(" ", None, 0), "");
    }
}
