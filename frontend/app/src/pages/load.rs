//! Something that is fetched once: waited for, had, or not to be had.

use yew::prelude::*;

use crate::api::ApiError;

/// How far it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Load<T> {
    /// It was asked for.
    Waiting,
    /// Here it is.
    Here(T),
    /// It is not to be had.
    Failed(ApiError),
}

/// Why something could not be shown, and a way to try again.
pub fn failure(error: &ApiError, what: &str, on_retry: Callback<MouseEvent>) -> Html {
    let sentence = match error {
        ApiError::Refused(problem) => problem.detail.clone(),
        ApiError::Unreachable(_) => format!("{what} could not be fetched: the server does not answer."),
        ApiError::Unreadable(_) => {
            format!("{what} could not be read: the page is of another version than the server. Reload it.")
        }
    };
    html! {
        <div class="failure" role="alert">
            <p>{ sentence }</p>
            <button type="button" class="button" onclick={on_retry}>{ "Retry" }</button>
        </div>
    }
}
