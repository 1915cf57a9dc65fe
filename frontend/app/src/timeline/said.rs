//! What is said of runs as a whole: the sentence above the picture, what stands at the head of each, and all of it in words.
//!
//! It puts together what `forkyard_timeline` says, and finds none of it itself.

use std::cell::Ref;

use forkyard_timeline::notes::Note;
use forkyard_timeline::story::story;
use forkyard_timeline::{Trace, deadlock, notes, summary};
use yew::AttrValue;

use super::Recording;

/// What is said of the runs.
pub(super) struct Said {
    /// One run in a sentence, with its story; of two, how long each took: what each did stands at its head.
    pub(super) summary: AttrValue,
    /// What stands at the head of each run, where there are several.
    pub(super) headings: Vec<(AttrValue, String)>,
    pub(super) deadlock: Option<AttrValue>,
    pub(super) notes: Vec<Note>,
    /// All of it in words. Long, and only for who does not see the picture: not made anew with each chunk of a run that goes on.
    pub(super) words: AttrValue,
}

impl Said {
    /// What can be said of runs of which more is to come, or all of it.
    pub(super) fn of(runs: &[Recording], titles: &[AttrValue], running: bool) -> Self {
        // The story of half a run would be another. To find it takes long, and it is told twice.
        let stories: Vec<Option<String>> = runs.iter().map(|run| if running { None } else { story(&run.trace()) }).collect();
        let told = || runs.iter().zip(&stories).map(|(run, story)| (run.trace(), story.as_deref()));
        let (summary, headings) = match (runs, titles) {
            ([first, second], [one, other]) => (
                // While it goes on, the second one has not yet taken what it takes.
                match running {
                    true => summary::comparison((one.as_str(), &first.trace()), (other.as_str(), &Trace::new())),
                    false => summary::comparison((one.as_str(), &first.trace()), (other.as_str(), &second.trace())),
                },
                told().zip(titles).map(|((trace, story), title)| (title.clone(), summary::heading(&trace, story))).collect(),
            ),
            _ => (told().next().map(|(trace, story)| summary::headline(&trace, story)).unwrap_or_default(), Vec::new()),
        };
        let deadlock = runs.iter().find_map(|run| deadlock::sentence(&run.trace())).map(AttrValue::from);
        let notes = runs.iter().flat_map(|run| notes::of(&run.trace())).collect();
        let words: Vec<String> = if running { Vec::new() } else { told().zip(titles).map(in_words).collect() };
        Said { summary: summary.into(), headings, deadlock, notes, words: words.join(" ").into() }
    }
}

fn in_words(((trace, story), title): ((Ref<'_, Trace>, Option<&str>), &AttrValue)) -> String {
    let before = if title.is_empty() { String::new() } else { format!("With {title}: ") };
    before + &summary::paragraph(&trace, story)
}
