//! The editor's JavaScript module, typed.

use std::cell::RefCell;
use std::rc::Rc;

use forkyard_wire::check::{Diagnostic, Severity};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;
use yew::Callback;

#[wasm_bindgen(inline_js = "export const load = () => import('/editor.js');")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn load() -> Result<js_sys::Promise, JsValue>;
}

/// Who is told what happens in an editor. Looked up at each report, so that the callbacks of the last rendering are called.
#[derive(Default, Clone)]
pub struct Reports {
    /// The program after each edit.
    pub on_change: Callback<String>,
    /// Control and Enter.
    pub on_run: Callback<()>,
    /// The line that is looked at.
    pub on_line: Callback<Option<u32>>,
}

/// Why lines are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// The timeline points to them.
    Timeline,
    /// An exception left the program there.
    Exception,
}

/// An editor in the page.
#[derive(Clone)]
pub struct Handle {
    object: JsValue,
    /// What JavaScript calls; must outlive the editor.
    _closures: Rc<Closures>,
}

struct Closures {
    _change: Closure<dyn Fn(String)>,
    _run: Closure<dyn Fn()>,
    _line: Closure<dyn Fn(Option<u32>)>,
}

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        self.object == other.object
    }
}

/// Loads the module if need be and puts an editor into `parent`.
pub async fn create(parent: &HtmlElement, source: &str, label: &str, reports: Rc<RefCell<Reports>>) -> Result<Handle, JsValue> {
    let module = JsFuture::from(load()?).await?;
    // A callback may render the page, which replaces the reports: none may be borrowed while it runs.
    let change = {
        let reports = reports.clone();
        Closure::<dyn Fn(String)>::new(move |source| {
            let callback = reports.borrow().on_change.clone();
            callback.emit(source);
        })
    };
    let run = {
        let reports = reports.clone();
        Closure::<dyn Fn()>::new(move || {
            let callback = reports.borrow().on_run.clone();
            callback.emit(());
        })
    };
    let line = Closure::<dyn Fn(Option<u32>)>::new(move |line| {
        let callback = reports.borrow().on_line.clone();
        callback.emit(line);
    });
    let options = Object::new();
    set(&options, "source", &source.into())?;
    set(&options, "label", &label.into())?;
    set(&options, "onChange", change.as_ref())?;
    set(&options, "onRun", run.as_ref())?;
    set(&options, "onLine", line.as_ref())?;
    let create: Function = Reflect::get(&module, &"create".into())?.dyn_into()?;
    let object = create.call2(&JsValue::UNDEFINED, parent, &options)?;
    Ok(Handle { object, _closures: Rc::new(Closures { _change: change, _run: run, _line: line }) })
}

impl Handle {
    /// Replaces the program, unless it is the same.
    pub fn set_source(&self, source: &str) {
        self.call("setSource", &[source.into()]);
    }

    /// Marks what is wrong, and nothing else.
    pub fn set_diagnostics(&self, diagnostics: &[Diagnostic]) {
        let list: Array = diagnostics.iter().filter_map(|one| diagnostic(one).ok()).collect();
        self.call("setDiagnostics", &[list.into()]);
    }

    /// Marks these lines, and no others, for this reason.
    pub fn mark_lines(&self, lines: &[u32], kind: MarkKind) {
        let list: Array = lines.iter().map(|line| JsValue::from(*line)).collect();
        let kind = match kind {
            MarkKind::Timeline => "timeline",
            MarkKind::Exception => "exception",
        };
        self.call("markLines", &[list.into(), kind.into()]);
    }

    /// Takes the editor out of the page.
    pub fn destroy(&self) {
        self.call("destroy", &[]);
    }

    fn call(&self, method: &str, arguments: &[JsValue]) {
        let function = Reflect::get(&self.object, &method.into()).ok().and_then(|value| value.dyn_into::<Function>().ok());
        if let Some(function) = function {
            let _ = function.apply(&self.object, &arguments.iter().collect());
        }
    }
}

fn diagnostic(one: &Diagnostic) -> Result<JsValue, JsValue> {
    let object = Object::new();
    set(&object, "line", &one.line.into())?;
    set(&object, "column", &one.column.into())?;
    set(&object, "end_line", &one.end_line.into())?;
    set(&object, "end_column", &one.end_column.into())?;
    set(&object, "message", &one.message.as_str().into())?;
    let severity = match one.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    set(&object, "severity", &severity.into())?;
    Ok(object.into())
}

fn set(object: &Object, name: &str, value: &JsValue) -> Result<(), JsValue> {
    Reflect::set(object, &name.into(), value).map(drop)
}
