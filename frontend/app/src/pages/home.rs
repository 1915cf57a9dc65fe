//! What this is, in one sentence and one picture, and a way in.

use forkyard_wire::lesson::LessonSummary;
use yew::prelude::*;

use super::lessons::use_lessons;
use super::load::{Load, failure};
use crate::components::recorded::Recorded;
use crate::page::arrival::use_arrival;
use crate::route::Route;

/// The lesson that the button opens unless the server has another first one.
const FIRST: &str = "02-first-process";

/// What lessons answer, by the number their folders begin with; of another lesson stands what it is about.
const QUESTIONS: [(&str, &str); 7] = [
    ("01", "Why do two threads compute no faster than one?"),
    ("02", "What happens between start and join?"),
    ("06", "How does one process hand work to another?"),
    ("07", "What tells the reader that the writer is done?"),
    ("08", "Where do updates go that get lost?"),
    ("11", "How do four workers share eight tasks?"),
    ("24", "When are processes the wrong tool?"),
];

/// The page.
#[component]
pub fn Home() -> Html {
    use_arrival("Python multiprocessing, seen".into());
    let (lessons, retry) = use_lessons();
    let first = match &lessons {
        Load::Here(list) => list
            .iter()
            .map(|lesson| lesson.slug.as_str())
            .find(|slug| *slug == FIRST)
            .or(list.first().map(|lesson| lesson.slug.as_str()))
            .unwrap_or(FIRST)
            .to_owned(),
        Load::Waiting | Load::Failed(_) => FIRST.to_owned(),
    };
    html! {
        <main id="main" class="page home" tabindex="-1">
            <div class="home-head">
                <h1>{ "Run Python’s multiprocessing, and see what every process did." }</h1>
                <p class="home-way-in">
                    <a href={Route::Lesson { slug: first }.path()} class="button is-main is-large">{ "Run your first process" }</a>
                </p>
            </div>
            <Recorded />
            <section class="questions" aria-labelledby="questions">
                <h2 id="questions">{ "What the lessons answer" }</h2>
                { match &lessons {
                    Load::Waiting => html! { <p class="waiting" role="status">{ "Fetching the lessons" }</p> },
                    Load::Failed(error) => failure(error, "The lessons", retry),
                    Load::Here(list) => html! { <ul class="question-list">{ for list.iter().map(question) }</ul> },
                } }
            </section>
        </main>
    }
}

fn question(lesson: &LessonSummary) -> Html {
    let number = lesson.slug.split('-').next().unwrap_or_default();
    let asked = QUESTIONS.iter().find(|(known, _)| *known == number).map_or(lesson.summary.as_str(), |(_, text)| text);
    html! {
        <li>
            <a href={Route::Lesson { slug: lesson.slug.clone() }.path()} class="question-link">
                <span class="question-text">{ asked.to_owned() }</span>
                <span class="question-lesson">{ lesson.title.clone() }</span>
            </a>
        </li>
    }
}
