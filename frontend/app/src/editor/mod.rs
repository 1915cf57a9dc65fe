//! The code editor as a component. The editor itself is the module of `frontend/editor`, loaded when code is first shown.

pub mod module;

use forkyard_wire::check::Diagnostic;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;
use yew::prelude::*;

use module::{Handle, MarkKind, Reports};

/// What an editor shows and tells.
#[derive(Properties, PartialEq)]
pub struct CodeEditorProps {
    /// The program; the editor follows when it is changed from outside.
    pub source: AttrValue,
    /// What the editor is called for those who do not see it.
    pub label: AttrValue,
    /// What is wrong with the program.
    #[prop_or_default]
    pub diagnostics: Vec<Diagnostic>,
    /// Lines that the timeline points to.
    #[prop_or_default]
    pub lit: Vec<u32>,
    /// The lines where exceptions left the program.
    #[prop_or_default]
    pub exceptions: Vec<u32>,
    /// The program after each edit.
    #[prop_or_default]
    pub on_change: Callback<String>,
    /// Control and Enter were pressed.
    #[prop_or_default]
    pub on_run: Callback<()>,
    /// The line that is looked at, if any.
    #[prop_or_default]
    pub on_line: Callback<Option<u32>>,
}

/// An editor that fills its parent.
#[component]
pub fn CodeEditor(props: &CodeEditorProps) -> Html {
    let place = use_node_ref();
    let handle = use_state(|| None::<Handle>);
    let failed = use_state_eq(|| false);
    let reports = use_mut_ref(Reports::default);
    *reports.borrow_mut() =
        Reports { on_change: props.on_change.clone(), on_run: props.on_run.clone(), on_line: props.on_line.clone() };

    {
        let (place, handle, failed) = (place.clone(), handle.setter(), failed.setter());
        let (source, label) = (props.source.clone(), props.label.clone());
        use_effect_with((), move |()| {
            // The component may be gone before the module has come: then the editor is not made, or is unmade at once.
            let alive = std::rc::Rc::new(std::cell::RefCell::new(Some(None::<Handle>)));
            let slot = alive.clone();
            spawn_local(async move {
                let Some(parent) = place.cast::<HtmlElement>() else { return };
                let made = module::create(&parent, &source, &label, reports).await;
                match (made, slot.borrow_mut().as_mut()) {
                    (Ok(made), Some(slot)) => {
                        *slot = Some(made.clone());
                        handle.set(Some(made));
                    }
                    (Ok(made), None) => made.destroy(),
                    (Err(_), Some(_)) => failed.set(true),
                    (Err(_), None) => {}
                }
            });
            move || {
                if let Some(Some(handle)) = alive.borrow_mut().take() {
                    handle.destroy();
                }
            }
        });
    }
    use_effect_with((handle.clone(), props.source.clone()), |(handle, source)| {
        if let Some(handle) = &**handle {
            handle.set_source(source);
        }
    });
    use_effect_with((handle.clone(), props.diagnostics.clone()), |(handle, diagnostics)| {
        if let Some(handle) = &**handle {
            handle.set_diagnostics(diagnostics);
        }
    });
    use_effect_with((handle.clone(), props.lit.clone()), |(handle, lines)| {
        if let Some(handle) = &**handle {
            handle.mark_lines(lines, MarkKind::Timeline);
        }
    });
    use_effect_with((handle.clone(), props.exceptions.clone()), |(handle, lines)| {
        if let Some(handle) = &**handle {
            handle.mark_lines(lines, MarkKind::Exception);
        }
    });

    let oninput = {
        let on_change = props.on_change.clone();
        Callback::from(move |event: InputEvent| {
            on_change.emit(event.target_unchecked_into::<web_sys::HtmlTextAreaElement>().value());
        })
    };
    html! {
        <div class="editor">
            // Room is kept and the program can be read before the editor is there.
            if *failed {
                <textarea class="editor-plain" aria-label={props.label.clone()} spellcheck="false" {oninput} value={props.source.clone()} />
            } else if handle.is_none() {
                <pre class="editor-plain" tabindex="0" aria-label={props.label.clone()}>{ &props.source }{ "\n" }</pre>
            }
            <div class="editor-place" ref={place} hidden={handle.is_none()} />
        </div>
    }
}
