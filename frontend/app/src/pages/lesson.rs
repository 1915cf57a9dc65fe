//! One lesson: its text, its programs, and the workbench that runs them.
//!
//! Wide, the workbench stands beside the text and shows one program at a time; narrow, each program has its own in the text, and
//! the run bar at the bottom edge is that of the program touched last.

use std::rc::Rc;

use forkyard_wire::lesson::{Block, Lesson as LessonContent};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::load::{Load, failure};
use super::not_found::NotFound;
use crate::api::{self, ApiError};
use crate::components::divider::use_divider;
use crate::components::example_card::ExampleCard;
use crate::components::exercise::Exercise;
use crate::components::prose::prose;
use crate::components::question::Question;
use crate::components::run_bar::{Room, RunBar};
use crate::components::run_timeline::RunTimeline;
use crate::components::workbench::Workbench;
use crate::page::arrival::use_arrival;
use crate::page::height::{BESIDE_LESSON, use_height};
use crate::page::keys::use_run_key;
use crate::page::width::{WHOLE_BAR, WIDE, use_width};
use crate::route::Route;
use crate::run::Phase;
use crate::run::figures::count;
use crate::workbench::{Session, Settings, use_session};

/// Which lesson.
#[derive(Properties, PartialEq)]
pub struct LessonProps {
    /// Its folder's name.
    pub slug: AttrValue,
}

/// The page.
#[component]
pub fn Lesson(props: &LessonProps) -> Html {
    let lesson = use_state(|| Load::Waiting);
    let fetch = {
        let (lesson, slug) = (lesson.setter(), props.slug.clone());
        move || {
            let (lesson, slug) = (lesson.clone(), slug.clone());
            lesson.set(Load::Waiting);
            spawn_local(async move {
                lesson.set(match api::lesson(&slug).await {
                    Ok(content) => Load::Here(Rc::new(content)),
                    Err(error) => Load::Failed(error),
                });
            });
        }
    };
    let retry = {
        let fetch = fetch.clone();
        Callback::from(move |_: MouseEvent| fetch())
    };
    use_effect_with(props.slug.clone(), move |_| fetch());
    match &*lesson {
        // The answer to an address that was left while it was on its way is not this page.
        Load::Here(content) if *content.slug == *props.slug => {
            html! { <Open key={content.slug.clone()} content={content.clone()} /> }
        }
        Load::Failed(ApiError::Refused(problem)) if problem.status == 404 => html! { <NotFound /> },
        Load::Failed(error) => html! {
            <main id="main" class="page" tabindex="-1">
                <h1>{ "This lesson cannot be shown" }</h1>
                { failure(error, "The lesson", retry) }
            </main>
        },
        Load::Waiting | Load::Here(_) => html! {
            <main id="main" class="page" tabindex="-1"><p class="waiting" role="status">{ "Fetching the lesson" }</p></main>
        },
    }
}

#[derive(Properties, PartialEq)]
struct OpenProps {
    content: Rc<LessonContent>,
}

#[component]
fn Open(props: &OpenProps) -> Html {
    let content = &props.content;
    use_arrival(content.title.clone().into());
    let wide = use_width(WIDE);
    let sessions = use_memo(content.clone(), |content| Programs::of(content));
    let active = use_state(|| 0_usize);
    {
        let sessions = sessions.clone();
        use_effect_with((), move |()| move || sessions.0.iter().for_each(|session| session.leave()));
    }
    let current = sessions.0.get(*active).cloned();
    let current_ref = use_mut_ref(|| None);
    current_ref.replace(current.clone());
    let run = use_callback((), move |(), ()| {
        let current: Option<Rc<Session>> = current_ref.borrow().clone();
        if let Some(session) = current {
            session.start();
        }
    });
    use_run_key(run);

    let choose = {
        let active = active.setter();
        Callback::from(move |index: usize| active.set(index))
    };
    let text = html! {
        <article class="lesson-text">
            { head(content) }
            { text(content, &sessions, *active, wide, &choose) }
            { ways_on(content) }
        </article>
    };
    let Some(current) = current else {
        return html! { <main id="main" class="page" tabindex="-1">{ text }</main> };
    };
    if wide {
        html! { <Beside session={current} {text} /> }
    } else {
        html! {
            <main id="main" class="lesson-narrow" tabindex="-1">
                { text }
                <div class="run-bar-dock" aria-label={format!("Run {}", current.title)} role="region">
                    <p class="run-bar-title">{ current.title.clone() }</p>
                    <RunBar session={current} room={Room::Narrow} />
                </div>
            </main>
        }
    }
}

#[derive(Properties, PartialEq)]
struct BesideProps {
    session: Rc<Session>,
    text: Html,
}

/// Text and workbench side by side, the timeline below both.
#[component]
fn Beside(props: &BesideProps) -> Html {
    let place = use_node_ref();
    use_session(&props.session);
    let runs = props.session.view().runs();
    let (height, on_move) = use_height("lesson-timeline-height", place.clone(), BESIDE_LESSON, runs);
    let room = if use_width(WHOLE_BAR) { Room::Wide } else { Room::Middle };
    let divider = use_divider("Height of the timeline", 120, height, on_move);
    html! {
        <main id="main" class="lesson-wide" tabindex="-1" ref={place}>
            <div class="lesson-scroll" tabindex="0" role="region" aria-label="Lesson">{ props.text.clone() }</div>
            <Workbench session={props.session.clone()} bar={Some(room)} />
            { divider }
            <div class="lesson-timeline"><RunTimeline session={props.session.clone()} /></div>
        </main>
    }
}

/// The lesson's programs in order: its examples, then its exercises.
struct Programs(Vec<Rc<Session>>);

impl Programs {
    fn of(lesson: &LessonContent) -> Self {
        let programs = lesson.blocks.iter().filter_map(|block| match block {
            Block::Example { name, title, source, options } => {
                let settings = Settings::of_example(options);
                Some(Session::new(&format!("{}.{name}", lesson.slug), title.clone().into(), source.clone().into(), settings))
            }
            Block::Exercise { source, .. } => {
                let key = format!("{}.exercise", lesson.slug);
                Some(Session::new(&key, "Your program".into(), source.clone().into(), Settings::default()))
            }
            Block::Prose { .. } | Block::Question { .. } => None,
        });
        Programs(programs.collect())
    }
}

fn head(lesson: &LessonContent) -> Html {
    html! {
        <header class="lesson-head">
            <p class="lesson-minutes">{ count(lesson.minutes as usize, "minute", "minutes") }</p>
            <h1>{ lesson.title.clone() }</h1>
            <p class="lead">{ lesson.summary.clone() }</p>
            if !lesson.goals.is_empty() {
                <div class="goals">
                    <p>{ "Afterwards you can" }</p>
                    <ul>{ for lesson.goals.iter().map(|goal| html! { <li>{ goal.clone() }</li> }) }</ul>
                </div>
            }
        </header>
    }
}

fn text(lesson: &LessonContent, programs: &Programs, active: usize, wide: bool, choose: &Callback<usize>) -> Html {
    let mut next = programs.0.iter().enumerate();
    let mut program = || {
        let Some((index, session)) = next.next() else { return (Html::default(), Callback::noop()) };
        let on_choose = choose.reform(move |()| index);
        let take = {
            let (session, choose) = (session.clone(), on_choose.clone());
            Callback::from(move |solution: AttrValue| {
                choose.emit(());
                session.edit(solution.to_string());
            })
        };
        let html = if wide {
            html! { <ExampleCard session={session.clone()} active={index == active} {on_choose} /> }
        } else {
            html! { <InText session={session.clone()} active={index == active} {on_choose} /> }
        };
        (html, take)
    };
    let (mut questions, mut exercises) = (0, 0);
    let block = |block: &Block| match block {
        Block::Prose { html } => prose(html.clone().into()),
        Block::Example { .. } => program().0,
        Block::Question { html, choices } => {
            questions += 1;
            html! { <Question number={questions} html={html.clone()} choices={Rc::new(choices.clone())} /> }
        }
        Block::Exercise { html, hints, solution, .. } => {
            exercises += 1;
            let (card, take) = program();
            let taken: AttrValue = solution.clone().into();
            let on_take = take.reform({
                let taken = taken.clone();
                move |()| taken.clone()
            });
            html! {
                <Exercise number={exercises} html={html.clone()} hints={Rc::new(hints.clone())} solution={taken} {on_take}>{ card }</Exercise>
            }
        }
    };
    lesson.blocks.iter().map(block).collect()
}

#[derive(Properties, PartialEq)]
struct InTextProps {
    session: Rc<Session>,
    active: bool,
    on_choose: Callback<()>,
}

/// A program in the text, with all that belongs to it; its timeline comes with its first run.
#[component]
fn InText(props: &InTextProps) -> Html {
    use_session(&props.session);
    let chosen = props.on_choose.reform(|_: FocusEvent| ());
    let touched = props.on_choose.reform(|_: PointerEvent| ());
    html! {
        <div class={classes!("in-text", props.active.then_some("is-active"))} onfocusin={chosen} onpointerdown={touched}>
            <Workbench session={props.session.clone()} bar={None::<Room>} />
            if props.session.view().current().phase != Phase::Idle {
                <RunTimeline session={props.session.clone()} />
            }
        </div>
    }
}

fn ways_on(lesson: &LessonContent) -> Html {
    let way = |slug: &Option<String>, label: &'static str, class: &'static str| {
        slug.clone().map(|slug| {
            html! { <a href={Route::Lesson { slug }.path()} {class}>{ label }</a> }
        })
    };
    html! {
        <nav class="ways-on" aria-label="Other lessons">
            { way(&lesson.previous, "Previous lesson", "button") }
            { way(&lesson.next, "Next lesson", "button is-main") }
            if lesson.next.is_none() {
                <a href={Route::Scratch.path()} class="button is-main">{ "A program of your own" }</a>
            }
        </nav>
    }
}
