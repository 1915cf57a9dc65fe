//! Every lesson, in order.

use forkyard_wire::lesson::LessonSummary;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::load::{Load, failure};
use crate::api;
use crate::page::arrival::use_arrival;
use crate::route::Route;
use crate::run::figures::count;

/// The list of lessons, as far as it was fetched, and a way to fetch it again.
#[hook]
pub fn use_lessons() -> (Load<Rc<Vec<LessonSummary>>>, Callback<MouseEvent>) {
    let lessons = use_state_eq(|| Load::Waiting);
    let fetch = {
        let lessons = lessons.setter();
        move || {
            let lessons = lessons.clone();
            spawn_local(async move {
                lessons.set(match api::lessons().await {
                    Ok(list) => Load::Here(Rc::new(list)),
                    Err(error) => Load::Failed(error),
                });
            });
        }
    };
    let retry = {
        let fetch = fetch.clone();
        Callback::from(move |_: MouseEvent| fetch())
    };
    use_effect_with((), move |()| fetch());
    ((*lessons).clone(), retry)
}

/// The page.
#[component]
pub fn Lessons() -> Html {
    use_arrival("Lessons".into());
    let (lessons, retry) = use_lessons();
    html! {
        <main id="main" class="page lessons" tabindex="-1">
            <h1>{ "Lessons" }</h1>
            <p class="lead">{ "Each takes a few minutes: a little to read, programs to run, one thing to write." }</p>
            { match &lessons {
                Load::Waiting => html! { <p class="waiting" role="status">{ "Fetching the lessons" }</p> },
                Load::Failed(error) => failure(error, "The lessons", retry),
                Load::Here(list) => html! {
                    <ol class="lesson-list">
                        { for list.iter().enumerate().map(|(index, lesson)| row(index + 1, lesson)) }
                    </ol>
                },
            } }
        </main>
    }
}

fn row(number: usize, lesson: &LessonSummary) -> Html {
    let minutes = count(lesson.minutes as usize, "minute", "minutes");
    let examples = count(lesson.examples as usize, "program", "programs");
    html! {
        <li class="lesson-row">
            <span class="lesson-number" aria-hidden="true">{ number }</span>
            <div>
                <h2>
                    <a href={Route::Lesson { slug: lesson.slug.clone() }.path()}>{ lesson.title.clone() }</a>
                </h2>
                <p>{ lesson.summary.clone() }</p>
            </div>
            <p class="lesson-facts">{ minutes }{ " · " }{ examples }</p>
        </li>
    }
}
