//! Opens a run that was saved: a trace file dropped anywhere on the page, or chosen with a button.
//!
//! The file is read in the browser and goes nowhere.

use std::rc::Rc;

use forkyard_timeline::import::{File as TraceFile, import};
use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, File, HtmlInputElement};
use yew::prelude::*;

use crate::api::json;
use crate::route::{Route, go};
use crate::timeline::Recording;

/// Programs are the editor's to take.
const PROGRAM: &str = ".py";

/// Where the editor is.
const EDITOR: &str = ".editor";

/// What became of a file.
#[derive(Clone, PartialEq)]
pub struct Opened {
    /// The file's name.
    pub name: AttrValue,
    /// The run, or a sentence; none while the file is read.
    pub run: Option<Result<Recording, AttrValue>>,
}

/// What is open, and a way to open another.
#[derive(Clone, PartialEq)]
struct Opener {
    opened: Option<Rc<Opened>>,
    open: Callback<File>,
}

/// Whoever may open a file.
#[derive(Properties, PartialEq)]
pub struct OpenerProviderProps {
    /// The page.
    pub children: Html,
}

/// Takes files that are dropped, and keeps what was opened.
#[component]
pub fn OpenerProvider(props: &OpenerProviderProps) -> Html {
    let opened = use_state(|| None::<Rc<Opened>>);
    let over = use_state_eq(|| false);
    let open = {
        let opened = opened.setter();
        use_callback((), move |file: File, ()| {
            let opened = opened.clone();
            let name = AttrValue::from(file.name());
            opened.set(Some(Rc::new(Opened { name: name.clone(), run: None })));
            go(&Route::Trace.path());
            spawn_local(async move {
                let run = Some(read(&file, &name).await);
                opened.set(Some(Rc::new(Opened { name, run })));
            });
        })
    };
    {
        let (over, open) = (over.setter(), open.clone());
        use_effect_with((), move |()| {
            let listeners = web_sys::window().map(|window| {
                ["dragover", "dragleave", "drop"].map(|kind| {
                    let (over, open) = (over.clone(), open.clone());
                    // Before the editor, which would take any file for a program.
                    let options = EventListenerOptions { phase: gloo_events::EventListenerPhase::Capture, passive: false };
                    EventListener::new_with_options(&window, kind, options, move |event| {
                        let Some(event) = event.dyn_ref::<DragEvent>() else { return };
                        over.set(kind == "dragover" && holds_file(event));
                        if kind == "dragover" && holds_file(event) {
                            event.prevent_default();
                        }
                        let Some(file) = dropped(event).filter(|_| kind == "drop") else { return };
                        let program = file.name().ends_with(PROGRAM);
                        if program && in_editor(event) {
                            return;
                        }
                        // The browser would leave the page for it.
                        event.prevent_default();
                        if !program {
                            event.stop_propagation();
                            open.emit(file);
                        }
                    })
                })
            });
            move || drop(listeners)
        });
    }
    html! {
        <ContextProvider<Opener> context={Opener { opened: (*opened).clone(), open }}>
            { props.children.clone() }
            if *over {
                <div class="drop-here" aria-hidden="true"><p>{ "Drop a trace anywhere, a program on the editor" }</p></div>
            }
        </ContextProvider<Opener>>
    }
}

/// What is open.
#[hook]
pub fn use_opened() -> Option<Rc<Opened>> {
    use_context::<Opener>().and_then(|opener| opener.opened)
}

/// A button that opens a file.
#[hook]
pub fn use_open_button() -> Html {
    let open = use_context::<Opener>().map(|opener| opener.open).unwrap_or_default();
    let node = use_node_ref();
    let onclick = {
        let node = node.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = node.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            open.emit(file);
        }
        // So that the same file can be chosen again.
        input.set_value("");
    });
    html! {
        <>
            <button type="button" class="button is-quiet" {onclick}>{ "Open a trace" }</button>
            <input ref={node} type="file" accept=".json,application/json" hidden=true aria-label="Trace file" {onchange} />
        </>
    }
}

fn holds_file(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

fn dropped(event: &DragEvent) -> Option<File> {
    event.data_transfer()?.files()?.get(0)
}

fn in_editor(event: &DragEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(EDITOR).is_ok_and(|editor| editor.is_some()))
}

async fn read(file: &File, name: &str) -> Result<Recording, AttrValue> {
    let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
    match text {
        Some(text) => run_of(&text).map_err(|reason| {
            format!(
                "{name} is not a trace that Forkyard saved ({reason}). Save one with the command forkyard run --trace FILE SCRIPT."
            )
            .into()
        }),
        None => Err(format!("{name} cannot be read.").into()),
    }
}

fn run_of(text: &str) -> Result<Recording, String> {
    let file: TraceFile = json::read(text).map_err(|error| error.to_string())?;
    let chunk = import(&file).map_err(|error| error.to_string())?;
    Ok(Recording::new().apply(&chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exported_trace_is_opened() {
        let text = include_str!("../../../../backend/trace/tests/golden/trace.json");
        let recording = run_of(text).ok().unwrap();
        assert_eq!(recording.trace().lanes().len(), 5);
    }

    #[test]
    fn what_is_no_trace_is_refused_with_a_reason() {
        for text in ["", "no", "{}", "[]", "{\"traceEvents\": 1}", "{\"traceEvents\": [], \"otherData\": {\"events_lost\": 0}}"] {
            assert!(run_of(text).is_err_and(|reason| !reason.is_empty()), "{text}");
        }
    }
}
