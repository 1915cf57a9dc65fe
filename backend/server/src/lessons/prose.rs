//! Markdown into HTML that is safe to insert.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, html};

/// The languages a fence may name; one that names none, or another, is plain text.
const LANGUAGES: [&str; 6] = ["python", "text", "console", "toml", "json", "bash"];

/// The HTML of a piece of Markdown. Code fences get `class="language-…"`.
pub(super) fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_SMART_PUNCTUATION;
    let events = Parser::new_ext(markdown, options).map(|event| match event {
        Event::Start(Tag::CodeBlock(kind)) => {
            let named = match &kind {
                CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or("text"),
                CodeBlockKind::Indented => "text",
            };
            let language = LANGUAGES.into_iter().find(|language| *language == named).unwrap_or("text");
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(CowStr::Borrowed(language))))
        }
        event => event,
    });
    let mut dirty = String::new();
    html::push_html(&mut dirty, events);
    SANITIZER.clean(&dirty).to_string()
}

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let classes = ["language-python", "language-text", "language-console", "language-toml", "language-json", "language-bash"];
    let mut builder = Builder::default();
    builder.add_allowed_classes("code", classes).url_schemes(HashSet::from(["http", "https"]));
    builder
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html() {
        for (markdown, expected) in [
            ("a *b* `c`", "<p>a <em>b</em> <code>c</code></p>\n"),
            ("```python\nx < 1\n```", "<pre><code class=\"language-python\">x &lt; 1\n</code></pre>\n"),
            ("```\nx\n```", "<pre><code class=\"language-text\">x\n</code></pre>\n"),
            ("```brainfuck\nx\n```", "<pre><code class=\"language-text\">x\n</code></pre>\n"),
        ] {
            assert_eq!(to_html(markdown), expected, "{markdown}");
        }
        assert!(to_html("| a |\n|---|\n| b |\n").contains("<table>"));
    }

    #[test]
    fn what_could_run_does_not_survive() {
        for markdown in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[a](javascript:alert(1))",
            "<a href=\"data:text/html,x\">a</a>",
            "<div style=\"position:fixed\" class=\"evil\">x</div>",
        ] {
            let html = to_html(markdown);
            for word in ["script", "onerror", "data:", "style", "class"] {
                assert!(!html.contains(word), "{markdown} became {html}");
            }
        }
    }
}
