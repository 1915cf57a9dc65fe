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

/// What lessons answer, by the number their folders begin with.
const QUESTIONS: [(&str, &str); 28] = [
    ("01", "Why do two threads compute no faster than one?"),
    ("02", "What happens between start and join?"),
    ("03", "In which order do processes run, and who decides?"),
    ("04", "Why does the counter stay 0?"),
    ("05", "What does spawn do in all that time?"),
    ("06", "How does one process hand work to another?"),
    ("07", "What tells the reader that the writer is done?"),
    ("08", "Where do updates go that get lost?"),
    ("09", "Can two processes look at the same bytes?"),
    ("10", "What does a shared dict cost?"),
    ("11", "How do four workers share twelve tasks?"),
    ("12", "Which of Pool’s eight ways to call is the right one?"),
    ("13", "When is a task too small to send?"),
    ("14", "What is a future, and who keeps the promise?"),
    ("15", "How does a worker get ready before its first task?"),
    ("16", "Where is the race, and what does mending it cost?"),
    ("17", "How do you let three in, and not four?"),
    ("18", "How do processes wait for each other without asking all the time?"),
    ("19", "Who waits for whom when nothing moves?"),
    ("20", "What is left of a process after it has ended?"),
    ("21", "What breaks when one process crashes, and what does not?"),
    ("22", "Why can this function not be sent?"),
    ("23", "What does a process cost, and a message, and a byte?"),
    ("24", "When are processes the wrong tool?"),
    ("25", "Threads or processes?"),
    ("26", "Why is it not twice as fast on two cores?"),
    ("27", "What changes past one machine?"),
    ("28", "How does a slow script come to use every core?"),
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
