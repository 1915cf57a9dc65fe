//! What a lesson says in a line of its own, an answer or a hint: plain text, in which backticks hold code.

use yew::prelude::*;

/// A stretch of such a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span<'a> {
    /// As it stands.
    Text(&'a str),
    /// What stood between two backticks.
    Code(&'a str),
}

/// The stretches of a line in order, none of them empty. A backtick that is never closed is a backtick.
pub fn spans(line: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, behind)) = after.split_once('`') else { break };
        spans.extend([Span::Text(before), Span::Code(code)]);
        rest = behind;
    }
    spans.push(Span::Text(rest));
    spans.retain(|span| !matches!(span, Span::Text("") | Span::Code("")));
    spans
}

/// The line, its code as code.
pub fn in_code(line: &str) -> Html {
    let spans = spans(line).into_iter().map(|span| match span {
        Span::Text(text) => Html::from(text.to_owned()),
        Span::Code(code) => html! { <code>{ code.to_owned() }</code> },
    });
    spans.collect()
}

#[cfg(test)]
mod tests {
    use super::Span::{Code, Text};
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(spans("`empty()` tells about `now`."), [Code("empty()"), Text(" tells about "), Code("now"), Text(".")]);
    }

    #[test]
    fn a_line_without_backticks_is_text() {
        assert_eq!(spans("Right, and nothing else."), [Text("Right, and nothing else.")]);
        assert_eq!(spans(""), []);
    }

    #[test]
    fn a_backtick_that_is_never_closed_stays() {
        assert_eq!(spans("`a` and `b"), [Code("a"), Text(" and `b")]);
    }

    #[test]
    fn nothing_between_backticks_is_nothing() {
        assert_eq!(spans("a``b"), [Text("a"), Text("b")]);
    }
}
