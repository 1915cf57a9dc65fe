//! One question to the server and its answer, over the browser's own `fetch`.

use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit, Response};

use forkyard_wire::problem::Problem;

use super::{ApiError, json};

/// A question.
pub(super) struct Question {
    method: &'static str,
    address: String,
    headers: Vec<(&'static str, &'static str)>,
    body: Option<String>,
    signal: Option<AbortSignal>,
}

impl Question {
    /// With this method at this address.
    pub(super) fn new(method: &'static str, address: impl Into<String>) -> Self {
        Question { method, address: address.into(), headers: Vec::new(), body: None, signal: None }
    }

    /// Tells what would be taken for an answer.
    pub(super) fn accept(mut self, kind: &'static str) -> Self {
        self.headers.push(("accept", kind));
        self
    }

    /// Sends something along.
    pub(super) fn body(mut self, kind: &'static str, text: String) -> Self {
        self.headers.push(("content-type", kind));
        self.body = Some(text);
        self
    }

    /// Sends a value along, as JSON.
    pub(super) fn json<T: serde::Serialize>(self, value: &T) -> Self {
        // The wire's own types: there is none that JSON could not hold.
        self.body("application/json", serde_json::to_string(value).unwrap_or_default())
    }

    /// Can be given up.
    pub(super) fn signal(mut self, signal: Option<AbortSignal>) -> Self {
        self.signal = signal;
        self
    }

    /// Asks, and waits for the answer's head. An answer that says no is an error.
    pub(super) async fn ask(self) -> Result<Answer, ApiError> {
        let response = self.fetch().await.map_err(|error| ApiError::Unreachable(describe(&error)))?;
        let answer = Answer { response };
        if answer.response.ok() {
            return Ok(answer);
        }
        let status = answer.response.status();
        let text = answer.text().await.unwrap_or_default();
        match json::read::<Problem>(&text) {
            Ok(problem) => Err(ApiError::Refused(problem)),
            // Not our server's words: a proxy's, whose backend is gone.
            Err(_) => Err(ApiError::Unreachable(format!("the answer was HTTP {status}"))),
        }
    }

    async fn fetch(self) -> Result<Response, JsValue> {
        let init = RequestInit::new();
        init.set_method(self.method);
        let headers = Headers::new()?;
        for (name, value) in self.headers {
            headers.append(name, value)?;
        }
        init.set_headers(&headers);
        if let Some(body) = &self.body {
            init.set_body(&body.as_str().into());
        }
        init.set_signal(self.signal.as_ref());
        let window = web_sys::window().ok_or(JsValue::NULL)?;
        JsFuture::from(window.fetch_with_str_and_init(&self.address, &init)).await?.dyn_into()
    }
}

/// An answer, of which the head has come.
pub(super) struct Answer {
    /// The browser's own.
    pub(super) response: Response,
}

impl Answer {
    /// All of it.
    pub(super) async fn text(&self) -> Result<String, ApiError> {
        let broken = |error: JsValue| ApiError::Unreachable(describe(&error));
        let text = JsFuture::from(self.response.text().map_err(broken)?).await.map_err(broken)?;
        Ok(text.as_string().unwrap_or_default())
    }

    /// What it says.
    pub(super) async fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        json::read(&self.text().await?).map_err(|error| ApiError::Unreadable(error.to_string()))
    }
}

/// What the browser says of a broken connection.
pub(super) fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| "the connection broke".to_owned(), |error| String::from(error.message()))
}
